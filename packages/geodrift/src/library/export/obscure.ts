/** Places that are not to be found: a cell instead of a point, as iNaturalist has it. */
import type { LatLng } from "@geodrift/core";
import { distanceKm } from "@geodrift/core";
import type { Cell, ExportedPicture } from "./exported-picture.js";

/** Side of a cell, degrees. */
export const cellDegrees = 0.2;

/** The cell of a fixed grid that holds the place: the same for every picture in it, however often it is asked. */
export function cellOf({ lat, lng }: LatLng): Cell {
  // In fifths of a degree, so that edges come out as 30.2 and not 30.200000000000003.
  const edge = (value: number, last: number) => Math.min(Math.floor(value * 5 + 1e-9), last * 5 - 1);
  const [south, west] = [edge(lat, 90), edge(lng, 180)];
  return { south: south / 5, west: west / 5, north: (south + 1) / 5, east: (west + 1) / 5 };
}

/** The radius in metres of the circle around a cell: from the middle to the farthest corner. */
export function cellRadiusMetres({ south, west, north, east }: Cell): number {
  const middle = { lat: (south + north) / 2, lng: (west + east) / 2 };
  return Math.ceil(
    1000 * Math.max(distanceKm(middle, { lat: south, lng: west }), distanceKm(middle, { lat: north, lng: west })),
  );
}

/** Nothing finer than the cell is left: no point, no town; a radius that was larger stays so. Files' names are as they are. */
export function obscured(picture: ExportedPicture): ExportedPicture {
  const { point, uncertaintyMetres: own = 0, names, ...rest } = picture;
  const { city: _, ...coarse } = names;
  if (!point) return { ...rest, names: coarse };
  const cell = cellOf(point);
  // Rounded up to whole kilometres, for the sum says nothing of where in the cell it is.
  const uncertaintyMetres = 1000 * Math.ceil((own + cellRadiusMetres(cell)) / 1000);
  return { ...rest, names: coarse, cell, uncertaintyMetres };
}
