import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as jax from "@jax-js/jax";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile, type DType, exportOnnx, type JaxFunction, loweredPrimitives, type Tensor, tensor } from "./index.js";

const { numpy: np, lax, nn } = jax;
type Arr = jax.Array;

/** Deterministic noise, so that a failing case can be run again. */
function noise(seed: number, n: number): number[] {
  let s = (seed * 2654435761 + 12345) >>> 0;
  return Array.from({ length: n }, () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return (s / 2 ** 32) * 4 - 2;
  });
}

interface Arg {
  shape: number[];
  dtype?: DType;
  /** Maps noise in [-2, 2) to the values wanted. */
  map?: (x: number) => number;
}

function values({ shape, dtype = "float32", map = (x) => x }: Arg, seed: number): number[] {
  const xs = noise(
    seed,
    shape.reduce((a, b) => a * b, 1),
  ).map(map);
  if (dtype === "bool") return xs.map((x) => (x > 0 ? 1 : 0));
  if (dtype === "int32") return xs.map((x) => Math.trunc(x * 5));
  if (dtype === "uint32") return xs.map((x) => Math.trunc(Math.abs(x) * 1e9));
  return xs.map(Math.fround);
}

/** Runs `fn` compiled and as jax-js evaluates it, and compares every output. */
async function agree(fn: JaxFunction, args: Arg[], { atol = 2e-5, rtol = 2e-5 } = {}): Promise<void> {
  const data = args.map((a, i) => values(a, i + 1));
  const compiled = compile<Tensor[], unknown>(fn, { runtime: ort });
  const tensors = args.map((a, i) => tensor(data[i], a.shape, a.dtype));
  const arrays = args.map((a, i) =>
    np.array(a.dtype === "bool" ? data[i].map(Boolean) : data[i], { shape: a.shape, dtype: np[a.dtype ?? "float32"] }),
  );
  const expected = jax.tree.leaves(fn(...arrays)) as Arr[];
  const got = jax.tree.leaves((await compiled(...tensors)) as never) as unknown as Tensor[];
  expect(got.length).toBe(expected.length);
  got.forEach((g, i) => {
    expect([...g.dims]).toEqual(expected[i].shape);
    expect(g.type).toBe(expected[i].dtype);
    const want = Array.from(expected[i].dataSync() as ArrayLike<number>, Number);
    const have = Array.from(g.data as ArrayLike<number>, Number);
    want.forEach((w, k) => {
      const ok = Object.is(w, have[k]) || w === have[k] || Math.abs(w - have[k]) <= atol + rtol * Math.abs(w);
      if (!ok) throw new Error(`output ${i} element ${k}: jax-js ${w}, compiled ${have[k]}`);
    });
  });
  await compiled.dispose();
}

const positive = (x: number) => Math.abs(x) + 0.1;
const unit = (x: number) => x / 2.1;
const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });

/** Two shapes that broadcast together. */
const broadcastable = shape
  .chain((s) =>
    fc.tuple(
      fc.constant(s),
      fc
        .tuple(...s.map((d) => fc.boolean().map((b) => (b ? d : 1))))
        .chain((t) => fc.integer({ min: 0, max: t.length }).map((k) => t.slice(k))),
      fc.boolean(),
    ),
  )
  .map(([s, t, swap]) => (swap ? [t as number[], s] : [s, t as number[]]));

const runs = { numRuns: 12 };

