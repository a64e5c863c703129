/** The same mathematics on the runtime that browsers use: WebAssembly, injected like any other. */
import { type Compiled, compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import { Generator, initVelocity, type Parameters, type Traced, uniformPoints, velocity } from "@geodrift/core";
import type { Array as JaxArray } from "@jax-js/jax";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { expect, it } from "vitest";

it("the velocity network gives the same field in onnxruntime-web as in onnxruntime-node", async () => {
  web.env.wasm.numThreads = 1;
  const config = { input_dim: 3, dim: 32, depth: 2, expansion: 4, cond_dim: 8 };
  const params = initVelocity(config, new Generator(3));
  const x = tensor(uniformPoints(new Generator(4), 6), [6, 3]);
  const embedding = tensor(new Generator(5).normals(48), [6, 8]);
  const gamma = tensor([0.1, 0.3, 0.5, 0.7, 0.9, 1], [6]);
  const field = (p: Traced, y: JaxArray, g: JaxArray, c: JaxArray) => velocity(config, p, y, g, c);
  const on = (runtime: Runtime): Compiled<[Parameters, Tensor, Tensor, Tensor], Tensor> => compile(field, { runtime });
  const [a, b] = [await on(node)(params, x, gamma, embedding), await on(web)(params, x, gamma, embedding)];
  const [p, q] = [a.data as Float32Array, b.data as Float32Array];
  expect(p.length).toBe(18);
  p.forEach((v, i) => {
    expect(Math.abs(v - q[i])).toBeLessThan(2e-5);
  });
});
