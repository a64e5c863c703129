import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { angleBetween } from "../field/azimuth.js";
import { channels, type FieldGrid } from "../field/grid.js";
import { fieldRenderer } from "../field/march.js";
import { Generator } from "../random/generator.js";
import { aimed } from "./aim.js";
import { debiasedBound } from "./debiased.js";
import { type Denoiser, type DistilOptions, distil, type LearningDenoiser, startDistillation } from "./distil.js";
import { type PosedPhotos, type ReconstructOptions, reconstruct, startReconstruction } from "./reconstruct.js";
import { walkedDenoiser } from "./walked.js";
import { distillationWeights, levelWindow, preserving } from "./weights.js";

const renderer = fieldRenderer({ runtime: ort });
afterAll(() => renderer.dispose());

/** A man of blocks beside the axis: a red body, a blue arm to the east, a green hat that is pushed to the north. */
function blockMan(across: number, halfHeight: number): FieldGrid {
  const up = Math.round(across * halfHeight);
  const values = new Float32Array(across ** 2 * up * channels);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++) {
        const [x, y] = [i, j].map((v) => (2 * (v + 0.5)) / across - 1);
        const z = ((2 * (k + 0.5)) / up - 1) * halfHeight;
        const body = x > -0.15 && x < 0.55 && Math.abs(y) < 0.35 && z < 0.5;
        const arm = x > 0.5 && x < 0.95 && Math.abs(y) < 0.35 && z > -0.2 && z < 0.5;
        const hat = x > -0.15 && x < 0.45 && y > -0.3 && y < 0.85 && z > 0.5 && z < 0.95;
        const at = ((j * across + i) * up + k) * channels;
        values[at] = body || arm || hat ? 25 : -12;
        values.set(body ? [3, -3, -3] : arm ? [-3, -3, 3] : [-3, 3, -3], at + 1);
      }
  return { across, up, halfHeight, values };
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

const truth = blockMan(24, 1.1);
const options: DistilOptions = {
  ...{ seed: 3, steps: 60, size: 16, across: 24, coarse: false, views: 4, halfHeight: 1.1, weight: "dreamfusion" },
  viewAt: (azimuth, size, random) => ({
    camera: { azimuth, distance: 4.5, height: -0.2, focal: 1.6 },
    background: new Float32Array(3 * size * size).fill(random.uniform(0.4, 0.9)),
  }),
};

/** Pictures of the truth from all round, and the posterior mean over those from about the asked side: an ideal denoiser. */
async function idealDenoiser(withAngle: boolean): Promise<Denoiser> {
  const photos = new Map<number, { azimuth: number; picture: Float32Array }[]>();
  for (const size of [8, 16]) {
    const all = [];
    for (let k = 0; k < 48; k++) {
      const camera = { azimuth: 7.5 * k, distance: 4.5, height: -0.2, focal: 1.6 };
      for (const shade of [0.5, 0.8]) {
        const background = new Float32Array(3 * size * size).fill(shade);
        const { picture } = await renderer.render(truth, { camera, size, planes: 48 }, background);
        all.push({ azimuth: 7.5 * k, picture });
      }
    }
    photos.set(size, all);
  }
  return {
    async denoise({ noisy, gamma, size, camera: { azimuth } }) {
      const known = (photos.get(size) ?? []).filter((p) => !withAngle || angleBetween(p.azimuth, azimuth) <= 7.5);
      const logs = known.map(({ picture }) => {
        let square = 0;
        for (let k = 0; k < noisy.length; k++) square += (noisy[k] - gamma * picture[k]) ** 2;
        return -square / (2 * (1 - gamma) ** 2);
      });
      const most = Math.max(...logs);
      const shares = logs.map((l) => Math.exp(l - most));
      const sum = shares.reduce((a, b) => a + b);
      const out = new Float32Array(noisy.length);
      known.forEach(({ picture }, i) => {
        for (let k = 0; k < out.length; k++) out[k] += (shares[i] / sum) * picture[k];
      });
      return out;
    },
  };
}

async function distilled(denoiser: Denoiser): Promise<number> {
  const state = startDistillation(options);
  for await (const _ of distil(state, renderer, denoiser, options));
  return overlap(state.grid);
}