describe("unary primitives agree with jax-js on random shapes", () => {
  const cases: [string, (x: Arr) => Arr, ((x: number) => number)?][] = [
    ["neg", (x) => x.neg()],
    ["reciprocal", (x) => np.reciprocal(x), positive],
    ["floor", (x) => np.floor(x)],
    ["ceil", (x) => np.ceil(x)],
    ["sin", (x) => np.sin(x)],
    ["cos", (x) => np.cos(x)],
    ["tan", (x) => np.tan(x), unit],
    ["asin", (x) => np.asin(x), unit],
    ["atan", (x) => np.atan(x)],
    ["exp", (x) => np.exp(x)],
    ["log", (x) => np.log(x), positive],
    ["sqrt", (x) => np.sqrt(x), positive],
    ["erf", (x) => lax.erf(x)],
    ["erfc", (x) => lax.erfc(x)],
    ["tanh", (x) => np.tanh(x)],
    ["sigmoid", (x) => nn.sigmoid(x)],
    ["gelu", (x) => nn.gelu(x, { approximate: false })],
    ["silu", (x) => nn.silu(x)],
    ["softplus", (x) => nn.softplus(x)],
    ["abs", (x) => np.abs(x)],
    ["sign", (x) => np.sign(x)],
    ["round", (x) => np.round(x)],
    ["isnan", (x) => np.isnan(x)],
  ];
  it.each(cases)("%s", async (_, f, map) => {
    await fc.assert(
      fc.asyncProperty(shape, (s) => agree(f, [{ shape: s, map }])),
      runs,
    );
  });
  it.each(cases.filter(([name]) => !["floor", "ceil", "sign", "round", "isnan"].includes(name)))(
    "gradient and tangent of %s",
    async (_, f, map) => {
      await agree((x: Arr) => jax.grad((y: Arr) => f(y).sum())(x), [{ shape: [3, 4], map }], {
        atol: 1e-4,
        rtol: 1e-4,
      });
      await agree((x: Arr, t: Arr) => jax.jvp(f, [x], [t]), [{ shape: [5], map }, { shape: [5] }], {
        atol: 1e-4,
        rtol: 1e-4,
      });
    },
  );
});

describe("binary primitives agree with jax-js on random broadcasts", () => {
  const cases: [string, (x: Arr, y: Arr) => Arr, ((x: number) => number)?][] = [
    ["add", (x, y) => x.add(y)],
    ["sub", (x, y) => x.sub(y)],
    ["mul", (x, y) => x.mul(y)],
    ["div", (x, y) => x.div(y), positive],
    ["min", (x, y) => np.minimum(x, y)],
    ["max", (x, y) => np.maximum(x, y)],
    ["mod", (x, y) => np.fmod(x, y), positive],
    ["less", (x, y) => x.less(y)],
    ["less_equal", (x, y) => x.lessEqual(y)],
    ["equal", (x, y) => x.equal(y)],
    ["not_equal", (x, y) => x.notEqual(y)],
    ["arctan2", (x, y) => np.arctan2(x, y)],
    ["power", (x, y) => np.power(x, y), positive],
  ];
  it.each(cases)("%s in float32", async (_, f, map) => {
    await fc.assert(
      fc.asyncProperty(broadcastable, ([s, t]) =>
        agree(f, [
          { shape: s, map },
          { shape: t, map },
        ]),
      ),
      runs,
    );
  });
  it.each(["int32", "uint32", "bool"] as DType[])("comparison, extremes and sums in %s", async (dtype) => {
    // jax-js's own backend has no ordering of booleans.
    const names = [
      "add",
      "mul",
      "equal",
      "not_equal",
      ...(dtype === "bool" ? [] : ["min", "max", "less", "less_equal"]),
    ];
    for (const [, f] of cases.filter(([name]) => names.includes(name)))
      await fc.assert(
        fc.asyncProperty(broadcastable, ([s, t]) =>
          agree(f, [
            { shape: s, dtype },
            { shape: t, dtype },
          ]),
        ),
        { numRuns: 4 },
      );
  });
  it("where, with gradients", async () => {
    const f = (c: Arr, x: Arr, y: Arr) => np.where(c.greater(0), x, y);
    await fc.assert(
      fc.asyncProperty(broadcastable, ([s, t]) => agree(f, [{ shape: s }, { shape: t }, { shape: s }])),
      runs,
    );
    await agree(
      (c: Arr, x: Arr, y: Arr) => jax.grad((a: Arr, b: Arr) => f(c, a, b.ref.mul(b)).sum(), { argnums: [0, 1] })(x, y),
      [{ shape: [3, 1] }, { shape: [3, 4] }, { shape: [4] }],
    );
  });
  it("integer division, remainder, bits", async () => {
    const ints = [
      { shape: [7, 3], dtype: "int32" as const, map: (x: number) => x * 7 },
      { shape: [3], dtype: "int32" as const, map: positive },
    ];
    await agree(
      (x: Arr, y: Arr) => np.fmod(x, y),
      ints.map((a, i) => (i ? { ...a, map: (x: number) => Math.abs(x) + 1 } : a)),
    );
    const words = [
      { shape: [9], dtype: "uint32" as const },
      { shape: [9], dtype: "uint32" as const },
    ];
    for (const f of [np.bitwiseAnd, np.bitwiseOr, np.bitwiseXor] as ((x: Arr, y: Arr) => Arr)[]) await agree(f, words);
    await agree((x: Arr, y: Arr) => np.leftShift(x, np.bitwiseAnd(y, np.array(31, { dtype: np.uint32 }))), words);
    await agree((x: Arr, y: Arr) => np.rightShift(x, np.bitwiseAnd(y, np.array(31, { dtype: np.uint32 }))), words);
    await agree((x: Arr) => np.rightShift(x, np.array(2, { dtype: np.int32 })), [{ shape: [9], dtype: "int32" }]);
    await agree((x: Arr) => np.bitwiseCount(x), [words[0]]);
    await agree((x: Arr) => x.mul(np.array(2654435769, { dtype: np.uint32 })), [words[0]]);
  });
  it("casts between every pair of types", async () => {
    // jax-js's own backend has neither float16 nor float64 on Node 20; parity tests cover doubles.
    const types: DType[] = ["float32", "int32", "uint32", "bool"];
    for (const from of types)
      for (const to of types) {
        await agree((x: Arr) => x.astype(np[to]).astype(np.float32), [{ shape: [2, 5], dtype: from }], {
          atol: 2e-3,
          rtol: 2e-3,
        });
      }
  });
});

