/**
 * How the embedded model errs by region of the Earth (UN M49): views of a month that it was not trained on. Needs the
 * rasters of `../shared/data/earth` (or of EARTH_RASTERS).
 */
import { existsSync, readFileSync } from "node:fs";
import { distanceKm } from "@geodrift/core";
import { feature } from "@rapideditor/country-coder";
import { loadModel } from "geodrift";
import { quickMesh } from "geodrift/browser";
import { earthViews, openEarthFolder } from "geodrift/earth";
import { embedDataset, truthOf } from "geodrift/evaluate";

const folder = process.env.EARTH_RASTERS ?? "../shared/data/earth";
const n = Number(process.env.EARTH_VIEWS ?? 5000);
const { views } = JSON.parse(readFileSync("configs/earth-test.json", "utf8"));

/** Fewer say nothing. */
const least = 40;

const regionAt = ({ lat, lng }) => feature([lng, lat], { level: "subregion" })?.properties.nameEn ?? "nowhere's";

export const benches = {
  regions: async function* () {
    if (!existsSync(folder)) throw new Error(`bench regions: the rasters of ${folder} are needed`);
    const earth = await openEarthFolder(folder);
    const dataset = earthViews([await earth.month("07", await earth.land())], views, n);
    const model = await loadModel("earth");
    const data = await embedDataset(dataset, model.encoder);
    const { width } = model.encoder;
    const found = new Map();
    const batch = 8;
    for (let from = 0; from < n; from += batch) {
      const embeddings = data.embeddings.subarray(from * width, Math.min(n, from + batch) * width);
      const answers = await model.locator.distributions(embeddings, { guidance: 0, ...quickMesh });
      answers.forEach((answer, i) => {
        const place = truthOf(data, from + i);
        const region = regionAt(place);
        if (!found.has(region)) found.set(region, []);
        found.get(region).push({ km: distanceKm(place, answer.best), level: answer.credibleLevel(place) });
      });
    }
    const round = (x) => Number(x.toPrecision(3));
    for (const [region, all] of [...found].sort(([, a], [, b]) => b.length - a.length)) {
      if (all.length < least) continue;
      const km = all.map((e) => e.km).sort((a, b) => a - b);
      const share = (test) => round(all.filter(test).length / all.length);
      yield {
        bench: "regions",
        region,
        views: all.length,
        medianKm: round(km[Math.floor(km.length / 2)]),
        meanKm: round(km.reduce((a, b) => a + b, 0) / km.length),
        beyond2500Km: share((e) => e.km > 2500),
        covered90: share((e) => e.level <= 0.9),
      };
    }
  },
};
