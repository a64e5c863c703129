/**
 * Precision, recall, density and coverage of a set of guesses as a whole (Kynkäänniemi et al. 2019; Naeem et al. 2020):
 * do the guesses lie where places lie, and are all places reached?
 */

import { KthSmallest } from "../density/kth-smallest.js";
import { GeodriftError } from "../errors/geodrift-error.js";

/**
 * Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020) of guesses against true
 * places.
 */
export interface ManifoldMetrics {
  /** Share of the guesses within the k-th-neighbour ball of some truth. */
  precision: number;
  /** Share of the truths within the ball of some guess. */
  recall: number;
  /** Mean number of balls of truths around a guess, divided by k: above one where guesses crowd where truths do. */
  density: number;
  /** Share of the truths whose ball holds a guess. */
  coverage: number;
}

/** What every single truth and guess adds to the metrics, which are their means. */
export interface ManifoldShares {
  /** Of every guess: is it within the ball of some truth? */
  precise: Uint8Array;
  /** Of every truth: is it within the ball of some guess? */
  recalled: Uint8Array;
  /** Of every guess: number of balls of truths around it, divided by k. */
  density: Float64Array;
  /** Of every truth: does its ball hold a guess? */
  covered: Uint8Array;
}

/**
 * What every truth and guess adds to precision, recall, density and coverage. A ball reaches from a point to its k-th
 * nearest neighbour in the same set, by great-circle distance. Time grows with (n + m)².
 * @param truths unit vectors, [n, 3] stored flat
 * @param guesses unit vectors, [m, 3] stored flat
 * @param k neighbours that make a ball; the paper “Around the World in 80 Timesteps” has 3
 * @throws GeodriftError `data` if either set has no k-th neighbour
 */
export function manifoldShares(truths: Float64Array, guesses: Float64Array, k = 3): ManifoldShares {
  const [n, m] = [truths.length / 3, guesses.length / 3];
  if (Math.min(n, m) <= k)
    throw new GeodriftError("data", `manifoldShares: more than ${k} truths and guesses are needed, got ${n} and ${m}`);
  const truthBalls = neighbourChords(truths, k);
  const guessBalls = neighbourChords(guesses, k);
  const [precise, recalled, covered] = [new Uint8Array(m), new Uint8Array(n), new Uint8Array(n)];
  const density = new Float64Array(m);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const d = squaredChord(truths, i, guesses, j);
      if (d < truthBalls[i]) {
        density[j] += 1 / k;
        precise[j] = covered[i] = 1;
      }
      if (d < guessBalls[j]) recalled[i] = 1;
    }
  return { precise, recalled, density, covered };
}

/**
 * Precision, recall, density and coverage: means over all truths and guesses. Arguments and errors are those of
 * `manifoldShares`.
 */
export function manifoldMetrics(truths: Float64Array, guesses: Float64Array, k = 3): ManifoldMetrics {
  const { precise, recalled, density, covered } = manifoldShares(truths, guesses, k);
  return { precision: mean(precise), recall: mean(recalled), density: mean(density), coverage: mean(covered) };
}

function mean(xs: Uint8Array | Float64Array): number {
  let sum = 0;
  for (const x of xs) sum += x;
  return sum / xs.length;
}

/**
 * The same metrics for consecutive blocks of one twentieth, of which the released code reports the mean. The figures
 * depend on the order and the number of the examples. A last block with too few for `k` neighbours is left out (the
 * released code fails).
 * @param guesses unit vectors [n, 3]: one for every truth, in the same order
 * @throws GeodriftError `data` for more than `k` and no more than 20·`k` examples, whose blocks are too small
 */
export function officialManifoldBlocks(truths: Float64Array, guesses: Float64Array, k = 3): ManifoldMetrics[] {
  const size = 3 * Math.ceil(truths.length / 3 / 20);
  const blocks: ManifoldMetrics[] = [];
  for (let at = 0; at < truths.length; at += size) {
    if (truths.length - at <= 3 * k) break;
    blocks.push(manifoldMetrics(truths.subarray(at, at + size), guesses.subarray(at, at + size), k));
  }
  return blocks;
}

/** Grows with the distance: enough to compare by. */
function squaredChord(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return (a[3 * i] - b[3 * j]) ** 2 + (a[3 * i + 1] - b[3 * j + 1]) ** 2 + (a[3 * i + 2] - b[3 * j + 2]) ** 2;
}

/** Squared chord of every point to its k-th neighbour. */
function neighbourChords(points: Float64Array, k: number): Float64Array {
  const n = points.length / 3;
  const nearest = new KthSmallest(k);
  return Float64Array.from({ length: n }, (_, i) => {
    nearest.reset();
    for (let j = 0; j < n; j++) if (j !== i) nearest.add(squaredChord(points, i, points, j));
    return nearest.value;
  });
}
