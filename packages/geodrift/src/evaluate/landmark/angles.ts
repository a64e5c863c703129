/** How well pictures show a landmark from the side that was asked for, by a judge. */
import { angleBetween, azimuthBins, binOf } from "@geodrift/core";
import { type Figure, figures, meanOf } from "../figure.js";

/** Figures of a set of pictures. */
export interface AngleFigures {
  /** Share whose bin of 36 is the asked one. */
  right: Figure;
  /** Share within one bin of it. */
  near: Figure;
  /** Median circular error, degrees. */
  medianDegrees: Figure;
  /** Share that is judged to be the other side, more than 150° away. */
  opposite: Figure;
}

/**
 * Compares what was asked with what a judge reads.
 * @param asked azimuths, degrees, [n]
 * @param read bins, [n]
 */
export function angleFigures(asked: ArrayLike<number>, read: ArrayLike<number>): AngleFigures {
  const n = asked.length;
  const degrees = 360 / azimuthBins;
  const apart = Array.from({ length: n }, (_, i) => {
    const bins = Math.abs(binOf(asked[i]) - read[i]);
    return Math.min(bins, azimuthBins - bins);
  });
  const errors = Array.from({ length: n }, (_, i) => angleBetween(asked[i], read[i] * degrees));
  const [right, near] = [0, 1].map((most) => apart.map((bins) => Number(bins <= most)));
  const opposite = errors.map((e) => Number(e > 150));
  return figures(n, (indices) => ({
    right: meanOf(right, indices),
    near: meanOf(near, indices),
    medianDegrees: medianOf(errors, indices),
    opposite: meanOf(opposite, indices),
  }));
}

function medianOf(values: readonly number[], indices: Uint32Array): number {
  const sorted = Float64Array.from(indices, (i) => values[i]).sort();
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** How often each bin is taken for each other one: shares of its photographs, rows are what they show, [36][36]. */
export function confusion(shown: ArrayLike<number>, read: ArrayLike<number>): number[][] {
  const counts = Array.from({ length: azimuthBins }, () => new Array<number>(azimuthBins).fill(0));
  for (let i = 0; i < shown.length; i++) counts[binOf(shown[i])][read[i]]++;
  return counts.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum > 0 ? count / sum : 0));
  });
}
