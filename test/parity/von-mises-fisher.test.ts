import { compile, type Tensor, tensor } from "@geodrift/compile";
import {
  type Parameters,
  type Traced,
  type VonMisesFisherConfig,
  vonMisesFisher,
  vonMisesFisherLogProb,
  vonMisesFisherShapes,
} from "@geodrift/core";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { doubles, flat, gap, json, nested, present, tensors } from "./reference.js";

const small = { dim: 64, depth: 2, expansion: 4, cond_dim: 32 };

describe("von Mises–Fisher baselines against the official code", () => {
  it.skipIf(!present).each([
    ["vmf_small.safetensors", 1, ""],
    ["vmfmix_small.safetensors", 3, "mix_"],
  ])("%s: means, concentrations, weights, negative log likelihood", async (file, components, prefix) => {
    const reference = json("vmf.json");
    const config: VonMisesFisherConfig = { ...small, components };
    const params = doubles(tensors(file));
    const shapes = Object.fromEntries(Object.entries(params).map(([name, t]) => [name, [...t.dims]]));
    expect(shapes).toEqual(vonMisesFisherShapes(config));
    const run = compile<[Parameters, Tensor, Tensor], Tensor[]>(
      (p: Traced, c: np.Array, x: np.Array) => {
        const { means, kappas, logWeights } = vonMisesFisher(config, p, c);
        const mixture = { means: means.ref, kappas: kappas.ref, logWeights: logWeights.ref };
        return [means, kappas, logWeights, vonMisesFisherLogProb(mixture, x)];
      },
      { runtime: ort },
    );
    const out = await run(params, nested(reference.emb, "float64"), nested(reference.x, "float64"));
    const [means, kappas, logWeights, logProb] = out.map((t) => Float64Array.from(t.data as Float64Array));
    const official = reference.f64_official;
    expect(gap(means, flat(official[`${prefix}mu`]))).toBeLessThan(1e-9);
    expect(gap(kappas, flat(official[`${prefix}kappa`]))).toBeLessThan(1e-9);
    if (components > 1) expect(gap(logWeights.map(Math.exp), flat(official.mix_w))).toBeLessThan(1e-9);
    // The official code adds 1e-8 here and there.
    expect(
      gap(
        logProb.map((v) => -v),
        flat(official[`${prefix}nll`]),
      ),
    ).toBeLessThan(2e-7);
    await run.dispose();
  });
  it("the density at the mean keeps its digits from no concentration to ten thousand", async () => {
    const { k, f64_official } = json("vmf.json").log_sinh;
    const logProb = compile<[Tensor, Tensor], Tensor>(
      (kappas: np.Array, means: np.Array) => {
        const n = kappas.shape[0];
        const logWeights = kappas.ref.mul(0).reshape([n, 1]);
        const points = means.ref.reshape([n, 3]);
        return vonMisesFisherLogProb({ means, kappas: kappas.reshape([n, 1]), logWeights }, points);
      },
      { runtime: ort },
    );
    const means = tensor(
      k.flatMap(() => [1, 0, 0]),
      [k.length, 1, 3],
      "float64",
    );
    const out = (await logProb(tensor(k, [k.length], "float64"), means)).data as Float64Array;
    // κ e^κ / 4π sinh κ, where the reference's own guard of 1e-8 spoils the smallest.
    const exact = k.map((v: number, i: number) => Math.log(v / (4 * Math.PI)) + v - f64_official[i]);
    expect(gap(out.slice(1), exact.slice(1))).toBeLessThan(2e-5);
    expect(gap(out.slice(3), exact.slice(3))).toBeLessThan(1e-7);
    expect(out[0]).toBeCloseTo(-Math.log(4 * Math.PI), 5);
    await logProb.dispose();
  });
});
