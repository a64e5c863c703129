import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { contextTokens, type ImageTransformerConfig, initImageTransformer } from "../net/image-transformer.js";
import { type Parameters, uniformInit } from "../net/parameters.js";
import { closedVocabulary } from "../net/words.js";
import { Generator } from "../random/generator.js";
import { dualGuidance } from "./dual-guidance.js";
import { imageModel, type SamplingRequest, type SamplingState } from "./imagine.js";

const config: ImageTransformerConfig = {
  width: 16,
  depth: 2,
  heads: 2,
  hidden: 32,
  octaves: 6,
  map: [{ degrees: 30, channels: 4, reads: 1 }],
  grid: 4,
  sizes: [8, 16],
};
const words = closedVocabulary({ tokens: 3, words: ["desert", "sea"], circle: ["May", "June", "July"], silent: [] });

/** Weights that are nowhere zero, so that everything told matters. */
function weights(): Parameters {
  const random = new Generator(4);
  const params = initImageTransformer(config, words, random);
  return Object.fromEntries(
    Object.entries(params).map(([name, t]) => [name, uniformInit(random, t.dims, t.dims.at(-1) as number)]),
  );
}

const model = imageModel(config, weights(), words, { runtime: ort });
const cairo = { lat: 30.04, lng: 31.24 };
const oslo = { lat: 59.91, lng: 10.75 };

async function drawn(changes: Partial<SamplingRequest> = {}): Promise<SamplingState[]> {
  const terms = dualGuidance("desert", [cairo], { words: 1.5, place: 2 });
  const request = { terms, groundKm: 400, size: 16, seed: 7, steps: 4, solver: "heun", ...changes };
  const states: SamplingState[] = [];
  for await (const state of model.draw(request)) states.push(state);
  return states;
}

const last = async (changes: Partial<SamplingRequest> = {}) => (await drawn(changes)).at(-1)?.picture as Float32Array;

