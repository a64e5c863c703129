import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { convolutional, convolutionalChannels, initConvolutional } from "./convolutional.js";
import { channelMoments, domainHeadShapes, domainLogOdds, domainWidth, initDomainHead } from "./domain-head.js";
import type { Parameters, Traced } from "./parameters.js";

const trunk = { size: 16, stem: 2, stages: [{ channels: 3, blocks: 1 }], squeeze: 2, hidden: 4, embedding: 5 };
const random = new Generator(3);
const normals = (...shape: number[]) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  );

describe("the domain head", () => {
  it("is shown the picture, the stem, every stage and the squeeze, with the channels that are counted", async () => {
    const shapes: number[][] = [];
    const run = compile<[Parameters, Tensor], Tensor>(
      (p: Traced, x: np.Array) => convolutional(trunk, p, x, (y) => void shapes.push([...y.shape])),
      { runtime: ort },
    );
    const pixels = tensor(new Float32Array(2 * 3 * 256).fill(0.3), [2, 3, 16, 16]);
    const plain = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => convolutional(trunk, p, x), {
      runtime: ort,
    });
    const params = initConvolutional(trunk, random);
    // Being looked at changes nothing.
    expect((await run(params, pixels)).data).toEqual((await plain(params, pixels)).data);
    expect(shapes.map((s) => s[1])).toEqual(convolutionalChannels(trunk));
    expect(domainWidth(trunk)).toBe(2 * (3 + 2 + 3 + 2));
    await run.dispose();
    await plain.dispose();
  });

  it("weighs mean and deviation of every channel over the picture", async () => {
    const x = normals(2, 3, 4, 5);
    const run = compile<[Tensor], Tensor>((y: np.Array) => channelMoments(y), { runtime: ort });
    const got = (await run(x)).data as Float32Array;
    for (let n = 0; n < 2; n++)
      for (let c = 0; c < 3; c++) {
        const own = [...(x.data as Float32Array).slice((n * 3 + c) * 20, (n * 3 + c + 1) * 20)];
        const mean = own.reduce((a, b) => a + b) / 20;
        const deviation = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / 20);
        expect(got[n * 6 + c]).toBeCloseTo(mean, 5);
        expect(got[n * 6 + 3 + c]).toBeCloseTo(deviation, 5);
      }
    await run.dispose();
  });

  it("has the shapes that it says, and takes no feature for odder than eight deviations", async () => {
    const width = domainWidth(trunk);
    const statistics = {
      "domain.mean": normals(width),
      "domain.scale": tensor(new Float32Array(width).fill(2), [width]),
    };
    const params = initDomainHead({ hidden: 4 }, trunk, statistics, random);
    const shapes = Object.fromEntries(Object.entries(params).map(([name, t]) => [name, [...t.dims]]));
    expect(shapes).toEqual(domainHeadShapes({ hidden: 4 }, trunk));
    const mean = statistics["domain.mean"].data as Float32Array;
    const at = (deviations: number) =>
      tensor(
        mean.map((m) => m + deviations / 2),
        [1, width],
      );
    const run = compile<[Parameters, Tensor], Tensor>((p: Traced, f: np.Array) => domainLogOdds(p, f), {
      runtime: ort,
    });
    const odds = async (deviations: number) => Number((await run(params, at(deviations))).data[0]);
    expect(await odds(1e5)).toBeCloseTo(await odds(8), 4);
    expect(Math.abs((await odds(8)) - (await odds(0)))).toBeGreaterThan(0.01);
    await run.dispose();
  });
});