describe("score distillation", () => {
  it("makes the shape of what an ideal denoiser knows by angle, and a worse one without the angle", async () => {
    const [withAngle, without] = [
      await distilled(await idealDenoiser(true)),
      await distilled(await idealDenoiser(false)),
    ];
    expect(withAngle).toBeGreaterThan(0.75);
    expect(without).toBeLessThan(0.65);
  });

  it("goes on from any step to the same bits", async () => {
    const denoiser: Denoiser = { denoise: async ({ noisy }) => noisy.map((v) => 0.5 * v) };
    const short = { ...options, steps: 6 };
    const whole = startDistillation(short);
    for await (const _ of distil(whole, renderer, denoiser, short));
    const parts = startDistillation(short);
    for await (const { step } of distil(parts, renderer, denoiser, short)) if (step === 4) break;
    const saved = structuredClone(parts);
    for await (const _ of distil(saved, renderer, denoiser, short));
    expect(saved).toEqual(whole);
  });
});

describe("options of score distillation", () => {
  const short = { ...options, steps: 20, size: 8, views: 1 };

  it("hold the residual within a bound that widens, from the first step on", async () => {
    const far: Denoiser = { denoise: async ({ noisy }) => noisy.map((_, k) => (k % 2 ? 1 : -1)) };
    const residuals = async (debiased: boolean) => {
      const all: number[] = [];
      for await (const { residual } of distil(startDistillation(short), renderer, far, { ...short, debiased }))
        all.push(residual);
      return all;
    };
    const [bounded, free] = [await residuals(true), await residuals(false)];
    for (const [k, residual] of bounded.entries())
      expect(residual).toBeLessThanOrEqual(debiasedBound(k / short.steps) + 1e-6);
    // Black and white are about 1 from any grey.
    expect(free[0]).toBeGreaterThan(0.7);
    expect(bounded[0]).toBeCloseTo(0.5, 1);
  });

  it("walk to the picture in the last quarter, each step where the one before has come to", async () => {
    const asked: { gamma: number; first: number }[] = [];
    const counting: Denoiser = {
      async denoise({ noisy, gamma }) {
        asked.push({ gamma, first: noisy[0] });
        return new Float32Array(noisy.length).fill(1);
      },
    };
    const walked = walkedDenoiser(counting, 4);
    const question = {
      noisy: new Float32Array(12).fill(-1),
      gamma: 0.2,
      size: 2,
      camera: options.viewAt(0, 2, new Generator(1)).camera,
    };
    await walked.denoise({ ...question, progress: 0.5 });
    expect(asked).toHaveLength(1);
    await walked.denoise({ ...question, progress: 0.9 });
    // On the straight line from −1 at γ = 0.2 to the picture, 1 at γ = 1.
    for (const [k, { gamma, first }] of asked.slice(1).entries()) {
      expect(gamma).toBeCloseTo(0.2 + 0.2 * k, 6);
      expect(first).toBeCloseTo(-1 + 2 * (k / 4), 5);
    }
    expect(asked).toHaveLength(5);
  });

  it("leave a field alone of which a second network says what the model says, beyond white, too", async () => {
    const learned: number[] = [];
    const beyond: Denoiser = { denoise: async ({ noisy }) => new Float32Array(noisy.length).fill(1.5) };
    const same: LearningDenoiser = {
      ...beyond,
      learn: async (views) => {
        learned.push(views.length);
      },
    };
    const state = startDistillation(short);
    for await (const { residual } of distil(state, renderer, beyond, short, { believed: same }))
      expect(residual).toBe(0);
    expect(learned).toEqual(new Array(20).fill(1));
  });
});

describe("weights of the residual", () => {
  const level = fc.double({ min: 0.02, max: 0.9, noNaN: true });
  const value = fc.double({ min: -2, max: 2, noNaN: true });

  it("are those of the residuals of noise and of velocity, computed naively", () => {
    fc.assert(
      fc.property(level, value, value, value, (gamma, x, n, restored) => {
        const z = gamma * x + (1 - gamma) * n;
        const noise = (z - gamma * restored) / (1 - gamma);
        const [velocity, own] = [(restored - z) / (1 - gamma), x - n];
        const { alpha, sigma } = preserving(gamma);
        expect(sigma ** 2 * (noise - n)).toBeCloseTo(distillationWeights.dreamfusion(gamma) * (x - restored), 8);
        expect(noise - n).toBeCloseTo(distillationWeights.uniform(gamma) * (x - restored), 8);
        expect(alpha * sigma ** 2 * (noise - n)).toBeCloseTo(distillationWeights.fantasia3d(gamma) * (x - restored), 8);
        expect(own - velocity).toBeCloseTo(distillationWeights.velocity(gamma) * (x - restored), 8);
        // The score of the noisy picture, and that of its own path, times (1−γ)² / γ.
        const score = (gamma * restored - z) / (1 - gamma) ** 2;
        const true_ = (gamma * x - z) / (1 - gamma) ** 2;
        expect(((true_ - score) * (1 - gamma) ** 2) / gamma).toBeCloseTo(x - restored, 8);
      }),
    );
  });

  it("of DreamFusion are at most a half", () => {
    for (let k = 0; k <= 100; k++) expect(distillationWeights.dreamfusion(k / 100)).toBeLessThanOrEqual(0.5 + 1e-12);
  });

  it("are asked at levels whose window opens from the noise on", () => {
    expect(levelWindow(0)).toEqual([0.071, 0.071]);
    for (const done of [0.8, 1]) expect(levelWindow(done)).toEqual([0.382, 0.879]);
    const [least, greatest] = levelWindow(0.4);
    expect([least, greatest]).toEqual([0.071 + 0.5 * 0.311, 0.071 + 0.5 * 0.808].map((v) => expect.closeTo(v, 9)));
  });

  it("have guidance that is the same sum in every parametrisation", () => {
    fc.assert(
      fc.property(level, value, value, value, fc.double({ min: 0, max: 8, noNaN: true }), (gamma, z, none, told, s) => {
        const guided = none + s * (told - none);
        const toNoise = (x: number) => (z - gamma * x) / (1 - gamma);
        const toVelocity = (x: number) => (x - z) / (1 - gamma);
        for (const form of [toNoise, toVelocity])
          expect(form(guided)).toBeCloseTo(form(none) + s * (form(told) - form(none)), 7);
      }),
    );
  });
});

