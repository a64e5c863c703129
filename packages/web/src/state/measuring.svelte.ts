/** Distances that a person measures on the globe, from click to click along great circles. */
import { distanceKm, geodesic, type LatLng, toLatLng, toVec3 } from "@geodrift/core";

/** Kilometres between two points that a line is drawn through. */
const pieceKm = 200;

/** What is measured, while something is. */
export class Measuring {
  on = $state(false);
  points = $state.raw<readonly LatLng[]>([]);

  /** Of the whole way. */
  km = $derived(this.points.slice(1).reduce((sum, p, i) => sum + distanceKm(this.points[i], p), 0));

  /** The way as it is drawn: great circles are bent on the map. */
  line = $derived(this.points.flatMap((p, i) => (i === 0 ? [p] : arc(this.points[i - 1], p))));

  /** Begins anew, or ends. */
  switch(): void {
    this.on = !this.on;
    this.points = [];
  }

  /**
   * Takes the next point.
   * @returns whether it was taken: nothing is measured unless somebody asks for it
   */
  add(place: LatLng): boolean {
    if (this.on) this.points = [...this.points, place];
    return this.on;
  }
}

/** Points of a great circle after its first, in degrees. */
function arc(from: LatLng, to: LatLng): LatLng[] {
  const pieces = Math.max(1, Math.ceil(distanceKm(from, to) / pieceKm));
  const [a, b] = [toVec3(from), toVec3(to)];
  return Array.from({ length: pieces }, (_, i) =>
    i + 1 === pieces ? to : toLatLng(geodesic(a, b, (i + 1) / pieces).point),
  );
}
