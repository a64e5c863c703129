/** Pictures of an archive as dots of the flat map: one for each cell of the globe that has any, however many it has. */
import { distanceKm, type LatLng } from "@geodrift/core";
import type { PicturePlaces, PlaceSource } from "geodrift/contract";

/** The pictures of a cell, and where the first of them is, degrees. */
export interface Spot extends LatLng {
  ids: number[];
  /** Who says of each where it is. */
  by: PlaceSource[];
}

/** Cells are as wide and high as one of these, degrees: the finest of which there are not too many to draw. */
const cells = [0.5, 1, 2, 4];
const mostSpots = 5000;

/** All cells that have pictures. */
export function spotsOf(places: Omit<PicturePlaces, "nowhere">): Spot[] {
  const [cell, ...coarser] = cells;
  return coarser.reduce(
    (spots, size) => (spots.length > mostSpots ? inCells(places, size) : spots),
    inCells(places, cell),
  );
}

function inCells({ ids, lat, lng, by }: Omit<PicturePlaces, "nowhere">, cell: number): Spot[] {
  const spots = new Map<string, Spot>();
  ids.forEach((id, i) => {
    const key = `${Math.floor(lat[i] / cell)} ${Math.floor(lng[i] / cell)}`;
    const spot = spots.get(key) ?? { lat: lat[i], lng: lng[i], ids: [], by: [] };
    spot.ids.push(id);
    spot.by.push(by[i]);
    spots.set(key, spot);
  });
  return [...spots.values()];
}

/** The one that is nearest to a place; undefined if there is none. */
export const nearestSpot = (spots: readonly Spot[], place: LatLng): Spot | undefined =>
  spots.reduce<[Spot | undefined, number]>(
    (best, spot) => {
      const km = distanceKm(spot, place);
      return km < best[1] ? [spot, km] : best;
    },
    [undefined, Number.POSITIVE_INFINITY],
  )[0];

/** Who says so of most of its pictures. */
export function sourceOf({ by }: Spot): PlaceSource {
  const counts = new Map<PlaceSource, number>();
  for (const source of by) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].reduce((most, other) => (other[1] > most[1] ? other : most))[0];
}
