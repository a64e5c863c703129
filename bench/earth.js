/**
 * The embedded model on views that it was not trained on: month 07 of the Blue Marble, and two other renderings of the
 * Earth. Needs the rasters of `../shared/data/earth` (or of EARTH_RASTERS).
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { angle, distanceMetrics, earthRadiusKm, sampleDistribution, toVec3, vectorAt } from "@geodrift/core";
import { earthViews, loadModel, modelFolder, openEarthFolder, readRaster } from "geodrift";
import { runtime } from "./measure.js";

const folder = process.env.EARTH_RASTERS ?? "../shared/data/earth";
const name = process.env.EARTH_MODEL ?? "earth";
const n = Number(process.env.EARTH_VIEWS ?? 5000);
const [samples, guidedRows, steps, batch] = [256, 16, 32, 20];
/** Another solver of the flow than the published one. */
const solver = process.env.EARTH_SOLVER;
const views = { seed: 7, size: 64, widthKm: [256, 768], headingDegrees: 15, centres: "land", augment: 0 };

const distanceTo = (place, vector) => earthRadiusKm * angle(toVec3(place), vector);

/** Distances by rule, for `n` views of one raster. */
async function distances(model, raster, count, regress) {
  const rules = { mode: [], sample: [], "guided-sample": [], ...(regress && { regression: [] }) };
  let covered = [0, 0];
  let bits = 0;
  let pending = [];
  const flush = async () => {
    const embeddings = await model.encoder.encode(pending.map((e) => e.picture));
    const plain = await model.locator.sample(embeddings, samples, { seed: 0, steps, solver, guidance: 0 });
    // Every image gets the same noise; views take different rows of it, so that no single draw decides a figure.
    const guided = await model.locator.sample(embeddings, guidedRows, { seed: 1, steps, solver, guidance: 2 });
    const points = regress && (await regress(embeddings));
    pending.forEach((e, i) => {
      const view = rules.mode.length;
      const own = plain.subarray(3 * samples * i, 3 * samples * (i + 1));
      const d = sampleDistribution(own);
      rules.mode.push(distanceTo(e.place, toVec3(d.best)));
      rules.sample.push(distanceTo(e.place, vectorAt(own, view % samples)));
      rules["guided-sample"].push(distanceTo(e.place, vectorAt(guided, guidedRows * i + (view % guidedRows))));
      rules.regression?.push(distanceTo(e.place, vectorAt(points, i)));
      bits += d.localizabilityBits / count;
      // Calibration: the truth lies in the region of mass m if fewer than m of the samples are in denser places.
      const truth = d.logProbNats(e.place);
      const denser = d.sampleLogProbsNats.filter((p) => p > truth).length / samples;
      covered = covered.map((c, k) => c + (denser < [0.5, 0.9][k] ? 1 / count : 0));
    });
    pending = [];
  };
  for await (const e of earthViews([raster], views).examples(0, count)) {
    pending.push(e);
    if (pending.length === batch) await flush();
  }
  if (pending.length > 0) await flush();
  return { rules, covered, bits };
}

/** The regression head trained beside the model, if it is there: one point for every embedding. */
async function regressionHead() {
  const folder = join(dirname(modelFolder(name).replace(/\/$/, "")), "earth-regression");
  if (!existsSync(folder)) return undefined;
  const { locator } = await loadModel(folder, runtime);
  return (embeddings) => locator.sample(embeddings, 1, { seed: 0, steps: 1, guidance: 0 });
}

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
    const model = await loadModel(name, runtime);
    const regress = await regressionHead();
    for (const [raster, count, read] of rasters) {
      const { rules, covered, bits } = await distances(model, await read(), count, regress);
      for (const [rule, ds] of Object.entries(rules)) {
        const m = distanceMetrics(ds);
        const round = (x, d = 0) => Number(x.toFixed(d));
        yield {
          bench: "earth",
          model: name,
          raster,
          views: count,
          rule,
          medianKm: round(m.medianKm, 1),
          meanKm: round(m.meanKm),
          geoScore: round(m.meanGeoScore),
          accuracy: m.accuracy.map((a) => round(a, 4)),
          ...(rule === "mode" && {
            localizabilityBits: round(bits, 2),
            covered50: round(covered[0], 3),
            covered90: round(covered[1], 3),
          }),
        };
      }
    }
  },
};
