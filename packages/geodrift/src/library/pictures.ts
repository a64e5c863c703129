/** Lists of pictures for people and programs, and what is known of one. */
import { GeodriftError } from "@geodrift/core/errors";
import type { z } from "zod";
import { headline, placeText } from "../locate/headline.js";
import { certaintySteps } from "../locate/text.js";
import { formatLatLng } from "../places/format.js";
import type { listedPicture, overview as overviewSchema, pictureDetail as pictureDetailSchema } from "./contract.js";
import { namesOf } from "./decided-place.js";
import type { Library } from "./library.js";
import { type State, states } from "./states.js";
import type { Decision } from "./store/decisions.js";
import { cursorOf, type ListedRecord, type PageFilter } from "./store/lists.js";
import type { SurveyedPicture } from "./store/surveys.js";
import { surveyPictures } from "./surveys.js";

/** A picture in a list. */
export type ListedPicture = z.infer<typeof listedPicture>;

/** A picture with its whole estimate and the last word on it. */
export type PictureDetail = z.infer<typeof pictureDetailSchema>;

/** What a library holds. */
export type Overview = z.infer<typeof overviewSchema>;

/**
 * A page of pictures that are there.
 * @returns the pictures, and where the next page begins; nothing where there is none
 * @param filter `where`: pictures that stand within a place by name, within:KM:LAT,LNG or not:NAME
 * @throws GeodriftError `option` for an `after` that no page gave, or a `where` that is no place
 */
export async function listPictures(
  library: Library,
  { where, ...filter }: PageFilter & { where?: string },
): Promise<{ pictures: ListedPicture[]; next: string | undefined }> {
  const { pictures, next } = await (where === undefined
    ? library.store.lists.page(filter)
    : pageWithin(library, { ...filter, where }));
  return { pictures: pictures.map(listedOf), next };
}

/** Which pictures stand within a place no index tells: all that the rest of the filter means are asked. */
async function pageWithin(library: Library, { after, limit = 100, ...filter }: PageFilter & { where: string }) {
  const all = await surveyPictures(library, filter);
  const from = after === undefined ? 0 : firstAfter(all, after);
  const page = all.slice(from, from + limit);
  const last = page.at(-1);
  const next = last && from + limit < all.length ? `${last.sorted}_${last.id}` : undefined;
  return { pictures: await library.store.lists.several(page.map(({ id }) => id)), next };
}

/** Where a page begins, though what was last on the one before may be elsewhere now. */
function firstAfter(all: readonly SurveyedPicture[], after: string): number {
  const [at, id] = cursorOf(after);
  const next = all.findIndex((p) => p.sorted > at || (p.sorted === at && p.id > id));
  return next < 0 ? all.length : next;
}

/** Read together from the store. */
const together = 500;

/**
 * All pictures that a filter means, one after another.
 * @param most that are wanted
 * @throws GeodriftError as `listPictures`
 */
export async function* allPictures(
  library: Library,
  { where, ...filter }: PageFilter & { where?: string },
  most: number,
): AsyncGenerator<ListedPicture> {
  if (where !== undefined) {
    const all = (await surveyPictures(library, { ...filter, where })).slice(0, most);
    for (let from = 0; from < all.length; from += together) {
      const ids = all.slice(from, from + together).map(({ id }) => id);
      for (const record of await library.store.lists.several(ids)) yield listedOf(record);
    }
    return;
  }
  let [left, after]: [number, string | undefined] = [most, undefined];
  do {
    const page = await library.store.lists.page({ ...filter, limit: Math.min(left, together), after });
    for (const record of page.pictures) yield listedOf(record);
    left -= page.pictures.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}

/** A picture of the index as lists have it. */
export function listedOf({ decision, estimate, sha256: _, ...picture }: ListedRecord): ListedPicture {
  return {
    ...picture,
    decided: decision?.kind === "accept" ? decidedOf(decision) : null,
    estimate: estimate ? estimateOf(estimate) : null,
  };
}

function estimateOf({ result, bits, radiusKm, madeAt }: NonNullable<ListedRecord["estimate"]>) {
  return {
    best: result.best,
    place: headline(result),
    bits,
    radiusKm,
    abstained: bits < certaintySteps[0].below,
    madeAt,
  };
}

function decidedOf({ who, decided }: Extract<Decision, { kind: "accept" }>): ListedPicture["decided"] {
  const { level, source, place, lat, lng, model, radiusKm, at } = decided;
  const named = placeText(namesOf({ level, place }));
  const words = level === "point" ? [formatLatLng({ lat, lng }), named].filter(Boolean).join(", ") : named;
  return { place: words, level, source, ...(model && { model }), radiusKm, at, who };
}

/**
 * A picture with its whole estimate and the last word on it.
 * @throws GeodriftError `not-found` if there is none of that number
 */
export async function pictureDetail({ store }: Library, id: number): Promise<PictureDetail> {
  const record = await store.lists.one(id);
  if (!record) throw new GeodriftError("not-found", `the library has no picture ${id}`);
  const decision = await store.decisions.for(id);
  return {
    ...listedOf(record),
    sha256: record.sha256,
    result: (await store.estimates.of(id))?.result ?? null,
    decision: decision
      ? {
          ...(decision.kind === "accept" ? decision.decided : {}),
          kind: decision.kind,
          who: decision.who,
          at: decision.at,
        }
      : null,
  };
}

/** Pictures by state, folders, and what waits for a model. */
export async function overview({ store, unrecovered }: Library): Promise<Overview> {
  const [{ byState, missing, unestimated }, folders] = await Promise.all([
    store.pictures.counts(),
    store.folders.all(),
  ]);
  const counts = Object.fromEntries(states.map((s) => [s, 0])) as Record<State, number>;
  for (const { state, n } of byState) counts[state] = n;
  return { counts, missing, folders, unestimated, unrecovered };
}
