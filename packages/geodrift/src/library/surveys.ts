/** What an archive comes to as a whole: its pictures on a map, in a calendar, in a grid. */
import { type LatLng, toVec3 } from "@geodrift/core";
import type { z } from "zod";
import { namedPrior } from "../locate/named-prior.js";
import { certaintySteps } from "../locate/text.js";
import type { days as daysSchema, picturePlaces as placesSchema } from "./contract.js";
import type { Library } from "./library.js";
import type { Order, PictureFilter } from "./store/picture-filter.js";
import type { SurveyedPicture } from "./store/surveys.js";

/** Which pictures, and in which order. */
export interface SurveyFilter extends PictureFilter {
  /** Those that stand within a place by name, or within:KM:LAT,LNG, or not:NAME. */
  where?: string;
  order?: Order;
}

/** Where pictures stand, and who says so. */
export type PicturePlaces = z.infer<typeof placesSchema>;

/** Days with their pictures. */
export type Days = z.infer<typeof daysSchema>;

/** Below so many bits an answer is "almost anywhere", and no place to look for a picture. */
const leastBits = certaintySteps[0].below;

/**
 * All pictures that a filter means, each with the place where it stands: what a person has said, else what its file says, else the
 * estimate.
 * @throws GeodriftError `option` for a `where` that is no place
 */
export async function surveyPictures(
  { store }: Library,
  { where, ...filter }: SurveyFilter,
): Promise<SurveyedPicture[]> {
  const holds = where === undefined ? undefined : await placesIn(where);
  const all = await store.surveys.survey(filter, { leastBits });
  return holds ? all.filter(({ place }) => place && holds(place)) : all;
}

async function placesIn(where: string): Promise<(place: LatLng) => boolean> {
  const { prior } = await namedPrior(where, '"where" is the name of a place, not:NAME, or within:KM:LAT,LNG');
  return (place) => prior(toVec3(place)) > 0;
}

/**
 * The same where it is not asked where they stand.
 * @throws GeodriftError as `surveyPictures`
 */
export const picturesInOrder = (
  library: Library,
  { where, ...filter }: SurveyFilter,
): Promise<Pick<SurveyedPicture, "id" | "takenAt">[]> =>
  where === undefined ? library.store.surveys.inOrder(filter) : surveyPictures(library, { ...filter, where });

/** Where the pictures stand that stand anywhere. */
export async function picturePlaces(library: Library, filter: SurveyFilter): Promise<PicturePlaces> {
  const all = await surveyPictures(library, filter);
  const standing = all.flatMap(({ id, place }) => (place ? [{ id, ...place }] : []));
  return {
    ids: standing.map((p) => p.id),
    // A metre, which nobody sees on a map of the world.
    lat: standing.map((p) => Math.round(1e5 * p.lat) / 1e5),
    lng: standing.map((p) => Math.round(1e5 * p.lng) / 1e5),
    by: standing.map((p) => p.by),
    nowhere: all.length - standing.length,
  };
}

const dayMs = 86_400_000;

/** How many pictures were taken on which day, by the camera's clock, the first day first. */
export async function pictureDays(library: Library, filter: SurveyFilter): Promise<Days> {
  const counts = new Map<number, number>();
  let undated = 0;
  for (const { takenAt } of await picturesInOrder(library, filter)) {
    if (takenAt === null) undated++;
    else {
      const day = Math.floor(takenAt / dayMs);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
  }
  return {
    days: [...counts]
      .sort(([a], [b]) => a - b)
      .map(([day, pictures]) => ({ day: new Date(dayMs * day).toISOString().slice(0, 10), pictures })),
    undated,
  };
}
