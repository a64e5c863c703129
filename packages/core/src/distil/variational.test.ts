import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { ImageTransformerConfig } from "../net/image-transformer.js";
import { initImageTransformer } from "../net/image-transformer.js";
import { copyOf } from "../net/parameters.js";
import { closedVocabulary } from "../net/words.js";
import { Generator } from "../random/generator.js";
import type { TrainState } from "../train/loop.js";
import { startVariational, variationalDenoiser } from "./variational.js";

const config: ImageTransformerConfig = {
  ...{ width: 24, depth: 2, heads: 2, hidden: 48, control: "angle", octaves: 3, map: [], grid: 4 },
  sizes: [16, 8],
};
const words = closedVocabulary({ tokens: 2, words: ["statue"], circle: [], silent: [] });
const params = initImageTransformer(config, words, new Generator(1));
const toldOf = ({ azimuth }: { azimuth: number }) => ({ words: "statue", azimuth, fill: 0.8 });
const camera = (azimuth: number) => ({ azimuth, distance: 4, height: 0, focal: 1.5 });

/** Bright from the east, dark from the west. */
const shown = (azimuth: number) => ({
  picture: new Float32Array(3 * 64).fill(azimuth < 180 ? 0.8 : -0.8),
  size: 8,
  camera: camera(azimuth),
});

const open: { dispose(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((o) => o.dispose())));

function second(state = startVariational(params)) {
  const denoiser = variationalDenoiser(state, { config, words, runtime: ort, toldOf });
  open.push(denoiser);
  return { state, denoiser };
}

async function learned(steps: number, from = second()) {
  while (from.state.step < steps) await from.denoiser.learn([shown(90), shown(270)], new Generator(3, from.state.step));
  return from;
}

/** As if it had been saved and read again. */
const copied = ({ step, params, moments: { first, second } }: TrainState): TrainState => ({
  step,
  params: copyOf(params),
  moments: { first: copyOf(first), second: copyOf(second) },
});

describe("variational score distillation", () => {
  it("learns how the field looks from each side, and leaves the model as it is", async () => {
    const before = copyOf(params);
    const noisy = new Generator(7).normals(3 * 64);
    const apart = async ({ denoiser }: ReturnType<typeof second>) => {
      const ask = { noisy, gamma: 0.02, size: 8, progress: 0 };
      const [east, west] = [
        await denoiser.denoise({ ...ask, camera: camera(90) }),
        await denoiser.denoise({ ...ask, camera: camera(270) }),
      ];
      return east.reduce((sum, v, k) => sum + v - west[k], 0) / east.length;
    };
    expect(await apart(second())).toBeCloseTo(0, 1);
    expect(await apart(await learned(250))).toBeGreaterThan(0.2);
    expect(params).toEqual(before);
  });

  it("goes on from any step to the same bits", async () => {
    const whole = await learned(6);
    const part = await learned(3);
    const rest = await learned(6, second(copied(part.state)));
    expect(rest.state).toEqual(whole.state);
  });
});