const photographed: ReconstructOptions = {
  seed: 1,
  steps: 100,
  size: 16,
  across: 24,
  coarse: false,
  views: 2,
  halfHeight: 1.1,
};

/** @param off how far photographs are aimed beside the middle, and how far their size is off: standard deviation */
async function photographs(n: number, off = 0): Promise<PosedPhotos & { aims: number[][] }> {
  const random = new Generator(8);
  const cameras = Array.from({ length: n }, () => ({
    azimuth: random.uniform(0, 360),
    distance: random.uniform(4, 5),
    height: random.uniform(-1, 0.5),
    focal: 1.6,
  }));
  const aims = cameras.map(() => [0, 1, 2].map(() => off * random.normal()));
  const made = await Promise.all(
    [8, 16].map((size) =>
      Promise.all(
        cameras.map(async (told, i) => {
          const camera = aimed(told, aims[i]);
          const background = new Float32Array(3 * size * size).fill(random.uniform(0.3, 0.9));
          const { picture, opacity } = await renderer.render(truth, { camera, size, planes: 48 }, background);
          // The light on the figure is each photograph's own, and so is what is behind it, as it stands in the picture.
          const gain = random.uniform(0.7, 1.3);
          const pixels = picture.map((v, k) => {
            const behind = (1 - opacity[k % opacity.length]) * background[k];
            return gain * ((v + 1) / 2 - behind) + behind;
          });
          return { background, pixels };
        }),
      ),
    ),
  );
  return { cameras, aims, photo: (i, size) => made[size === 8 ? 0 : 1][i] };
}

describe("a field from photographs", () => {
  it("has the shape that was photographed", async () => {
    const photos = await photographs(40);
    const state = startReconstruction(photographed, 40);
    expect(await overlap(state.grid)).toBeLessThan(0.7);
    let error = 1;
    for await (const step of reconstruct(state, renderer, photos, photographed)) error = step.error;
    expect(error).toBeLessThan(0.07);
    expect(await overlap(state.grid)).toBeGreaterThan(0.8);
  });

  it("has it when photographs were aimed here and there, too, and tells where", async () => {
    const photos = await photographs(40, 0.06);
    const longer = { ...photographed, steps: 200 };
    const [blind, aiming] = [longer, { ...longer, aim: true }].map((options) => ({
      options,
      state: startReconstruction(options, 40),
    }));
    for (const { options, state } of [blind, aiming])
      for await (const _ of reconstruct(state, renderer, photos, options));
    expect(await overlap(aiming.state.grid)).toBeGreaterThan((await overlap(blind.state.grid)) + 0.05);
    expect(blind.state.aims.every((v) => v === 0)).toBe(true);
    const apart = [0, 1, 2].map((k) => {
      const found = photos.aims.map((aim, i) => Math.abs(aiming.state.aims[3 * i + k] - aim[k]));
      const told = photos.aims.map((aim) => Math.abs(aim[k]));
      return found.reduce((a, b) => a + b) / told.reduce((a, b) => a + b);
    });
    expect(Math.max(...apart)).toBeLessThan(0.6);
  });

  it("goes on from any step to the same bits, and ends when it is told", async () => {
    const photos = await photographs(6, 0.05);
    const short = { ...photographed, steps: 8, aim: true };
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
    expect(saved.aims).toEqual(whole.aims);
    expect(whole.aims.some((v) => v !== 0)).toBe(true);
  });
});
