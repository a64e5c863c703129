/** Does the embedded model know the pictures that it is for? */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Generator } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEarthFolder } from "../packages/geodrift/src/earth/earth-rasters.js";
import { earthViews } from "../packages/geodrift/src/earth/earth-views.js";
import { type Raster, readRaster } from "../packages/geodrift/src/earth/raster.js";
import { exportToOnnx } from "../packages/geodrift/src/models/export.js";
import { type LoadedModel, loadModel } from "../packages/geodrift/src/models/load.js";
import type { Picture } from "../packages/geodrift/src/pictures/picture.js";
import { readPicture } from "../packages/geodrift/src/pictures/read-picture.js";

const shared = (path: string) => fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url));

let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel("earth");
});
afterAll(() => model.dispose());

/** Share of pictures that the model takes for its own. */
async function inside(pictures: Picture[]): Promise<number> {
  const { domains = [] } = await model.encoder.assess(pictures);
  expect(domains.length).toBe(pictures.length);
  return domains.filter((d) => d.inside).length / pictures.length;
}

async function views(raster: Raster, n: number, centres: "land" | "globe" = "land"): Promise<Picture[]> {
  const options = {
    seed: 7,
    size: 64,
    widthKm: [256, 768] as [number, number],
    headingDegrees: 15,
    centres,
    augment: 0,
  };
  const pictures: Picture[] = [];
  for await (const { picture } of earthViews([raster], options).examples(0, n)) pictures.push(picture);
  return pictures;
}

const square = (colour: (channel: number) => number): Picture => ({
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => colour(i % 3)),
});

describe("the domain of the embedded model", () => {
  it("is said by its embeddings' encoder, without another embedding", async () => {
    const one = square((c) => 40 + 60 * c);
    const { embeddings, domains } = await model.encoder.assess([one]);
    expect(embeddings).toEqual(await model.encoder.encode([one]));
    expect(domains?.[0].of).toMatch(/^a view of the Earth from above/);
    expect(domains?.[0].inside).toBe((domains?.[0].logOdds ?? 0) >= -1.5);
  });

  it("is no part of the encoder that other programs are given", async () => {
    const out = mkdtempSync(join(tmpdir(), "geodrift-domain-"));
    await exportToOnnx("earth", out, { samples: 1, pictures: 1 });
    const session = await ort.InferenceSession.create(join(out, "encoder.onnx"));
    const { embedding } = await session.run({
      pixels: new ort.Tensor("float32", new Float32Array(3 * 64 * 64), [1, 3, 64, 64]),
    });
    expect(embedding.dims).toEqual([1, model.encoder.width]);
    rmSync(out, { recursive: true });
  });

  it("holds views of a raster that no training showed", async () => {
    const path = join(
      dirname(createRequire(import.meta.url).resolve("three-globe")),
      "../example/img/earth-blue-marble.jpg",
    );
    // Of views anywhere most are of the sea alone, which the model is not for; land is brighter here.
    const all = await views(await readRaster(path, undefined, "three-globe"), 600, "globe");
    const land = all.filter(
      ({ data }) => data.reduce((sum, v, i) => sum + (i % 3 === 0 ? v : 0), 0) / (data.length / 3) > 70,
    );
    expect(land.length).toBeGreaterThan(80);
    expect(await inside(land)).toBeGreaterThanOrEqual(0.95);
  });

  it("does not hold flat colours and noise", async () => {
    const random = new Generator(5);
    const flat = Array.from({ length: 200 }, () => {
      const rgb = [0, 1, 2].map(() => Math.floor(256 * random.uniform()));
      return square((c) => rgb[c]);
    });
    expect(await inside(flat)).toBeLessThanOrEqual(0.05);
    const noise = Array.from({ length: 50 }, () => square(() => Math.floor(256 * random.uniform())));
    expect(await inside(noise)).toBe(0);
  });

  it.skipIf(!existsSync(shared("photos")))("does not hold photographs", async () => {
    const files = readdirSync(shared("photos")).filter((f) => /\.(jpe?g|webp)$/i.test(f));
    const pictures = await Promise.all(
      files.map((f) => readPicture(join(shared("photos"), f), model.encoder.preparation)),
    );
    expect(pictures.length).toBeGreaterThan(50);
    expect(await inside(pictures)).toBeLessThanOrEqual(0.05);
  });

  it.skipIf(!existsSync(shared("earth")))(
    "holds views of the month that is held out, and of a relief mosaic",
    async () => {
      const folder = await openEarthFolder(shared("earth"));
      const land = await folder.land();
      for (const raster of [
        await folder.month("07", land),
        await readRaster(shared("earth/blue-marble-relief-8192.jpg"), land, "relief"),
      ])
        expect(await inside(await views(raster, 400)), raster.name).toBeGreaterThanOrEqual(0.95);
    },
  );
});
