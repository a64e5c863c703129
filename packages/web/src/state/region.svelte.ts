/** A region that a person draws on the globe, corner by corner. */
import type { LatLng } from "@geodrift/core";

/** A region that a person draws on the globe, corner by corner, degrees. */
export class RegionDrawing {
  drawing = $state(false);
  corners = $state.raw<readonly LatLng[]>([]);

  /** @param use is told the corners when they are finished, or nothing when there is no region any more */
  constructor(private readonly use: (corners: LatLng[] | undefined) => void) {}

  /** Begins a new region. */
  start(): void {
    this.corners = [];
    this.drawing = true;
  }

  /**
   * Takes a click on the globe.
   * @returns whether it was meant for the region
   */
  add(place: LatLng): boolean {
    if (this.drawing) this.corners = [...this.corners, place];
    return this.drawing;
  }

  /** Ends the drawing, and tells the corners. */
  finish(): void {
    this.drawing = false;
    this.use([...this.corners]);
  }

  /** As if nothing had been drawn, without telling anybody. */
  clear(): void {
    this.drawing = false;
    this.corners = [];
  }

  /** Takes the region away, and tells that there is none. */
  forget(): void {
    this.clear();
    this.use(undefined);
  }
}
