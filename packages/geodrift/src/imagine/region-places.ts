import { fibonacciSphere, type LatLng, type Prior, toLatLng, type Vec3 } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";

/** Even points on the globe at the most: 250 km² each. */
const finest = 2_000_000;

/** Guesses at how many points there must be, before more of them than needed will do. */
const patience = 8;

/**
 * Some `count` different places of a region, in degrees, spread evenly, or as densely as it weighs.
 * @param weight above zero for places (unit vectors) of the region
 * @throws GeodriftError `option` if the region weighs nothing at two million even points
 */
export function placesWithin(weight: Prior, count: number): LatLng[] {
  // Coarse points tell how large the region is; the globe then gets so many that the region has as many as are wanted.
  for (let n = 4000, tries = 0; ; tries++) {
    const found = spread(weight, n);
    if (n === finest && found.length === 0)
      throw new GeodriftError("option", "the region is too small to find places in, or weighs nothing");
    const close = found.length <= Math.max(1.1 * count, count + 3);
    if (n === finest || (found.length >= count && (close || tries > patience))) {
      const wanted = Math.min(count, found.length);
      return Array.from({ length: wanted }, (_, k) => toLatLng(found[Math.floor((k * found.length) / wanted)]));
    }
    // Of a few, nobody knows how many there would be.
    const better = found.length < 8 ? 8 * n : Math.ceil((1.03 * n * count) / found.length + 1);
    n = Math.min(finest, tries < patience ? better : 2 * n);
  }
}

/** Of `n` even points those of the region, each with the chance that its weight has beside the heaviest. */
function spread(weight: Prior, n: number): Vec3[] {
  const weighed = fibonacciSphere(n).map((v) => [v, weight(v)] as const);
  const heaviest = weighed.reduce((most, [, w]) => Math.max(most, w), 0);
  // Points of a third coordinate that is as even as the other two (a Kronecker sequence).
  return weighed.flatMap(([v, w], i) => (((i * Math.SQRT2) % 1) * heaviest < w ? [v] : []));
}
