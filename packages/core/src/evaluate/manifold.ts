/**
 * Precision, recall, density and coverage of a set of guesses as a whole (Kynkäänniemi et al. 2019; Naeem et al. 2020):
 * do the guesses lie where places lie, and are all places reached?
 */

export interface ManifoldMetrics {
  /** Share of the guesses within the k-th-neighbour ball of some truth. */
  precision: number;
  /** Share of the truths within the ball of some guess. */
  recall: number;
  /** Balls of truths around a guess, by k: above one where guesses crowd where truths do. */
  density: number;
  /** Share of the truths whose ball holds a guess. */
  coverage: number;
}

/**
 * @param truths unit vectors [n, 3]
 * @param guesses unit vectors [m, 3]
 * @param k neighbours that make a ball; the paper has 3
 * @throws RangeError if either set has no k-th neighbour
 */
export function manifoldMetrics(truths: Float64Array, guesses: Float64Array, k = 3): ManifoldMetrics {
  const [n, m] = [truths.length / 3, guesses.length / 3];
  if (Math.min(n, m) <= k)
    throw new RangeError(`manifoldMetrics: more than ${k} truths and guesses are needed, got ${n} and ${m}`);
  const truthBalls = neighbourChords(truths, k);
  const guessBalls = neighbourChords(guesses, k);
  const [near, reached, covered] = [new Uint8Array(m), new Uint8Array(n), new Uint8Array(n)];
  let balls = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      const d = squaredChord(truths, i, guesses, j);
      if (d < truthBalls[i]) {
        balls++;
        near[j] = covered[i] = 1;
      }
      if (d < guessBalls[j]) reached[i] = 1;
    }
  const share = (flags: Uint8Array) => flags.reduce((a, b) => a + b, 0) / flags.length;
  return { precision: share(near), recall: share(reached), density: balls / (k * m), coverage: share(covered) };
}

/**
 * The same as the released code reports it: over consecutive blocks of one twentieth, averaged. The figures depend on the
 * order and the number of the examples.
 */
export function officialManifoldMetrics(truths: Float64Array, guesses: Float64Array, k = 3): ManifoldMetrics {
  const size = 3 * Math.ceil(truths.length / 3 / 20);
  const blocks: ManifoldMetrics[] = [];
  for (let at = 0; at < truths.length; at += size)
    blocks.push(manifoldMetrics(truths.subarray(at, at + size), guesses.subarray(at, at + size), k));
  const mean = (key: keyof ManifoldMetrics) => blocks.reduce((sum, b) => sum + b[key], 0) / blocks.length;
  return { precision: mean("precision"), recall: mean("recall"), density: mean("density"), coverage: mean("coverage") };
}

/** Grows with the distance: enough to compare by. */
function squaredChord(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return (a[3 * i] - b[3 * j]) ** 2 + (a[3 * i + 1] - b[3 * j + 1]) ** 2 + (a[3 * i + 2] - b[3 * j + 2]) ** 2;
}

/** Squared chord of every point to its k-th neighbour. */
function neighbourChords(points: Float64Array, k: number): Float64Array {
  const n = points.length / 3;
  return Float64Array.from({ length: n }, (_, i) => {
    const nearest = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      let d = squaredChord(points, i, points, j);
      for (let r = 0; r < k && d < Number.POSITIVE_INFINITY; r++) if (d < nearest[r]) [nearest[r], d] = [d, nearest[r]];
    }
    return nearest[k - 1];
  });
}
