/** Distances that a person measures on the globe, from click to click along great circles. */
import { distanceKm, type LatLng } from "@geodrift/core";
import { arc } from "../map/arc.js";

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
