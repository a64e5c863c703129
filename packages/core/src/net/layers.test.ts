import { compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import {
  conv,
  gelu,
  layerNorm,
  linear,
  mean,
  relu,
  sigmoid,
  silu,
  softplus,
  squaredReluLinear,
  standardize,
} from "./layers.js";
import { copyOf, heInit, type Parameters, prefixed, subtree, type Traced, uniformInit } from "./parameters.js";

type Arr = jax.Array;
const random = new Generator(77);
const doubles = (...shape: number[]) =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
    "float64",
  );
const at = (t: Tensor, i: number) => Number(t.data[i]);
const near = (got: Tensor, want: number[], tolerance = 1e-11) => {
  expect(got.data.length).toBe(want.length);
  want.forEach((w, i) => {
    expect(Math.abs(at(got, i) - w)).toBeLessThan(tolerance * (1 + Math.abs(w)));
  });
};
const list = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));

/** Φ by its power series, for arguments of a few deviations. */
function normalCdf(x: number): number {
  let [sum, term] = [x, x];
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

describe("activations in double precision", () => {
  it("are those of their formulas, far from nought as well", async () => {
    const xs = tensor([-800, -30, -4, -1.3, -1e-9, 0, 0.4, 2.5, 5, 90, 800], [11], "float64");
    const run = compile<[Tensor], Tensor[]>((x: Arr) => [relu(x.ref), silu(x.ref), gelu(x.ref), softplus(x)], {
      runtime: ort,
    });
    const [r, s, g, p] = await run(xs);
    list(11, (i) => at(xs, i)).forEach((x, i) => {
      expect(at(r, i)).toBe(Math.max(x, 0));
      expect(at(s, i)).toBeCloseTo(x / (1 + Math.exp(-x)), 12);
      if (Math.abs(x) < 6) expect(at(g, i)).toBeCloseTo(x * normalCdf(x), 12);
      else expect(at(g, i)).toBeCloseTo(Math.max(x, 0), 12);
      expect(at(p, i)).toBeCloseTo(x > 30 ? x : Math.log1p(Math.exp(x)), 12);
    });
    await run.dispose();
  });
});

it("the logistic function and SiLU have finite derivatives far from nought, in single precision", async () => {
  const numbers = [-1000, -120, -89, -88, -30, -2, 0, 3, 90, 1000];
  const xs = tensor(Float32Array.from(numbers), [10]);
  const run = compile<[Tensor], Tensor[]>(
    (x: Arr) => [sigmoid, silu].map((f) => jax.grad((y: Arr) => f(y).sum())(x.ref) as Arr),
    { runtime: ort },
  );
  const [logistic, swish] = await run(xs);
  numbers.forEach((x, i) => {
    const s = 1 / (1 + Math.exp(-x));
    expect(at(logistic, i)).toBeCloseTo(s * (1 - s), 6);
    expect(at(swish, i)).toBeCloseTo(s + x * s * (1 - s), 5);
  });
  await run.dispose();
});

it("GELU's derivative is that of its formula, backwards and along directions", async () => {
  for (const [dtype, digits] of [
    ["float64", 12],
    ["float32", 5],
  ] as const) {
    const numbers = [-30, -4, -1.3, -0.2, 0, 0.4, 2.5, 5, 90];
    const xs = tensor(dtype === "float64" ? Float64Array.from(numbers) : Float32Array.from(numbers), [9], dtype);
    const run = compile<[Tensor], Tensor[]>(
      (x: Arr) => {
        const tangent = jax.numpy.zerosLike(x.ref).add(2);
        return [jax.grad((y: Arr) => gelu(y).sum())(x.ref) as Arr, ...(jax.jvp(gelu, [x], [tangent]) as [Arr, Arr])];
      },
      { runtime: ort },
    );
    const [backward, value, forward] = await run(xs);
    numbers.forEach((x, i) => {
      const [cdf, density] = [
        Math.abs(x) < 6 ? normalCdf(x) : Number(x > 0),
        Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI),
      ];
      expect(at(value, i)).toBeCloseTo(x * cdf, digits);
      expect(at(backward, i)).toBeCloseTo(cdf + x * density, digits);
      expect(at(forward, i)).toBeCloseTo(2 * (cdf + x * density), digits);
    });
    await run.dispose();
  }
});

