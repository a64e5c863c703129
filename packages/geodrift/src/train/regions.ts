/** Fits which regions hold the share of true places that is asked for (core/density/conformal), by views that nothing was trained on. */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { conformalMasses } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { earthViews } from "../earth/earth-views.js";
import { readRaster } from "../earth/raster.js";
import { writeJsonFile } from "../files/json-file.js";
import { infer } from "../locate/infer.js";
import { openModel, resolveModel } from "../models/load.js";
import type { RegionsTraining } from "./config.js";
import type { TrainingContext } from "./run-training.js";

/** Views between two lines of progress. */
const reportEvery = 500;

/**
 * Locates views of the renderings as `locate` does, and writes `NAME.json`: what belongs into the model's `model.json` as
 * `regions`.
 * @throws GeodriftError `model` for a model that has no regions, `data` for views of another size than its encoder takes; `not-found`,
 * `file` or `data` if a raster cannot be read
 */
export async function fitRegions(config: RegionsTraining, { runtime, report }: TrainingContext): Promise<void> {
  const { name, out, of, renderings, views, count } = config;
  await mkdir(out, { recursive: true });
  const land = await (await openEarthFolder(config.rasters)).land();
  const model = await openModel(await resolveModel(config.model), runtime);
  try {
    const { size } = model.encoder.preparation;
    if (views.size !== size)
      throw new GeodriftError("data", `views: the encoder takes pictures of ${size} pixels, got ${views.size}`);
    if (!model.locator.logProb) throw new GeodriftError("model", `${config.model}: its method has no regions`);
    const credible: number[] = [];
    for (const file of renderings) {
      const raster = await readRaster(file, land, basename(file));
      const own: number[] = [];
      for await (const { picture, place } of earthViews([raster], views, count).examples(0, count)) {
        // The density's own regions: what is promised of them is fitted here.
        const options = { samples: 256, seed: own.length, guidance: 0 };
        const [{ distribution }] = await infer(model.locator, await model.encoder.encode([picture]), options);
        own.push(distribution.credibleLevel(place));
        if (own.length % reportEvery === 0) report(`${name}: ${raster.name}, ${own.length} of ${count} views`);
      }
      const held = (mass: number) => (100 * own.filter((u) => u <= mass).length) / count;
      report(
        `${name}: of ${raster.name} regions of 50 % hold ${held(0.5).toFixed(1)}, of 90 % ${held(0.9).toFixed(1)}`,
      );
      credible.push(...own);
    }
    // Rounded up, or the place that a mass just reaches would lie outside.
    const masses = conformalMasses(credible).map((mass) => Math.ceil(mass * 10_000) / 10_000);
    await writeJsonFile(join(out, `${name}.json`), { of, pictures: credible.length, masses });
  } finally {
    await model.dispose();
  }
}
