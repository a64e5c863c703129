/**
 * Regions that have held what they promise. A density that is a little too sure has regions that are too small; where its true
 * places lay, in pictures that it had not seen, tells which region holds the share that is asked for. Split-conformal prediction
 * (Vovk, Gammerman & Shafer 2005) with levels of highest-density regions as scores: HPD-split (Izbicki, Shimizu & Stern 2022).
 */
import type { PlaceDistribution } from "./distribution.js";

/** Number of steps of 1 % that shares are told in. */
const steps = 100;

/**
 * For every share of 0, 1 … 100 %, the mass of the highest-density region that held the true place in that share of pictures, or in
 * more of them: ⌈(n + 1) · share⌉ of n.
 * @param credible for every picture, the mass of the smallest highest-density region that holds its true place, 0 … 1
 * @returns 101 masses, rising from 0 to 1
 * @throws RangeError for no pictures
 */
export function conformalMasses(credible: ArrayLike<number>): number[] {
  const n = credible.length;
  if (n === 0) throw new RangeError("conformalMasses: at least one picture is needed, got none");
  const sorted = Float64Array.from(credible).sort();
  return Array.from({ length: steps + 1 }, (_, k) => {
    // Whole numbers, or 0.07 · 100 would be a little more than 7.
    const rank = Math.ceil(((n + 1) * k) / steps);
    return k === 0 ? 0 : k === steps || rank > n ? 1 : sorted[rank - 1];
  });
}

/** The mass of the region that holds a share of true places, 0 … 1: linear between the steps. */
function massOf(masses: readonly number[], share: number): number {
  const at = Math.min(Math.max(share, 0), 1) * steps;
  const k = Math.min(steps - 1, Math.floor(at));
  return masses[k] + (at - k) * (masses[k + 1] - masses[k]);
}

/** The least share whose region has a mass, 0 … 1: a place at that mass lies in the regions of this share and of all above. */
function shareOf(masses: readonly number[], mass: number): number {
  const k = masses.findIndex((m) => m >= mass);
  if (k <= 0) return k === 0 ? 0 : 1;
  return (k - 1 + (mass - masses[k - 1]) / (masses[k] - masses[k - 1])) / steps;
}

/**
 * The same distribution, whose regions, outlines and credible levels are told by the share of true places that they hold. Its
 * density, its modes and its localizability stay.
 * @param masses as `conformalMasses` gives them
 */
export const conformal = <D extends PlaceDistribution>(distribution: D, masses: readonly number[]): D => {
  const { outlines } = distribution;
  return {
    ...distribution,
    conformal: masses,
    regions: (shares) =>
      distribution
        .regions(shares.map((share) => massOf(masses, share)))
        .map(({ mass, ...region }, i) => ({ mass: shares[i], densityMass: mass, ...region })),
    credibleLevel: (place) => shareOf(masses, distribution.credibleLevel(place)),
    ...(outlines && { outlines: (share: number) => outlines(massOf(masses, share)) }),
  };
};