describe("products and reductions", () => {
  it("reductions over any axes", async () => {
    const ops = [np.sum, np.prod, np.max, np.min, np.mean] as ((x: Arr, axis: number[]) => Arr)[];
    const cases = shape.chain((s) => fc.tuple(fc.constant(s), fc.subarray(s.map((_, i) => i))));
    for (const f of ops)
      await fc.assert(
        fc.asyncProperty(cases, ([s, axes]) => agree((x: Arr) => f(x, axes), [{ shape: s }])),
        runs,
      );
  });
  it("reductions of broadcast values", async () => {
    await agree((x: Arr) => np.broadcastTo(x, [3, 4, 2]).sum([0, 2]), [{ shape: [4, 1] }]);
    await agree((x: Arr) => np.prod(np.broadcastTo(x, [3, 4]), 0), [{ shape: [4] }]);
    await agree((x: Arr) => np.max(np.broadcastTo(x, [3, 4])), [{ shape: [4] }]);
  });
  it("gradients of max and prod", async () => {
    await agree((x: Arr) => jax.grad((y: Arr) => np.max(y, 1).sum())(x), [{ shape: [3, 5] }]);
    await agree((x: Arr) => jax.grad((y: Arr) => np.prod(y, 0).sum())(x), [{ shape: [3, 5], map: positive }]);
  });
  it("contractions in every arrangement of batch, rows and columns, with gradients", async () => {
    // Axes are permuted in front of and behind one batched product: [b, m, k] · [b, k, n].
    const perms3 = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const sizes = [
      [2, 3, 4, 5],
      [1, 3, 4, 5],
      [2, 1, 4, 1],
      [3, 2, 1, 2],
    ];
    const inverse = (perm: number[]) => perm.map((_, i) => perm.indexOf(i));
    for (const [b, m, k, n] of sizes)
      for (const [i, perm] of perms3.entries()) {
        const other = perms3[(i + 2) % 6];
        const f = (x: Arr, y: Arr) =>
          np.transpose(np.matmul(np.transpose(x, inverse(perm)), np.transpose(y, inverse(other))), perms3[(i + 4) % 6]);
        const args = [{ shape: perm.map((a) => [b, m, k][a]) }, { shape: other.map((a) => [b, k, n][a]) }];
        await agree(f, args);
        const loss = (x: Arr, y: Arr) => np.sin(f(x, y)).sum();
        await agree((x: Arr, y: Arr) => jax.grad(loss, { argnums: [0, 1] })(x, y), args, { atol: 1e-4 });
      }
  });
  it("matmul of random batches", async () => {
    const batch = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
    const size = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(batch, size, size, size, (b, m, k, n) =>
        agree((x: Arr, y: Arr) => np.matmul(x, y), [{ shape: [...b, m, k] }, { shape: [...b, k, n] }]),
      ),
      runs,
    );
  });
  it("cumulative sums and products, with gradients", async () => {
    await agree((x: Arr) => np.cumsum(x, 1), [{ shape: [3, 7] }]);
    await agree((x: Arr) => np.cumprod(x, 0), [{ shape: [6, 2] }]);
    await agree((x: Arr) => jax.grad((y: Arr) => np.sin(np.cumsum(y, 0)).sum())(x), [{ shape: [9, 2] }], {
      atol: 1e-4,
    });
  });
});

