import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { directionalModel } from "../density/directional.js";
import { Generator } from "../random/generator.js";
import { velocityModel } from "../solve/guidance.js";
import { earthRadiusKm } from "../sphere/point.js";
import { uniformPoints } from "../sphere/sampling.js";
import type { Parameters, Traced } from "./parameters.js";
import { initVelocity, velocity, velocityShapes } from "./velocity.js";

type Arr = np.Array;
const random = new Generator(3);
const plain = { input_dim: 3, dim: 16, depth: 2, expansion: 2, cond_dim: 7 };
const near = { column: 2, reachKm: [50, 800] };
const config = { ...plain, near };
const n = 12;

it("sees points from the place in its condition, at every scale, by a network that is handed the same by hand", async () => {
  const params = initVelocity(config, random);
  expect([...params["initial_mapper.weight"].dims]).toEqual([16, 9]);
  // The same network without `near`, to whose points the offsets are added by hand.
  const wide = { ...plain, input_dim: 9 };
  const own = Object.fromEntries(
    Object.entries(velocityShapes(wide)).map(([name, shape]) => [
      name,
      /final_linear/.test(name) ? padded(params[name], shape) : params[name],
    ]),
  );
  const points = Float32Array.from(uniformPoints(random, n));
  const condition = random.normals(n * 7);
  const seen = new Float32Array(9 * n);
  for (let i = 0; i < n; i++) {
    const d = [0, 1, 2].map((k) => points[3 * i + k] - condition[7 * i + 2 + k]);
    const length = Math.hypot(...d);
    const scaled = near.reachKm.flatMap((km) => d.map((x) => x / Math.hypot(km / earthRadiusKm, length)));
    seen.set([...points.slice(3 * i, 3 * i + 3), ...scaled], 9 * i);
  }
  const gamma = tensor(Float32Array.of(0.7), [1]);
  const of = async (c: typeof wide, p: Parameters, x: Float32Array) => {
    const run = compile<[Parameters, Tensor, Tensor, Tensor], Tensor>(
      (q: Traced, y: Arr, g: Arr, e: Arr) => velocity(c, q, y, g, e),
      { runtime: ort },
    );
    const out = await run(p, tensor(x, [n, x.length / n]), gamma, tensor(condition, [n, 7]));
    await run.dispose();
    return Array.from(out.data as Float32Array);
  };
  const want = (await of(wide, own, seen)).filter((_, i) => i % 9 < 3);
  (await of(config, params, points)).forEach((v, i) => {
    expect(Math.abs(v - want[i])).toBeLessThan(1e-5 * (1 + Math.abs(want[i])));
  });
});

it("sees every image's points from its own place, and with guidance as without a condition from none", async () => {
  const params = initVelocity(config, random);
  for (const t of Object.values(params))
    (t.data as Float32Array).forEach((_, i, d) => {
      d[i] += 0.2 * random.normal();
    });
  const model = velocityModel(config, params, { runtime: ort });
  const [one, two] = [random.normals(7), random.normals(7)];
  const x = Float64Array.from(uniformPoints(random, 2 * n));
  const both = Float32Array.from([...one, ...two]);
  const close = (got: ArrayLike<number>, want: ArrayLike<number>) => {
    expect(got.length).toBe(want.length);
    Array.from(got).forEach((v, i) => {
      expect(Math.abs(v - want[i])).toBeLessThan(1e-4 * (1 + Math.abs(want[i])));
    });
  };
  for (const guidance of [0, 2]) {
    const together = Array.from(await model.field(both, n, guidance)(x, 0.6));
    close(together.slice(0, 3 * n), await model.field(one, n, guidance)(x.slice(0, 3 * n), 0.6));
    close(together.slice(3 * n), await model.field(two, n, guidance)(x.slice(3 * n), 0.6));
  }
  const [told, free] = [
    await model.field(one, 2 * n, 0)(x, 0.6),
    await model.field(new Float32Array(7), 2 * n, 0)(x, 0.6),
  ];
  close(
    await model.field(one, 2 * n, 2)(x, 0.6),
    Array.from(told, (v, i) => 3 * v - 2 * free[i]),
  );
  await model.dispose();
});

it("has exact derivatives where it sees points from a place", async () => {
  const params = initVelocity(config, random);
  const model = directionalModel(config, params, { runtime: ort });
  const condition = random.normals(7);
  const x = Float64Array.from(uniformPoints(random, n));
  const along = Float64Array.from(random.normals(3 * n));
  const at = async (points: Float64Array) => (await model.at(condition, points, [along], 0.5, 0)).velocity;
  const { derivatives } = await model.at(condition, x, [along], 0.5, 0);
  const h = 1e-3;
  const [up, down] = [await at(x.map((v, i) => v + h * along[i])), await at(x.map((v, i) => v - h * along[i]))];
  Array.from(derivatives[0]).forEach((d, i) => {
    const want = (up[i] - down[i]) / (2 * h);
    expect(Math.abs(d - want)).toBeLessThan(2e-2 * (1 + Math.abs(want)));
  });
  await model.dispose();
});

/** More rows, of zeros. */
function padded(t: Tensor, shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.set(t.data as Float32Array);
  return tensor(data, shape);
}
