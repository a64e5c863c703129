import { compile, type Tensor, tensor } from "@geodrift/compile";
import { nn, type numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { logSumExp } from "../density/log-sum-exp.js";
import { Generator } from "../random/generator.js";
import { expMap, norm, projectTangent, scale } from "../sphere/geodesic.js";
import { fibonacciSphere } from "../sphere/grid.js";
import { distanceKm, dot, earthRadiusKm, normalize, toLatLng, toVec3, type Vec3 } from "../sphere/point.js";
import { exampleBatches } from "../train/example-batches.js";
import { initTrainState, train } from "../train/loop.js";
import { refiningObjective } from "../train/refining.js";
import { linear } from "./layers.js";
import type { Parameters, Traced } from "./parameters.js";
import { finePeak, initPeak, isPeakWeight, peakWidth, posteriorPeak, withFeatureMoments } from "./place-peak.js";

type Arr = np.Array;
const random = new Generator(5);
const runtime = { runtime: ort };
const [into, cells, n] = [4, 400, 24];
const config = { withinKm: 700, features: 6, told: 4, hidden: 8 };
const centres = fibonacciSphere(cells);
const normals = (...shape: number[]) => tensor(random.normals(shape.reduce((a, b) => a * b, 1)), shape);
const rows = (t: Tensor, width: number) =>
  Array.from({ length: t.data.length / width }, (_, i) =>
    Array.from(t.data as Float32Array).slice(i * width, (i + 1) * width),
  );
const close = (got: readonly number[], want: readonly number[], tolerance = 2e-4) => {
  expect(got.length).toBe(want.length);
  got.forEach((g, i) => {
    expect(Math.abs(g - want[i])).toBeLessThan(tolerance * (1 + Math.abs(want[i])));
  });
};

const classes: Parameters = {
  "places.cells.weight": normals(cells, into),
  "places.cells.bias": normals(cells),
  "places.centres": tensor(Float32Array.from(centres.flat()), [cells, 3]),
};
const run = compile<[Parameters, Tensor], Tensor[]>((p: Traced, h: Arr) => {
  const posterior = nn.softmax(linear(p, "places.cells", h.ref));
  return posteriorPeak(config, p, h, posterior) as never;
}, runtime);
afterAll(() => run.dispose());

/** Centre of mass, probability and spread around the most probable cell, by loops. */
function byLoops(logits: readonly number[]): { centre: Vec3; mass: number; spread: number } {
  const p = logits.map((x) => Math.exp(x - logSumExp(logits)));
  const top = centres[p.indexOf(Math.max(...p))];
  let [mean, mass]: [Vec3, number] = [[0, 0, 0], 0];
  centres.forEach((x, c) => {
    if (distanceKm(toLatLng(x), toLatLng(top)) > config.withinKm) return;
    mass += p[c];
    mean = [mean[0] + p[c] * x[0], mean[1] + p[c] * x[1], mean[2] + p[c] * x[2]];
  });
  const length = norm(mean) / mass;
  return { centre: scale(mean, 1 / norm(mean)), mass, spread: Math.sqrt(Math.max(1 - length ** 2, 1e-6)) };
}

describe("the peak of a posterior", () => {
  it("lies where the centre of mass around the most probable cell does, while nothing is learned", async () => {
    const p = { ...classes, ...initPeak(config, into, random) };
    const h = normals(n, into);
    const [centre, logMass, logSpread, logDeviation, features] = await run(p, h);
    expect(peakWidth(config)).toBe(3 + 3 + features.dims[1]);
    const [w, b] = ["weight", "bias"].map((name) => classes[`places.cells.${name}`].data as Float32Array);
    const [frequencies, phases] = ["frequencies", "phases"].map(
      (name) => p[`places.peak.${name}`].data as Float32Array,
    );
    rows(h, into).forEach((row, i) => {
      const want = byLoops(centres.map((_, c) => row.reduce((s, x, k) => s + x * w[into * c + k], b[c])));
      close(rows(centre, 3)[i], want.centre);
      close([(logMass.data as Float32Array)[i]], [Math.log(want.mass)]);
      close([(logSpread.data as Float32Array)[i]], [Math.log(want.spread)], 2e-3);
      close([(logDeviation.data as Float32Array)[i]], [Math.log(Math.log(2) + 0.05)]);
      const told = [0, 1, 2, 3].map((k) =>
        Math.cos(want.centre.reduce((s, x, d) => s + x * frequencies[config.features * d + k], phases[k])),
      );
      close(rows(features, config.told)[i], told, 2e-3);
    });
  });

  it("lies between its two cells where two are equally probable, and on the cell where one is certain", async () => {
    const p: Parameters = {
      ...classes,
      ...initPeak(config, into, random),
      "places.cells.weight": tensor(new Float32Array(cells * into), [cells, into]),
    };
    const near = centres.map((x, i) => [dot(x, centres[100]), i]).sort((a, b) => b[0] - a[0])[1][1];
    for (const chosen of [[100], [100, near]]) {
      const bias = new Float32Array(cells).fill(-60);
      for (const c of chosen) bias[c] = 0;
      const [centre, logMass] = await run({ ...p, "places.cells.bias": tensor(bias, [cells]) }, normals(1, into));
      const sum = chosen.reduce<Vec3>(
        (s, c) => [s[0] + centres[c][0], s[1] + centres[c][1], s[2] + centres[c][2]],
        [0, 0, 0],
      );
      close(Array.from(centre.data as Float32Array), normalize(sum));
      close(Array.from(logMass.data as Float32Array), [0]);
    }
  });
});

describe("the offset of a peak", () => {
  const fine = compile<[Parameters, Tensor, Tensor], Tensor[]>((p: Traced, h: Arr, c: Arr) => {
    const { centre, deviation } = finePeak(p, h, c);
    return [centre, deviation] as never;
  }, runtime);
  afterAll(() => fine.dispose());

  it("is learned: what is off by a rule is put right, at the poles and at the date line, and the far off do not count", async () => {
    // Centres lie 60 km from the truth, in a direction that the first two features tell; every tenth is far off.
    const [count, width] = [4000, into + 3];
    const examples = { embeddings: new Float32Array(count * width), places: new Float32Array(3 * count) };
    const at = (i: number): Vec3 =>
      i % 3 === 0
        ? normalize([random.normal(), random.normal(), random.normal()])
        : toVec3(
            i % 3 === 1 ? { lat: 89.9, lng: random.uniform(-180, 180) } : { lat: random.uniform(-60, 60), lng: 180 },
          );
    for (let i = 0; i < count; i++) {
      const truth = at(i);
      const angle = random.uniform(0, 2 * Math.PI);
      const h = [Math.cos(angle), Math.sin(angle), random.normal(), random.normal()];
      // An axis that is the same everywhere, so that there is something to learn.
      const push = projectTangent(truth, [h[0], h[1], 0]);
      const centre = expMap(truth, scale(push, 60 / earthRadiusKm));
      examples.embeddings.set([...h, ...(i % 10 === 0 ? scale(centre, -1) : centre)], i * width);
      examples.places.set(truth, 3 * i);
    }
    const source = {
      length: count,
      batch: (indices: Uint32Array) => ({
        n: indices.length,
        embeddings: Float32Array.from(
          [...indices].flatMap((i) => [...examples.embeddings.subarray(i * width, (i + 1) * width)]),
        ),
        places: Float32Array.from([...indices].flatMap((i) => [...examples.places.subarray(3 * i, 3 * i + 3)])),
      }),
    };
    const objective = refiningObjective({ ...config, hidden: 32 }, into);
    const state = initTrainState(objective, new Generator(1));
    state.params = withFeatureMoments(state.params, [0, 0, 0, 0], [0.7, 0.7, 1, 1]);
    expect(Object.keys(state.moments.first).every(isPeakWeight)).toBe(true);
    const options = { steps: 400, rate: () => 5e-3, weightDecay: 0 };
    for await (const { loss } of train(state, objective, exampleBatches(source, 64, 3), options, runtime))
      expect(Number.isFinite(loss)).toBe(true);
    const h = tensor(
      Float32Array.from(
        [...Array(300).keys()].flatMap((i) => [
          ...examples.embeddings.subarray((i + 1) * width, (i + 1) * width + into),
        ]),
      ),
      [300, into],
    );
    const c = tensor(
      Float32Array.from(
        [...Array(300).keys()].flatMap((i) => [
          ...examples.embeddings.subarray((i + 1) * width + into, (i + 2) * width),
        ]),
      ),
      [300, 3],
    );
    const [centre, deviation] = await fine(state.params, h, c);
    const errors = rows(centre, 3)
      .map((x, i) =>
        distanceKm(
          toLatLng(x as unknown as Vec3),
          toLatLng([...examples.places.subarray(3 * i + 3, 3 * i + 6)] as unknown as Vec3),
        ),
      )
      .filter((_, i) => (i + 1) % 10 !== 0)
      .sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(20);
    const deviations = Array.from(deviation.data as Float32Array).sort((a, b) => a - b);
    expect(50 * deviations[150]).toBeLessThan(25);
  }, 60_000);
});