describe("layers in double precision, against loops", () => {
  it("a linear layer is x·Wᵀ + b, with any leading axes; a mean keeps its axes", async () => {
    const p = { "l.weight": doubles(4, 3), "l.bias": doubles(4) };
    const x = doubles(2, 5, 3);
    const run = compile<[Parameters, Tensor], Tensor[]>(
      (q: Traced, y: Arr) => [linear(q, "l", y.ref), mean(y.ref, [0, -1]), mean(y, [1])],
      { runtime: ort },
    );
    const [y, over02, over1] = await run(p, x);
    expect([y.dims, over02.dims, over1.dims].map((d) => [...d])).toEqual([
      [2, 5, 4],
      [1, 5, 1],
      [2, 1, 3],
    ]);
    near(
      y,
      list(40, (i) => {
        const [row, o] = [Math.floor(i / 4), i % 4];
        return [0, 1, 2].reduce((s, k) => s + at(x, 3 * row + k) * at(p["l.weight"], 3 * o + k), at(p["l.bias"], o));
      }),
    );
    near(
      over02,
      list(5, (j) => list(6, (k) => at(x, 15 * Math.floor(k / 3) + 3 * j + (k % 3))).reduce((a, b) => a + b) / 6),
    );
    near(
      over1,
      list(6, (k) => list(5, (j) => at(x, 15 * Math.floor(k / 3) + 3 * j + (k % 3))).reduce((a, b) => a + b) / 5),
    );
    await run.dispose();
  });
  it.each([
    [1, 0, 3],
    [1, 1, 3],
    [2, 1, 3],
    [2, 0, 2],
  ])("a convolution of stride %i with %i zeros on every side, %i pixels wide", async (stride, padding, k) => {
    const [n, into, out, h, w] = [2, 2, 3, 6, 5];
    const p = { "c.weight": doubles(out, into, k, k), "c.bias": doubles(out) };
    const x = doubles(n, into, h, w);
    const run = compile<[Parameters, Tensor], Tensor>((q: Traced, y: Arr) => conv(q, "c", y, { stride, padding }), {
      runtime: ort,
    });
    const got = await run(p, x);
    const [rows, columns] = [h, w].map((d) => Math.floor((d + 2 * padding - k) / stride) + 1);
    expect([...got.dims]).toEqual([n, out, rows, columns]);
    const want: number[] = [];
    for (let b = 0; b < n; b++)
      for (let o = 0; o < out; o++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++) {
            let sum = at(p["c.bias"], o);
            for (let i = 0; i < into; i++)
              for (let dy = 0; dy < k; dy++)
                for (let dx = 0; dx < k; dx++) {
                  const [y, z] = [r * stride + dy - padding, c * stride + dx - padding];
                  if (y < 0 || z < 0 || y >= h || z >= w) continue;
                  sum +=
                    at(x, ((b * into + i) * h + y) * w + z) * at(p["c.weight"], ((o * into + i) * k + dy) * k + dx);
                }
            want.push(sum);
          }
    near(got, want);
    await run.dispose();
  });
  it("a normalised row has mean nought and variance one, but for ε, and forgets scale and shift", async () => {
    const run = compile<[Tensor], Tensor[]>(
      (x: Arr) => [layerNorm(x.ref), layerNorm(x.ref.mul(7).add(3)), standardize(x, [0, 1], 0.5)],
      { runtime: ort },
    );
    const x = doubles(3, 6);
    const [rows, again, whole] = await run(x);
    const moments = (v: number[]) => {
      const m = v.reduce((a, b) => a + b) / v.length;
      return [m, v.reduce((s, a) => s + (a - m) ** 2, 0) / v.length];
    };
    for (let r = 0; r < 3; r++) {
      const [m, variance] = moments(list(6, (i) => at(rows, 6 * r + i)));
      const own = moments(list(6, (i) => at(x, 6 * r + i)))[1];
      expect(m).toBeCloseTo(0, 12);
      expect(variance).toBeCloseTo(own / (own + 1e-5), 10);
    }
    near(
      again,
      list(18, (i) => at(rows, i)),
      1e-4,
    );
    const [m, variance] = moments(list(18, (i) => at(x, i)));
    near(
      whole,
      list(18, (i) => (at(x, i) - m) / Math.sqrt(variance + 0.5)),
    );
    await run.dispose();
  });
  it("squared ReLU in few passes is the plain form, values and gradients", async () => {
    const plain = (q: Traced, y: Arr) => {
      const r = relu(linear(q, "l", y));
      return r.ref.mul(r);
    };
    const both = compile<[Parameters, Tensor], unknown>(
      (q: Traced, y: Arr) =>
        [plain, (r: Traced, z: Arr) => squaredReluLinear(r, "l", z)].map((f) => {
          const own = Object.fromEntries(Object.entries(q).map(([k, v]) => [k, v.ref]));
          const loss = (r: Traced, z: Arr) => jax.numpy.sin(f(r, z)).sum();
          const both = jax.valueAndGrad(loss as never, { argnums: [0, 1] }) as unknown as (
            ...args: unknown[]
          ) => unknown;
          return both(own, y.ref);
        }) as never,
      { runtime: ort },
    );
    const pair = await both({ "l.weight": doubles(4, 3), "l.bias": doubles(4) }, doubles(5, 3));
    const leaves = jax.tree.leaves(pair as never) as unknown as Tensor[];
    const [a, b] = [leaves.slice(0, 4), leaves.slice(4)];
    expect(leaves.length).toBe(8);
    a.forEach((t, i) => {
      near(
        b[i],
        list(t.data.length, (k) => at(t, k)),
      );
    });
    expect(list(12, (i) => at(a[2], i)).some((v) => Math.abs(v) > 0.01)).toBe(true);
    await both.dispose();
  });
});

describe("weights by name", () => {
  it("begin with the spread of their fan-in", () => {
    const u = uniformInit(random, [40, 50], 25).data as Float32Array;
    expect(Math.max(...u.map(Math.abs))).toBeLessThanOrEqual(0.2);
    expect(u.reduce((s, v) => s + v * v, 0) / 2000).toBeCloseTo(0.04 / 3, 2.5);
    const z = heInit(random, [40, 50], 50).data as Float32Array;
    expect(z.reduce((s, v) => s + v * v, 0) / 2000).toBeCloseTo(0.04, 2.2);
  });
  it("are put under a prefix and taken out again, and names that only begin alike stay out", () => {
    const p = { "a.x": 1, "a.b.y": 2, "ab.x": 3, a: 4 };
    expect(subtree(p, "a")).toEqual({ x: 1, "b.y": 2 });
    expect(subtree(prefixed(p, "net"), "net")).toEqual(p);
  });
  it("are copied into memory of their own", () => {
    const p = { w: tensor([1, 2], [2, 1]) };
    const copy = copyOf(p);
    (copy.w.data as Float32Array)[0] = 9;
    expect([...(p.w.data as Float32Array), ...copy.w.dims]).toEqual([1, 2, 2, 1]);
  });
});