describe("movement", () => {
  const perms = shape.chain((s) =>
    fc.tuple(
      fc.constant(s),
      fc.shuffledSubarray(
        s.map((_, i) => i),
        { minLength: s.length },
      ),
    ),
  );
  it("transposes feeding arithmetic, sums and reshapes", async () => {
    await fc.assert(
      fc.asyncProperty(perms, ([s, perm]) =>
        agree(
          (x: Arr, y: Arr) => {
            const t = np.transpose(x.mul(2), perm).add(y);
            return [t.ref.reshape([-1]), t.ref.sum(s.length ? [0] : []), np.sin(t)];
          },
          [{ shape: s }, { shape: perm.map((p) => s[p]) }],
        ),
      ),
      { numRuns: 30 },
    );
  });
  it("reshapes of broadcast and transposed values", async () => {
    await agree((x: Arr) => np.broadcastTo(x, [4, 3, 2]).reshape([2, 2, 6]), [{ shape: [3, 1] }]);
    await agree((x: Arr) => np.transpose(x, [2, 0, 1]).reshape([4, 6]), [{ shape: [2, 3, 4] }]);
    await agree(
      (x: Arr) =>
        np
          .transpose(x.reshape([2, 3, 2, 2]), [1, 0, 2, 3])
          .reshape([3, 8])
          .add(1),
      [{ shape: [2, 3, 4] }],
    );
  });
  it("slices, flips, padding, joining, splitting, with gradients", async () => {
    const f = (x: Arr) => {
      const parts = np.split(np.flip(x.ref, [0]), [1, 3], 1);
      const padded = np.pad(x.ref, [
        [1, 2],
        [0, 3],
      ]);
      const cut = x.slice([1, 3], [0, 2]);
      return [
        np.concatenate(
          parts.map((p: Arr, i: number) => p.mul(i + 1)),
          1,
        ),
        padded,
        np.sin(cut),
      ];
    };
    await agree(f, [{ shape: [4, 5] }]);
    const sum = (x: Arr) => (f(x) as Arr[]).map((y) => np.sin(y).sum()).reduce((a, b) => a.add(b));
    await agree((x: Arr) => jax.grad(sum)(x), [{ shape: [4, 5] }], { atol: 1e-4 });
  });
  it("sorting, with ties and gradients", async () => {
    await agree((x: Arr) => np.sort(x), [{ shape: [3, 9] }]);
    await agree((x: Arr) => np.argsort(x), [{ shape: [3, 9], dtype: "int32" }]);
    await agree(
      (x: Arr) => jax.grad((y: Arr) => np.sort(y).mul(np.arange(6).astype(np.float32)).sum())(x),
      [{ shape: [2, 6] }],
    );
  });
  it("gather and scatter along one and two axes, with gradients", async () => {
    const index = { shape: [4, 2], dtype: "int32" as const, map: (x: number) => (Math.abs(x) % 1) * 0.6 };
    for (const axis of [0, 1, 2]) {
      await agree((x: Arr, i: Arr) => np.take(x, i, axis), [{ shape: [3, 4, 5] }, index]);
      const loss = (x: Arr, i: Arr) => np.sin(np.take(x, i, axis)).sum();
      await agree((x: Arr, i: Arr) => jax.grad(loss)(x, i), [{ shape: [3, 4, 5] }, index], { atol: 1e-4 });
    }
    const rows = { shape: [6], dtype: "int32" as const, map: (x: number) => (Math.abs(x) % 1) * 0.6 };
    const pick = (x: Arr, i: Arr, j: Arr) => x.slice(i, j);
    await agree(pick, [{ shape: [4, 5] }, rows, rows]);
    await agree(
      (x: Arr, i: Arr, j: Arr) => jax.grad((y: Arr) => np.sin(pick(y, i, j)).sum())(x),
      [{ shape: [4, 5] }, rows, rows],
      { atol: 1e-4 },
    );
  });
});

