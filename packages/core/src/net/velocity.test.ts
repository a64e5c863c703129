import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { Generator } from "../random/generator.js";
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

/** More rows, of zeros. */
function padded(t: Tensor, shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.set(t.data as Float32Array);
  return tensor(data, shape);
}
