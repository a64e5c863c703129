import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { compile, exportOnnx } from "../compile.js";
import { type Tensor, tensor } from "../tensor.js";

const { numpy: np, lax } = jax;
type Arr = jax.Array;
const runtime = { runtime: ort };
const wave = (n: number, k: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(1 + k * i * i + i));
const list = (t: Tensor) => Array.from(t.data as Float64Array);
const close = (got: number[], want: number[], digits: number) => {
  expect(got.length).toBe(want.length);
  got.forEach((g, i) => {
    expect(g).toBeCloseTo(want[i], digits);
  });
};

/** Σ over k of a[i, k] b[k, j]. */
const product = (a: ArrayLike<number>, b: ArrayLike<number>, n: number, m: number, k: number) =>
  Array.from({ length: n * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[i * k + l] * b[l * m + j];
    return sum;
  });
const transposed = (a: ArrayLike<number>, n: number, m: number) =>
  Array.from({ length: n * m }, (_, at) => a[(at % n) * m + Math.floor(at / n)]);

describe("linear algebra in double precision", () => {
  it.each([1, 2, 7])(
    "a Cholesky factor of %i rows is lower triangular, and its square the matrix, in batches",
    async (n) => {
      const roots = [wave(n * n, 0.3), wave(n * n, 0.7)];
      const matrices = roots.map((r) =>
        product(r, transposed(r, n, n), n, n, n).map((v, i) => v + (i % (n + 1) ? 0 : 1)),
      );
      const run = compile<[Tensor], Tensor>((a: Arr) => lax.linalg.cholesky(a), runtime);
      const got = list(await run(tensor(Float64Array.from(matrices.flat()), [2, n, n], "float64")));
      matrices.forEach((matrix, b) => {
        const factor = got.slice(b * n * n, (b + 1) * n * n);
        close(product(factor, transposed(factor, n, n), n, n, n), matrix, 12);
        factor.forEach((v, i) => {
          if (i % n > Math.floor(i / n)) expect(v).toBe(0);
        });
      });
      await run.dispose();
    },
  );
  it.each([true, false])("a triangular solve gives what is multiplied back, lower: %s", async (lower) => {
    const [n, m] = [5, 3];
    const a = wave(n * n, 0.4).map((v, i) => {
      const [r, c] = [Math.floor(i / n), i % n];
      return r === c ? 2 + v : lower === c < r ? v : 0;
    });
    const x = wave(n * m, 0.9);
    const run = compile<[Tensor, Tensor], Tensor>(
      (p: Arr, q: Arr) => lax.linalg.triangularSolve(p, q, { leftSide: true, lower }),
      runtime,
    );
    const b = Float64Array.from(product(a, x, n, m, n));
    const got = await run(tensor(a, [n, n], "float64"), tensor(b, [n, m], "float64"));
    close(list(got), [...x], 11);
    await run.dispose();
  });
  it.each([1, 4, 12])(
    "a Fourier transform of %i numbers is the sum of its definition, and its inverse undoes it",
    async (n) => {
      const [re, im] = [wave(2 * n, 0.2), wave(2 * n, 0.5)];
      const run = compile<[Tensor, Tensor], { real: Tensor; imag: Tensor }[]>((real: Arr, imag: Arr) => {
        const there = np.fft.fft({ real, imag });
        return [{ real: there.real.ref, imag: there.imag.ref }, np.fft.ifft(there)] as never;
      }, runtime);
      const [there, back] = await run(tensor(re, [2, n], "float64"), tensor(im, [2, n], "float64"));
      const want = Array.from({ length: 2 * n }, (_, at) => {
        const [row, k] = [Math.floor(at / n), at % n];
        let [a, b] = [0, 0];
        for (let j = 0; j < n; j++) {
          const turn = (-2 * Math.PI * j * k) / n;
          a += re[row * n + j] * Math.cos(turn) - im[row * n + j] * Math.sin(turn);
          b += re[row * n + j] * Math.sin(turn) + im[row * n + j] * Math.cos(turn);
        }
        return [a, b];
      });
      close(
        list(there.real),
        want.map(([a]) => a),
        11,
      );
      close(
        list(there.imag),
        want.map(([, b]) => b),
        11,
      );
      close([...list(back.real), ...list(back.imag)], [...re, ...im], 11);
      await run.dispose();
    },
  );
  it("refuses by name what would be unrolled too far, and what has no form", () => {
    const spec = { shape: [65, 65], dtype: "float32" as const };
    expect(() => exportOnnx((a: Arr) => lax.linalg.cholesky(a), spec)).toThrow(
      "compile: cholesky is unrolled up to 64 rows, got 65",
    );
    expect(() => exportOnnx((a: Arr) => lax.linalg.lu(a) as never, spec)).toThrow(
      'the primitive "lu" has no ONNX form',
    );
  });
});

describe("the error function in double precision", () => {
  /** By its Taylor series; enough digits up to 3. */
  const erf = (x: number) => {
    let [sum, term] = [x, x];
    for (let k = 1; k < 120; k++) {
      term *= (2 * x * x) / (2 * k + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };
  /** By Laplace's continued fraction, for large x. */
  const erfc = (x: number) => {
    let fraction = x;
    for (let k = 200; k >= 1; k--) fraction = x + k / 2 / fraction;
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  };
  it("has the digits of its series, and of its tail far out", async () => {
    const xs = [-6, -2.9, -1, -0.2, -1e-3, 0, 1e-3, 0.31, 1, 1.7, 2.9, 4, 8, 15, 26];
    const run = compile<[Tensor], Tensor[]>((x: Arr) => [lax.erf(x.ref), lax.erfc(x)], runtime);
    const [got, rest] = (await run(tensor(xs, [xs.length], "float64"))).map(list);
    xs.forEach((x, i) => {
      if (Math.abs(x) < 3) expect(got[i]).toBeCloseTo(erf(x), 14);
      else expect(got[i]).toBeCloseTo(Math.sign(x), 4);
      if (x > 2.5) expect(rest[i] / erfc(x)).toBeCloseTo(1, 12);
      expect(got[i] + rest[i]).toBeCloseTo(1, 14);
    });
    await run.dispose();
  });
});
