import { distanceKm, geodesic, type LatLng, toLatLng, toVec3 } from "@geodrift/core";

/** Kilometres between two points that a line is drawn through. */
const pieceKm = 200;

/** Points of a great circle after its first, in degrees. */
export function arc(from: LatLng, to: LatLng): LatLng[] {
  const pieces = Math.max(1, Math.ceil(distanceKm(from, to) / pieceKm));
  const [a, b] = [toVec3(from), toVec3(to)];
  return Array.from({ length: pieces }, (_, i) =>
    i + 1 === pieces ? to : toLatLng(geodesic(a, b, (i + 1) / pieces).point),
  );
}
