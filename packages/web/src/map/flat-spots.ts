/** Pictures of an archive as dots of the flat map: one for each cell of the globe that has any, however many it has. */
import { distanceKm, type LatLng } from "@geodrift/core";
import type { PicturePlaces } from "geodrift/contract";

/** The pictures of a cell, and where the first of them is, degrees. */
export interface Spot extends LatLng {
  ids: number[];
}

/** Cells are as wide and high as this, degrees. */
const cell = 0.5;

/** All cells that have pictures. */
export function spotsOf({ ids, lat, lng }: Pick<PicturePlaces, "ids" | "lat" | "lng">): Spot[] {
  const spots = new Map<string, Spot>();
  ids.forEach((id, i) => {
    const key = `${Math.floor(lat[i] / cell)} ${Math.floor(lng[i] / cell)}`;
    const spot = spots.get(key) ?? { lat: lat[i], lng: lng[i], ids: [] };
    spot.ids.push(id);
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
