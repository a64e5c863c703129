/** What no training view shows: months, and discs of ground that lie apart. */
import {
  combine,
  distanceKm,
  earthRadiusKm,
  expMap,
  Generator,
  type LatLng,
  tangentFrame,
  toLatLng,
  uniformPoint,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";

/** Months and discs that no training view shows. */
export interface HeldOut {
  /** Months of which no view is shown, two digits each. */
  months: readonly string[];
  /** Centres of the discs, degrees. */
  discs: readonly LatLng[];
  /** Radius of the discs, km: no centre of a training view lies nearer to the centre of a disc. */
  radiusKm: number;
  /**
   * Test views have their centres within this distance of a disc's centre, km: what they show of the middle is in no
   * training view.
   */
  testRadiusKm: number;
}

/** Does a place lie in a held-out disc? */
export const isHeldOut = ({ discs, radiusKm }: Pick<HeldOut, "discs" | "radiusKm">, place: LatLng): boolean =>
  discs.some((disc) => distanceKm(disc, place) < radiusKm);

/**
 * Draws centres of discs on land that do not overlap, north of 60° S.
 * @param count number of discs
 * @param radiusKm km
 * @param onLand is this place on land?
 * @throws GeodriftError `data` if a million draws find no room for so many
 */
export function drawDiscs(count: number, radiusKm: number, seed: number, onLand: (place: LatLng) => boolean): LatLng[] {
  const random = new Generator(seed, 7);
  const discs: LatLng[] = [];
  for (let tries = 0; discs.length < count; tries++) {
    if (tries > 1e6)
      throw new GeodriftError(
        "data",
        `held-out discs: ${count} of radius ${radiusKm} km have no room on land, found ${discs.length}`,
      );
    const place = toLatLng(uniformPoint(random));
    if (place.lat < -60 || !onLand(place)) continue;
    if (discs.every((disc) => distanceKm(disc, place) >= 2 * radiusKm)) discs.push(place);
  }
  return discs;
}

/** Draws a place within `radiusKm` (km) of a centre, uniform in area but for the curvature of the ground. */
export function drawNear(centre: LatLng, radiusKm: number, random: Generator): LatLng {
  const { up, east, north } = tangentFrame(centre);
  const angle = (radiusKm / earthRadiusKm) * Math.sqrt(random.uniform());
  const bearing = 2 * Math.PI * random.uniform();
  return toLatLng(expMap(up, combine(angle * Math.cos(bearing), north, angle * Math.sin(bearing), east)));
}
