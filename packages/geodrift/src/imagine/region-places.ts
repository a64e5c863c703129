import { fibonacciSphere, type LatLng, type Prior, toLatLng } from "@geodrift/core";

/**
 * Some `count` places spread evenly over a region.
 * @param inside above nought for places of the region
 * @throws Error if the region is too small to hold one of two million even points, 250 km² each
 */
export function placesWithin(inside: Prior, count: number): LatLng[] {
  // Coarse points tell how large the region is; the globe then gets so many that the region has enough of them.
  for (let n = 4000; ; n = Math.min(2_000_000, n * 8)) {
    const found = fibonacciSphere(n).filter((v) => inside(v) > 0);
    if (found.length >= count || n === 2_000_000) {
      if (found.length === 0) throw new Error("the region is too small to find places in");
      const step = found.length / Math.min(count, found.length);
      return Array.from({ length: Math.min(count, found.length) }, (_, k) => toLatLng(found[Math.floor(k * step)]));
    }
  }
}