describe("convolutions", () => {
  const cases = fc.record({
    n: fc.integer({ min: 1, max: 3 }),
    cin: fc.integer({ min: 1, max: 3 }),
    cout: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 4, max: 7 }),
    k: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    pad: fc.integer({ min: 0, max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  });
  it("2-D, any stride, padding and dilation, with both gradients", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ n, cin, cout, size, k, stride, pad, dilation }) => {
        fc.pre(size + 2 * pad >= (k - 1) * dilation + 1);
        const f = (x: Arr, w: Arr) =>
          lax.convGeneralDilated(
            x,
            w,
            [stride, stride],
            [
              [pad, pad],
              [pad, pad],
            ],
            { rhsDilation: [dilation, dilation] },
          );
        const args = [{ shape: [n, cin, size, size + 1] }, { shape: [cout, cin, k, k] }];
        await agree(f, args, { atol: 1e-4 });
        const loss = (x: Arr, w: Arr) => np.sin(f(x, w)).sum();
        await agree((x: Arr, w: Arr) => jax.grad(loss, { argnums: [0, 1] })(x, w), args, { atol: 2e-4, rtol: 2e-4 });
      }),
      { numRuns: 20 },
    );
  });
  it("1-D, grouped, transposed", async () => {
    await agree(
      (x: Arr, w: Arr) => lax.convGeneralDilated(x, w, [1], [[1, 1]]),
      [{ shape: [2, 3, 8] }, { shape: [4, 3, 3] }],
      { atol: 1e-4 },
    );
    await agree(
      (x: Arr, w: Arr) => lax.convGeneralDilated(x, w, [1, 1], "SAME", { featureGroupCount: 2 }),
      [{ shape: [2, 4, 5, 5] }, { shape: [6, 2, 3, 3] }],
      { atol: 1e-4 },
    );
    await agree(
      (x: Arr, w: Arr) => lax.convTranspose(x, w, [2, 2], "SAME"),
      [{ shape: [2, 3, 4, 4] }, { shape: [5, 3, 3, 3] }],
      { atol: 1e-4 },
    );
  });
  it("pooling, with gradients", async () => {
    const pool = (x: Arr) => lax.reduceWindow(x, (w: Arr) => np.max(w), [2, 2], [2, 2]);
    await agree(pool, [{ shape: [2, 3, 6, 6] }]);
    await agree(
      (x: Arr) => jax.grad((y: Arr) => np.sin(lax.reduceWindow(y, (w: Arr) => np.mean(w), [3, 3], [1, 1])).sum())(x),
      [{ shape: [1, 2, 5, 5] }],
      { atol: 1e-4 },
    );
  });
});

describe("compositions", () => {
  it("vmap of grad, jvp of grad, softmax, layer normalisation", async () => {
    const norm = (x: Arr) => {
      const c = x.ref.sub(np.mean(x, -1, { keepdims: true }));
      return c.ref.div(np.sqrt(np.mean(c.ref.mul(c), -1, { keepdims: true }).add(1e-5)));
    };
    await agree((x: Arr) => norm(x), [{ shape: [3, 6] }]);
    const g = (x: Arr) => nn.logsumexp(norm(x).mul(2));
    await agree((x: Arr) => jax.vmap(jax.grad(g))(x), [{ shape: [5, 4] }], { atol: 1e-4 });
    await agree((x: Arr, t: Arr) => jax.jvp(jax.grad(g), [x], [t]), [{ shape: [4] }, { shape: [4] }], {
      atol: 3e-4,
      rtol: 1e-3,
    });
  });
  it("random bits from a key", async () => {
    await agree((k: Arr) => jax.random.bits(k, [5, 3]), [{ shape: [2], dtype: "uint32" }]);
    await agree((k: Arr) => jax.vmap((one: Arr) => jax.random.bits(one, [4]))(k), [{ shape: [3, 2], dtype: "uint32" }]);
  });
  it("triangular solves, Cholesky factors and Fourier transforms", async () => {
    const spd = (x: Arr) => np.matmul(x.ref, np.transpose(x)).add(np.eye(5));
    await agree((x: Arr) => lax.linalg.cholesky(spd(x)), [{ shape: [5, 5] }], { atol: 1e-4 });
    await agree(
      (x: Arr, b: Arr) => lax.linalg.triangularSolve(lax.linalg.cholesky(spd(x)), b, { leftSide: true, lower: true }),
      [{ shape: [5, 5] }, { shape: [5, 2] }],
      { atol: 1e-3 },
    );
    await agree((r: Arr, i: Arr) => np.fft.fft({ real: r, imag: i }), [{ shape: [3, 12] }, { shape: [3, 12] }], {
      atol: 1e-4,
    });
  });
});

