/**
 * The embedded model on views that it was not trained on: month 07 of the Blue Marble, and two other renderings of the
 * Earth; with the regression head trained beside it, if it is there. Needs the rasters of `../shared/data/earth` (or of
 * EARTH_RASTERS).
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { loadModel } from "geodrift";
import { earthViews, openEarthFolder, readRaster } from "geodrift/earth";
import { embedDataset, evaluate } from "geodrift/evaluate";
import { modelFolder } from "geodrift/models";

const folder = process.env.EARTH_RASTERS ?? "../shared/data/earth";
const name = process.env.EARTH_MODEL ?? "earth";
const n = Number(process.env.EARTH_VIEWS ?? 5000);
/** Another solver of the flow than its own. */
const solver = process.env.EARTH_SOLVER;
const { views } = JSON.parse(readFileSync("configs/earth-test.json", "utf8"));
const options = { samples: 256, solver, seed: 0, guidance: 2 };

const round = (x, d = 0) => Number(x.toFixed(d));

export const benches = {
  earth: async function* () {
    if (!existsSync(folder)) throw new Error(`bench earth: the rasters of ${folder} are needed`);
    const earth = await openEarthFolder(folder);
    const land = await earth.land();
    const threeGlobe = join(
      dirname(createRequire(import.meta.url).resolve("three-globe")),
      "../example/img/earth-blue-marble.jpg",
    );
    const rasters = [
      ["bmng-2004-07", n, () => earth.month("07", land)],
      ["relief-8192", n / 5, () => readRaster(join(folder, "blue-marble-relief-8192.jpg"), land, "relief")],
      ["three-globe-4096", n / 5, () => readRaster(threeGlobe, land, "three-globe")],
    ];
    const regression = join(dirname(modelFolder(name).replace(/\/$/, "")), "regression");
    const models = [await loadModel(name)];
    if (existsSync(regression)) models.push(await loadModel(regression));
    for (const [raster, count, read] of rasters) {
      const dataset = earthViews([await read()], views, count);
      for (const model of models) {
        const then = performance.now();
        const data = await embedDataset(dataset, model.encoder);
        const { evaluation } = await evaluate(model, data, options);
        const seconds = (performance.now() - then) / 1000;
        const { rules, regions, likelihood } = evaluation;
        for (const { rule, medianKm, meanKm, geoScore, accuracy } of rules)
          yield {
            bench: "earth",
            model: model.description.name,
            raster,
            views: count,
            seconds: round(seconds),
            rule,
            medianKm: round(medianKm.value, 1),
            meanKm: round(meanKm.value),
            geoScore: round(geoScore.value),
            accuracy: accuracy.map((a) => round(a.share.value, 4)),
            ...(rule === "mode" && {
              localizabilityBits: round(likelihood.localizabilityBits.value, 2),
              covered50: round(regions.held50.value, 3),
              covered90: round(regions.held90.value, 3),
              nats: round(likelihood.nats.value, 2),
            }),
          };
      }
    }
  },
};
