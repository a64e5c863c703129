/** Small dense linear algebra, unrolled, and the Fourier transform. */
import { type Layout, literal, range, type Value } from "../value.js";
import { add, scale } from "./elementwise.js";
import { dot } from "./reduce.js";
import type { Rule, Rules } from "./rule.js";
import { concatenate, slice } from "./shape.js";

/** Unrolled factorizations have O(n) nodes over whole batches; beyond this the graph would be unreasonable. */
const largestUnrolled = 64;

function checkSize(name: string, n: number): void {
  if (n > largestUnrolled) throw new Error(`compile: ${name} is unrolled up to ${largestUnrolled} rows, got ${n}`);
}

/** `v[..., i, j]`, `v[..., i, :]`: cuts from the end, with the last two axes kept. */
function block(l: Layout, v: Value, rows: [number, number], columns: [number, number]): Value {
  const r = v.shape.length;
  return slice(l, v, [
    { axis: r - 2, start: rows[0], end: rows[1] },
    { axis: r - 1, start: columns[0], end: columns[1] },
  ]);
}

/** [..., m, k] times the transpose of [..., n, k]. */
function timesTransposed(l: Layout, a: Value, b: Value): Value {
  const [r, lead] = [a.shape.length, a.shape.slice(0, -2)];
  const left = l.reshape(a, [...lead, a.shape[r - 2], 1, a.shape[r - 1]]);
  const right = l.reshape(b, [...lead, 1, b.shape[r - 2], b.shape[r - 1]]);
  return dot(l, left, right);
}

/** Solves A x = b for upper triangular A and every row b, from the last unknown to the first. */
const triangularSolve: Rule = (l, [a, b], { unitDiagonal }) => {
  const n = a.shape[a.shape.length - 1];
  const rows = b.shape[b.shape.length - 2];
  checkSize("triangular_solve", n);
  let solved: Value | undefined; // columns i+1 … n-1 of x
  for (let i = n - 1; i >= 0; i--) {
    let rhs = block(l, b, [0, rows], [i, i + 1]);
    if (solved) rhs = add(l, rhs, scale(l, timesTransposed(l, solved, block(l, a, [i, i + 1], [i + 1, n])), -1));
    const x = unitDiagonal ? rhs : l.op(a.dtype, "Div", [rhs, block(l, a, [i, i + 1], [i, i + 1])]);
    solved = solved ? concatenate(l, [x, solved], b.shape.length - 1) : x;
  }
  return [solved ?? b];
};

/** A = L Lᵀ, column by column (Cholesky–Crout). */
const cholesky: Rule = (l, [a]) => {
  const n = a.shape[a.shape.length - 1];
  const rank = a.shape.length;
  checkSize("cholesky", n);
  let factor: Value | undefined; // columns 0 … j-1 of L, full height
  for (let j = 0; j < n; j++) {
    let column = block(l, a, [j, n], [j, j + 1]);
    if (factor) {
      const below = block(l, factor, [j, n], [0, j]);
      column = add(l, column, scale(l, timesTransposed(l, below, block(l, factor, [j, j + 1], [0, j])), -1));
    }
    const pivot = l.op(a.dtype, "Sqrt", [block(l, column, [0, 1], [0, 1])]);
    const filled = l.op(a.dtype, "Div", [column, pivot]);
    const above = literal(a.dtype, a.shape.toSpliced(rank - 2, 2, j, 1), 0);
    const whole = j === 0 ? filled : concatenate(l, [above, filled], rank - 2);
    factor = factor ? concatenate(l, [factor, whole], rank - 1) : whole;
  }
  return [factor ?? a];
};

/** Discrete Fourier transform along the last axis, as two products with the matrices of cosines and sines. */
const fft: Rule = (l, [real, imag], { inverse }) => {
  const n = real.shape[real.shape.length - 1];
  const sign = inverse ? 1 : -1;
  const norm = inverse ? 1 / n : 1;
  const table = (f: (angle: number) => number) => {
    const values = range(n * n).map((i) => f((2 * Math.PI * (((i % n) * Math.floor(i / n)) % n)) / n) * norm);
    const rows = l.fromRef(l.graph.constant(real.dtype, [n, n], values), [n, n], real.dtype);
    return l.reshape(rows, [...real.shape.slice(0, -1).map(() => 1), n, n]);
  };
  const [cosines, sines] = [table(Math.cos), table((a) => sign * Math.sin(a))];
  const times = (v: Value, m: Value) => dot(l, l.reshape(v, v.shape.toSpliced(-1, 0, 1)), m);
  return [
    add(l, times(real, cosines), scale(l, times(imag, sines), -1)),
    add(l, times(real, sines), times(imag, cosines)),
  ];
};

const absent =
  (name: string): Rule =>
  () => {
    throw new Error(`compile: the primitive "${name}" has no ONNX form; factorize outside the compiled function`);
  };

/**
 * Rules of triangular solves, Cholesky factors and discrete Fourier transforms; `lu` and `jacobi_eigh` throw an Error,
 * as do the first two above 64 rows.
 */
export const linalgRules: Rules = {
  triangular_solve: triangularSolve,
  cholesky,
  fft,
  lu: absent("lu"),
  jacobi_eigh: absent("jacobi_eigh"),
};
