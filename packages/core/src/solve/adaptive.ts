/**
 * The Dormand–Prince pair of orders 5 and 4 (Dormand & Prince 1980) with step-size control: for what must be accurate
 * rather than quick.
 */
import { GeodriftError } from "../errors/geodrift-error.js";

/** dy/dt at time t and state y: an array as long as y, which must not be written to. */
export type Derivative = (t: number, y: Float64Array) => Promise<Float64Array>;

/** How accurately `integrateAdaptively` solves, and when it gives up. */
export interface AdaptiveOptions {
  /** Error allowed per step, in the state's own units: absolute, plus relative to the magnitude of the state. */
  tolerance: number;
  /**
   * Components of one point in the state [n, width]: the error of a step is the root mean square over the components of
   * its worst point.
   */
  width: number;
  /**
   * Evaluations of the derivative, counted over all steps, after which a rejected step ends the attempt; 20,000 if left
   * out.
   */
  maxEvaluations?: number;
}

/** The state at the end, and what it cost. */
export interface AdaptiveResult {
  /** The state at `t1`, as long as `y0`. */
  y: Float64Array;
  /** Evaluations of the derivative, those of rejected steps included: 1, and 6 for every step that was tried. */
  evaluations: number;
}

/** Rows of the Butcher tableau; the last is the fifth-order result itself (first same as last). */
const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const tableau = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Fifth-order weights less fourth-order ones. */
const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/**
 * Solves the initial value problem dy/dt = f(t, y), y(t0) = y0 with Dormand & Prince's method (1980), whose step size
 * follows the estimated error.
 * @param y0 the state at `t0`, [n, width] stored flat; not changed
 * @param span `t0` and `t1`, the start and the end; `t1` may be the smaller of the two
 * @throws GeodriftError `model` if the derivative is not a number, or if no step meets the tolerance
 */
export async function integrateAdaptively(
  derivative: Derivative,
  y0: Float64Array,
  [t0, t1]: readonly [number, number],
  { tolerance, width, maxEvaluations = 20_000 }: AdaptiveOptions,
): Promise<AdaptiveResult> {
  const direction = Math.sign(t1 - t0);
  let [t, y, h] = [t0, y0, direction * Math.min(0.01, Math.abs(t1 - t0))];
  let first = await derivative(t, y);
  let evaluations = 1;
  while (direction * (t1 - t) > 0) {
    if (direction * (t + h - t1) > 0) h = t1 - t;
    const slopes = [first];
    let next = y;
    for (let s = 1; s < nodes.length; s++) {
      next = combined(y, h, tableau[s], slopes);
      slopes.push(await derivative(t + nodes[s] * h, next));
    }
    evaluations += nodes.length - 1;
    const error = worstPoint(combined(new Float64Array(y.length), h, errorWeights, slopes), y, next, tolerance, width);
    if (Number.isNaN(error))
      throw new GeodriftError("model", `the flow is not a number at time ${t}: the weights are broken`);
    const last = Math.abs(t1 - t) <= Math.abs(h);
    if (error <= 1) {
      t = last ? t1 : t + h;
      y = next;
      first = slopes[slopes.length - 1];
    } else if (evaluations > maxEvaluations || Math.abs(h) < 1e-12)
      throw new GeodriftError(
        "model",
        `no step at time ${t} meets the tolerance ${tolerance}, after ${evaluations} evaluations`,
      );
    h *= Math.min(5, Math.max(0.2, 0.9 * error ** -0.2));
  }
  return { y, evaluations };
}

/** y + h Σ weights·slopes */
function combined(
  y: Float64Array,
  h: number,
  weights: readonly number[],
  slopes: readonly Float64Array[],
): Float64Array {
  const out = y.slice();
  weights.forEach((w, s) => {
    if (w === 0) return;
    const k = slopes[s];
    for (let i = 0; i < out.length; i++) out[i] += h * w * k[i];
  });
  return out;
}

/** The greatest root mean square, over a point's components, of error over allowance. */
function worstPoint(
  error: Float64Array,
  y: Float64Array,
  next: Float64Array,
  tolerance: number,
  width: number,
): number {
  let worst = 0;
  for (let i = 0; i < error.length; i += width) {
    let sum = 0;
    for (let j = i; j < i + width; j++)
      sum += (error[j] / (tolerance * (1 + Math.max(Math.abs(y[j]), Math.abs(next[j]))))) ** 2;
    if (Number.isNaN(sum)) return sum;
    worst = Math.max(worst, sum / width);
  }
  return Math.sqrt(worst);
}
