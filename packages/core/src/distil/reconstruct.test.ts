import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { channels, type FieldGrid } from "../field/grid.js";
import { fieldRenderer } from "../field/march.js";
import { Generator } from "../random/generator.js";
import { type PosedPhotos, type ReconstructOptions, reconstruct, startReconstruction } from "./reconstruct.js";

const renderer = fieldRenderer({ runtime: ort });
afterAll(() => renderer.dispose());

/** A man of blocks: a red body, a blue arm to the east, a green hat that is pushed to the north. */
function blockMan(across: number, halfHeight: number): FieldGrid {
  const up = Math.round(across * halfHeight);
  const values = new Float32Array(across ** 2 * up * channels);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++) {
        const [x, y] = [i, j].map((v) => (2 * (v + 0.5)) / across - 1);
        const z = ((2 * (k + 0.5)) / up - 1) * halfHeight;
        const body = Math.abs(x) < 0.3 && Math.abs(y) < 0.25 && z < 0.6;
        const arm = x > 0.2 && x < 0.85 && Math.abs(y) < 0.2 && Math.abs(z) < 0.2;
        const hat = Math.abs(x) < 0.35 && y > -0.2 && y < 0.6 && z > 0.6 && z < 0.95;
        const at = ((j * across + i) * up + k) * channels;
        values[at] = body || arm || hat ? 25 : -12;
        values.set(body ? [3, -3, -3] : arm ? [-3, -3, 3] : [-3, 3, -3], at + 1);
      }
  return { across, up, halfHeight, values };
}

const truth = blockMan(24, 1.1);
const options: ReconstructOptions = { seed: 1, steps: 120, size: 16, across: 24, views: 2, halfHeight: 1.1 };

async function photographs(n: number): Promise<PosedPhotos> {
  const random = new Generator(8);
  const cameras = Array.from({ length: n }, () => ({
    azimuth: random.uniform(0, 360),
    distance: random.uniform(4, 5),
    height: random.uniform(-1, 0.5),
    focal: 1.6,
  }));
  const made = await Promise.all(
    [8, 16].map((size) =>
      Promise.all(
        cameras.map(async (camera) => {
          const sky = random.uniform(0.3, 0.9);
          const background = new Float32Array(3 * size * size).fill(sky);
          const { picture } = await renderer.render(truth, { camera, size, planes: 48 }, background);
          const gain = random.uniform(0.8, 1.2);
          return { background: background.map((v) => v), pixels: picture.map((v) => (gain * (v + 1)) / 2) };
        }),
      ),
    ),
  );
  return { cameras, photo: (i, size) => made[size === 8 ? 0 : 1][i] };
}

/** Intersection over union of the silhouettes from eight sides. */
async function overlap(grid: FieldGrid): Promise<number> {
  let [both, either] = [0, 0];
  for (let k = 0; k < 8; k++) {
    const view = { camera: { azimuth: 45 * k + 20, distance: 4.5, height: 0, focal: 1.6 }, size: 24, planes: 48 };
    const black = new Float32Array(3 * 24 * 24);
    const [a, b] = [await renderer.render(grid, view, black), await renderer.render(truth, view, black)];
    a.opacity.forEach((o, at) => {
      both += Number(o > 0.5 && b.opacity[at] > 0.5);
      either += Number(o > 0.5 || b.opacity[at] > 0.5);
    });
  }
  return both / either;
}

describe("a field from photographs", () => {
  it("has the shape that was photographed", async () => {
    const photos = await photographs(40);
    const state = startReconstruction(options, 40);
    expect(await overlap(state.grid)).toBeLessThan(0.6);
    let error = 1;
    for await (const step of reconstruct(state, renderer, photos, options)) error = step.error;
    expect(error).toBeLessThan(0.06);
    expect(await overlap(state.grid)).toBeGreaterThan(0.8);
  });

  it("goes on from any step to the same bits, and ends when it is told", async () => {
    const photos = await photographs(6);
    const short = { ...options, steps: 8 };
    const whole = startReconstruction(short, 6);
    for await (const _ of reconstruct(whole, renderer, photos, short));
    const parts = startReconstruction(short, 6);
    const stop = new AbortController();
    await expect(async () => {
      for await (const { step } of reconstruct(parts, renderer, photos, short, stop.signal))
        if (step === 5) stop.abort();
    }).rejects.toThrow();
    const saved = structuredClone(parts);
    for await (const _ of reconstruct(saved, renderer, photos, short));
    expect(saved.grid.values).toEqual(whole.grid.values);
    expect(saved.exposures).toEqual(whole.exposures);
  });
});
