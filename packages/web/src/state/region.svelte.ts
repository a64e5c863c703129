/** A region that a person draws on the globe, corner by corner. */
import type { LatLng } from "@geodrift/core";

export class RegionDrawing {
  drawing = $state(false);
  corners = $state.raw<readonly LatLng[]>([]);

  /** @param use is told the corners when they are finished, or nothing when there is no region any more */
  constructor(private readonly use: (corners: LatLng[] | undefined) => void) {}

  start(): void {
    this.corners = [];
    this.drawing = true;
  }

  /** Takes a click on the globe. @returns whether it was meant for the region */
  add(place: LatLng): boolean {
    if (this.drawing) this.corners = [...this.corners, place];
    return this.drawing;
  }

  finish(): void {
    this.drawing = false;
    this.use([...this.corners]);
  }

  /** As if nothing had been drawn, without telling anybody. */
  clear(): void {
    this.drawing = false;
    this.corners = [];
  }

  forget(): void {
    this.clear();
    this.use(undefined);
  }
}