describe("dual guidance", () => {
  it("is the sum of equation 4 of Feng et al.: words first, then the place given the words", () => {
    expect(dualGuidance("sea", [oslo], { words: 3.5, place: 7.5 })).toEqual([
      { weight: 1 - 3.5 },
      { weight: 3.5 - 7.5, words: "sea" },
      { weight: 7.5, words: "sea", place: oslo },
    ]);
  });

  it("has weights that add up to one, whatever is told", () => {
    for (const text of ["sea", undefined])
      for (const places of [[], [oslo], [oslo, cairo]]) {
        const terms = dualGuidance(text, places, { words: 1.7, place: 2.9 });
        expect(terms.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      }
  });

  it("evaluates only what counts: one pass at scales of one, two without words", () => {
    expect(dualGuidance("sea", [oslo], { words: 1, place: 1 })).toEqual([{ weight: 1, words: "sea", place: oslo }]);
    expect(dualGuidance(undefined, [oslo], { words: 1.5, place: 2 })).toEqual([
      { weight: -1 },
      { weight: 2, words: undefined, place: oslo },
    ]);
  });
});

describe("request pictures", () => {
  it("yields every step, the same pixels for the same seed, others for another", async () => {
    const [a, b] = [await drawn(), await drawn()];
    expect(a.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(a.at(-1)?.picture).toEqual(b.at(-1)?.picture);
    expect(await last({ seed: 8 })).not.toEqual(a.at(-1)?.picture);
  });

  it("depends on place, words and ground", async () => {
    const usual = await last();
    const guided = { words: 1.5, place: 2 };
    expect(await last({ terms: dualGuidance("desert", [oslo], guided) })).not.toEqual(usual);
    expect(await last({ terms: dualGuidance("sea", [cairo], guided) })).not.toEqual(usual);
    expect(await last({ groundKm: 700 })).not.toEqual(usual);
  });

  it("ends on what the network restores, which is never brighter than white or darker than black", async () => {
    for (const solver of ["euler", "heun", "rk4"]) {
      const picture = await last({ solver, terms: dualGuidance("desert", [cairo], { words: 30, place: 50 }) });
      expect(Math.max(...picture.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-6);
    }
  });

  it("makes both sizes with one trunk", async () => {
    expect((await last({ size: 8 })).length).toBe(3 * 64);
    expect((await last({ size: 16 })).length).toBe(3 * 256);
    await expect(last({ size: 12 })).rejects.toThrow("the model makes pictures of 8 or 16 pixels, got 12");
  });

  it("averages terms, not pictures: for one place alone it is the place's own picture", async () => {
    const guided = { words: 1.5, place: 2 };
    const twice = await last({ terms: dualGuidance("desert", [cairo, cairo], guided) });
    const once = await last();
    twice.forEach((v, i) => {
      expect(v).toBeCloseTo(once[i], 4);
    });
    const [a, b, both] = await Promise.all([
      last(),
      last({ terms: dualGuidance("desert", [oslo], guided) }),
      last({ terms: dualGuidance("desert", [cairo, oslo], guided) }),
    ]);
    expect(Math.max(...both.map((v, i) => Math.abs(v - (a[i] + b[i]) / 2)))).toBeGreaterThan(1e-3);
  });

  it("takes as many terms as there are places, in groups", async () => {
    const places = Array.from({ length: 11 }, () => cairo);
    const many = await last({ terms: dualGuidance("desert", places, { words: 1.5, place: 2 }) });
    const once = await last();
    many.forEach((v, i) => {
      expect(v).toBeCloseTo(once[i], 4);
    });
  });

  // The last step is Euler's for all, and from there on what is left is the same: solve.test.ts has their orders.
  it.each(["euler", "heun", "rk4"])("converges by %s to the same picture", async (solver) => {
    const terms = dualGuidance("desert", [cairo], { words: 1, place: 1 });
    const reference = await last({ solver: "rk4", steps: 128, terms, size: 8 });
    const error = async (steps: number) => {
      const picture = await last({ solver, steps, terms, size: 8 });
      return Math.hypot(...picture.map((v, i) => v - reference[i]));
    };
    const errors = [await error(8), await error(16), await error(32)];
    expect(errors[1]).toBeLessThan(0.7 * errors[0]);
    expect(errors[2]).toBeLessThan(0.7 * errors[1]);
  });

  it("shows where every token is looked at: shares that leave some for the patches themselves", async () => {
    const desert = { words: "desert", place: cairo };
    const looks = async (attention: SamplingRequest["attention"]) =>
      (await drawn({ attention })).at(-1)?.attention as Float32Array;
    const attention = await looks([desert]);
    const tokens = contextTokens(config, 3);
    expect(attention.length).toBe(tokens * 16);
    for (let patch = 0; patch < 16; patch++) {
      const shares = Array.from({ length: tokens }, (_, t) => attention[t * 16 + patch]);
      for (const share of shares) expect(share).toBeGreaterThan(0);
      expect(shares.reduce((a, b) => a + b)).toBeLessThan(1);
    }
    expect(await last({ attention: [desert] })).toEqual(await last());
    // Over several conditions, the mean.
    const elsewhere = { words: "desert", place: oslo };
    const other = await looks([elsewhere]);
    (await looks([desert, elsewhere])).forEach((share, i) => {
      expect(share).toBeCloseTo((attention[i] + other[i]) / 2, 6);
    });
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const work = (async () => {
      for await (const { step } of model.draw({
        terms: dualGuidance("desert", [cairo], { words: 1, place: 1 }),
        groundKm: 400,
        size: 8,
        seed: 1,
        steps: 50,
        solver: "euler",
        signal: stop.signal,
      })) {
        seen.push(step);
        if (step === 3) stop.abort();
      }
    })();
    await expect(work).rejects.toThrow("aborted");
    expect(seen).toEqual([1, 2, 3]);
  });

  it("answers a solver that it does not have by naming those that it has", async () => {
    await expect(drawn({ solver: "ddim" })).rejects.toThrow('pictures have the solvers euler, heun, rk4, got "ddim"');
  });
});