describe("folding and fusing change no result", () => {
  const normal = (x: Arr, keep: boolean, by: Arr) => {
    const c = x.ref.sub(by.mul(1 / 4));
    const v = c.ref
      .mul(c.ref)
      .sum(-1, { keepdims: keep })
      .mul(1 / 4);
    return c.mul(np.reciprocal(np.sqrt(v.add(1e-5))));
  };
  it("what only looks like a layer normalisation is none", async () => {
    const square = [{ shape: [4, 4] }];
    await agree((x: Arr) => normal(x.ref, true, x.sum(-1, { keepdims: true })), square);
    await agree((x: Arr) => normal(x.ref, true, x.sum(-1)), square);
    await agree((x: Arr) => normal(x.ref, false, x.sum(-1, { keepdims: true })), square);
    await agree((x: Arr) => normal(np.transpose(x.ref), true, x.sum(-1, { keepdims: true })), square);
    await agree((x: Arr) => normal(x.ref, true, x.sum(0, { keepdims: true })), square);
  });
  it("biases keep the shape of the sum", async () => {
    const product = [{ shape: [1, 3] }, { shape: [3, 4] }];
    await agree(
      (x: Arr, w: Arr, b: Arr) => np.broadcastTo(np.matmul(x, w), [5, 4]).add(b),
      [...product, { shape: [4] }],
    );
    await agree(
      (x: Arr, w: Arr, b: Arr) => np.matmul(x, w).add(np.broadcastTo(b, [5, 4])),
      [...product, { shape: [4] }],
    );
    await agree(
      (x: Arr, w: Arr, b: Arr) => np.matmul(x, w).add(b),
      [{ shape: [4, 3] }, { shape: [3, 4] }, { shape: [4, 1] }],
    );
  });
  it("comparisons promote as jax-js does", async () => {
    const ints = { shape: [6], dtype: "int32" as const };
    await agree((x: Arr, y: Arr) => x.equal(y), [ints, { shape: [6], dtype: "bool" }]);
    await agree((x: Arr, y: Arr) => x.less(y), [ints, { shape: [6], dtype: "uint32" }]);
    await agree((x: Arr) => x.less(0.5), [ints]);
    await agree((x: Arr, y: Arr) => x.less(y), [ints, { shape: [6] }]);
  });
  it("factors merge only within the range of floats, and infinities are not lost", async () => {
    const large = { shape: [3], map: () => 1e30 };
    await agree((x: Arr) => x.mul(1e-30).mul(1e-30), [large], { atol: 0 });
    await agree((x: Arr) => x.mul(1e30).mul(1e30), [{ shape: [3], map: () => 1e-30 }]);
    await agree((x: Arr) => x.ref.sub(x), [{ shape: [2], map: () => Number.POSITIVE_INFINITY }]);
    await agree((x: Arr) => x.astype(np.int32), [{ shape: [3], map: (v) => (v > 0 ? Number.NaN : 3e9 * v) }]);
  });
  it("integer products over repeated axes wrap, and empty axes stay empty", async () => {
    await agree((x: Arr) => np.prod(np.broadcastTo(x, [7, 3]), 0), [{ shape: [3], dtype: "int32" }]);
    await agree((x: Arr) => np.prod(np.broadcastTo(x, [7, 3]), 0), [{ shape: [3], dtype: "uint32" }]);
    await agree((x: Arr) => x.add(1), [{ shape: [1, 0] }]);
    await agree((x: Arr) => x.reshape([3, 0]).mul(2), [{ shape: [0, 3] }]);
  });
  it("products and joins of unlike types meet in the wider", async () => {
    await agree((x: Arr, y: Arr) => np.matmul(x, y), [{ shape: [2, 3], dtype: "int32" }, { shape: [3, 2] }]);
    await agree((x: Arr, y: Arr) => np.concatenate([x, y], 0), [{ shape: [2], dtype: "int32" }, { shape: [3] }]);
  });
});

describe("compile", () => {
  it("has a rule for every primitive that jax-js can emit", () => {
    const declared = readFileSync(
      createRequire(import.meta.url)
        .resolve("@jax-js/jax")
        .replace(/index\.\w+$/, "index.d.ts"),
      "utf8",
    );
    const body = /declare enum Primitive \{([^}]*)\}/.exec(declared)?.[1] ?? "";
    const names = [...body.matchAll(/= "(\w+)"/g)].map((m) => m[1]);
    expect(names.length).toBeGreaterThan(45);
    // Nested calls are inlined before lowering.
    expect(names.filter((n) => n !== "jit" && !loweredPrimitives.includes(n))).toEqual([]);
  });
  it("traces once per signature and takes its own results as arguments", async () => {
    let traces = 0;
    const step = compile<[{ w: Tensor; n: Tensor }, number], { w: Tensor; n: Tensor }>(
      (s: { w: Arr; n: Arr }, lr: Arr) => {
        traces++;
        return { w: s.w.mul(lr), n: s.n.add(1) };
      },
      { runtime: ort },
    );
    let state = { w: tensor([1, 2, 3], [3]), n: tensor([0], []) };
    for (let i = 0; i < 6; i++) state = await step(state, 2);
    expect([...(state.w.data as Float32Array)]).toEqual([64, 128, 192]);
    expect(state.n.data[0]).toBe(6);
    expect(traces).toBe(1);
    await step({ w: tensor([1], [1]), n: tensor([0], []) }, 2);
    expect(traces).toBe(2);
    await step.dispose();
  });
  it("keeps constants that the function closes over", async () => {
    const table = np.array([1, 2, 3]);
    const f = compile<[Tensor], Tensor>((x: Arr) => x.add(table.ref), { runtime: ort });
    expect([...((await f(tensor([1, 1, 1], [3]))).data as Float32Array)]).toEqual([2, 3, 4]);
  });
  it("exports bytes that a session opens", async () => {
    const bytes = exportOnnx((x: Arr) => [np.sin(x)], { shape: [2], dtype: "float32" });
    const session = await ort.InferenceSession.create(bytes);
    const { out0 } = await session.run({ in0: tensor([0, 1], [2]) });
    expect(out0.data[1]).toBeCloseTo(Math.sin(1), 6);
  });
  it("makes one operator each of layer normalisation, GELU and a biased product, but not where a gradient needs the parts", () => {
    const block = (x: Arr, w: Arr, b: Arr) => {
      const c = x.ref.sub(x.ref.sum(-1, { keepdims: true }).mul(1 / 8));
      const variance = c.ref
        .mul(c.ref)
        .sum(-1, { keepdims: true })
        .mul(1 / 8);
      const h = np.matmul(c.ref.mul(np.reciprocal(np.sqrt(variance.add(1e-5)))), w).add(b);
      return h.ref.mul(lax.erf(h.ref.mul(Math.SQRT1_2)).add(1).mul(0.5)) as Arr;
    };
    const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
    const operators = (f: JaxFunction) =>
      Buffer.from(exportOnnx(f, spec([4, 8]), spec([8, 6]), spec([6]))).toString("latin1");
    const forward = operators(block);
    for (const name of ["LayerNormalization", "Gelu", "Gemm"]) expect(forward).toContain(name);
    for (const name of ["Sqrt", "Erf", "ReduceSum", "Add"]) expect(forward).not.toContain(name);
    const backward = operators((x: Arr, w: Arr, b: Arr) => jax.grad((y: Arr) => block(y, w, b).sum())(x));
    expect(backward).not.toContain("LayerNormalization");
    return agree(block, [{ shape: [4, 8] }, { shape: [8, 6] }, { shape: [6] }]);
  });
  it("names what it cannot lower and what is not a tensor", async () => {
    const f = compile<[Tensor], unknown>((x: Arr) => lax.linalg.lu(x), { runtime: ort });
    await expect(f(tensor([1, 0, 0, 1], [2, 2]))).rejects.toThrow(/primitive "lu" has no ONNX form/);
    const g = compile<[Tensor], unknown>((x: Arr) => x, { runtime: ort });
    await expect(g("five" as never)).rejects.toThrow("compile: arguments are trees of tensors or numbers, got five");
  });
});
