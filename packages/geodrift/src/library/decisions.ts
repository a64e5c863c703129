/** What a person says of pictures: accepted, rejected, no place at all; every word of it can be taken back. */
import type { LatLng } from "@geodrift/core";
import { failureOf, GeodriftError, isMendable } from "@geodrift/core/errors";
import type { z } from "zod";
import { namePlace, type PlaceName } from "../locate/result.js";
import { isOutside } from "../locate/text.js";
import { gazetteer } from "../places/bundled-towns.js";
import { countryAt, highSeas } from "../places/country.js";
import { formatKm } from "../places/format.js";
import type { decisions, outcome, verdict } from "./contract.js";
import { namesOf } from "./decided-place.js";
import type { Library } from "./library.js";
import { anybody, type Person } from "./people.js";
import { type Level, levelFor } from "./states.js";
import type { DecidedPlace, Word } from "./store/decisions.js";
import type { PictureRecord } from "./store/pictures.js";
import { isChangedSince, takeBack } from "./write-sidecars.js";

/** What a person says of a picture. */
export type Verdict = z.infer<typeof verdict>;

/** What has been said of several pictures at once. */
export type Decisions = z.infer<typeof decisions>;

/** What became of one picture. */
export type Outcome = z.infer<typeof outcome>;

/** Of a pin that a person sets without saying how sure they are. */
const pinRadiusKm = 1;

/** What has been said, and of which pictures it cannot be. */
type Said = Pick<Decisions, "batch" | "refused">;

/** Who says something, and what they have seen. */
export interface Saying {
  /** Whoever has the archive to themselves if left out. */
  by?: Person;
  /** Of each picture the number of the last word on it that was seen, null for none; if left out, nobody looks whether there is another. */
  seen?: readonly (number | null)[];
}

/**
 * Says one thing of several pictures, each by itself: one of which it cannot be said costs the others nothing.
 * @param pictures their numbers
 * @returns the number under which it can be taken back, and those of which it cannot be said
 * @throws GeodriftError, with nothing said: `not-found` for a picture that the library does not have; where it can be said of none,
 * `refused`, or `conflict` if somebody has said something else meanwhile
 */
export function decide(
  library: Library,
  pictures: readonly number[],
  verdict: Verdict,
  { by = anybody, seen }: Saying = {},
): Promise<Said> {
  const { store } = library;
  return store.transaction(async () => {
    const batch = await store.decisions.nextBatch();
    const refused: Decisions["refused"] = [];
    let first: unknown;
    const words = seen && (await store.decisions.lastOfSeveral(pictures));
    const said: Parameters<typeof store.decisions.add>[2][number][] = [];
    for (const [i, picture] of (await store.pictures.several(pictures)).entries()) {
      try {
        if (seen) checkSeen(picture.path, words?.get(picture.id) ?? null, seen[i]);
        const place = verdict.kind === "accept" ? await acceptedPlace(library, picture, verdict) : undefined;
        if (verdict.kind === "reject" && picture.state === "located")
          throw new GeodriftError(
            "refused",
            `${picture.path}: its own file says where it was taken, there is no estimate to reject`,
          );
        said.push({ picture, place });
      } catch (e) {
        if (!isMendable(e)) throw e;
        first ??= e;
        refused.push({ picture: picture.id, ...failureOf(e) });
      }
    }
    // Of one picture, or of none of several: an error as any other.
    if (refused.length === pictures.length && first) throw first;
    await store.decisions.add(batch, verdict.kind, said, by.name);
    await store.pictures.advanceAll(
      said.map(({ picture }) => picture),
      { kind: verdict.kind },
    );
    return { batch, refused };
  });
}

const deeds = {
  accept: "accepted a place for it",
  reject: "rejected its estimate",
  "not-a-place": "said that it shows no place",
};

/** @throws GeodriftError `conflict` where the last word on a picture is another than the one that was seen */
function checkSeen(path: string, last: Word | null, seen: number | null | undefined): void {
  if ((last?.id ?? null) === (seen ?? null)) return;
  const what = last
    ? `${last.who ?? "somebody"} has ${deeds[last.kind]} since it was shown`
    : "what was said of it has been taken back since it was shown";
  throw new GeodriftError("conflict", `${path}: ${what}; look at it again`);
}

async function acceptedPlace(
  { store, pointLimitKm }: Library,
  { id, path, recorded }: PictureRecord,
  { level: wanted, pin, radiusKm, madeAt }: Extract<Verdict, { kind: "accept" }>,
): Promise<Omit<DecidedPlace, "at">> {
  if (pin) return pinnedPlace(path, pin, wanted === "own" ? "point" : wanted, radiusKm);
  if (recorded)
    throw new GeodriftError(
      "refused",
      `${path}: its own file says where it was taken, which an estimate does not replace; set the pin yourself to do so`,
    );
  const estimate = await store.estimates.of(id);
  if (!estimate) throw new GeodriftError("refused", `${path}: has no estimate to accept`);
  if (isOutside(estimate.result))
    throw new GeodriftError(
      "refused",
      `${path}: does not look like ${estimate.result.domain?.of}, which is what the model is for; set the pin yourself`,
    );
  if (madeAt !== undefined && madeAt !== estimate.madeAt)
    throw new GeodriftError("refused", `${path}: has been estimated anew since it was shown; look at it again`);
  const { result, radiusKm: own } = estimate;
  const level = wanted === "own" ? ownLevel(own, result.place) : wanted;
  if (level === "point" && own > pointLimitKm)
    throw new GeodriftError(
      "refused",
      `${path}: holds 90 % of its estimate on a circle of ${formatKm(own)}, and a point is accepted up to ${formatKm(pointLimitKm)}; accept a country, or set the pin yourself`,
    );
  if (level !== "point" && !namesOf({ level, place: result.place })[level])
    throw new GeodriftError(
      "refused",
      `${path}: its estimate is near no ${level}; accept it as something wider, or set the pin yourself`,
    );
  const known = result.contributions?.map((k) => k.label).join(", ") || undefined;
  const model = `${result.model.name} ${result.model.sha256.slice(0, 12)}`;
  return { ...result.best, level, radiusKm: own, source: "estimate", place: result.place, model, known };
}

/** The finest level that an estimate supports, or the next one that its place has a name for. */
function ownLevel(radiusKm: number, place: PlaceName): Level {
  const finest = levelFor(radiusKm);
  return finest === "region" && !namesOf({ level: "region", place }).region ? "country" : finest;
}

function pinnedPlace(path: string, pin: LatLng, level: Level, radiusKm = pinRadiusKm): Omit<DecidedPlace, "at"> {
  // At sea, the nearest town names nothing.
  const nobody = countryAt(pin.lat, pin.lng) === highSeas;
  const near = namePlace(pin, gazetteer());
  const place = nobody ? { ...near, country: "", countryCode: "", region: "", city: "" } : near;
  if (level !== "point" && !namesOf({ level, place })[level])
    throw new GeodriftError("refused", `${path}: the pin is near no ${level}; say it as a point`);
  return { ...pin, level, radiusKm, source: "person", place, model: undefined, known: undefined };
}

/**
 * As `decide`; a sidecar of a picture that is found to show no place, or another one, goes with the decision that wrote
 * it.
 * @returns the number under which it can be taken back, the sidecars that could not be taken away, and the pictures of which it
 * cannot be said
 * @throws GeodriftError as `decide`
 */
export const decideAndTidy = (
  library: Library,
  pictures: readonly number[],
  verdict: Verdict,
  saying: Saying = {},
): Promise<Decisions> =>
  library.inTurn(async (check) => {
    const { batch, refused } = await decide(library, pictures, verdict, saying);
    const left: Decisions["left"] = [];
    const not = new Set(refused.map((r) => r.picture));
    const said = verdict.kind === "accept" ? [] : pictures.filter((id) => !not.has(id));
    for (const picture of await library.store.writes.written(said))
      await tryTo(check, () => takeBack(library, picture)).catch((e: unknown) => {
        if (!isMendable(e)) throw e;
        left.push({ picture, ...failureOf(e) });
      });
    return { batch, left, refused };
  });

async function tryTo<T>(check: () => void, work: () => Promise<T>): Promise<T> {
  check();
  return work();
}

/**
 * Takes back what somebody said last, or what was said under a number; sidecars that it led to become what they were. One that another
 * program has changed since is left as it is, and said.
 * @param batch the number; the last word of whoever asks if left out
 * @param by who asks; whoever has the archive to themselves if left out
 * @returns the pictures, each as it was before, or why it is not
 * @throws GeodriftError `not-found` for a number under which nothing was said, `refused` where another has said it, and whoever asks is no
 * owner
 */
export async function undo(library: Library, batch?: number, by: Person = anybody): Promise<Outcome[]> {
  const { decisions, pictures, writes } = library.store;
  // The last one when it was asked: of two who ask at once, the second takes back no other.
  const said = batch ?? (await decisions.lastBatch(by.name)) ?? -1;
  const sayer = await decisions.sayerOf(said);
  if (sayer === undefined && batch !== undefined)
    throw new GeodriftError("not-found", `nothing has been said under the number ${batch}`);
  if (batch !== undefined && sayer !== by.name && by.role !== "owner")
    throw new GeodriftError("refused", `${sayer ?? "somebody"} has said it: only they, and owners, take it back`);
  return library.inTurn(async (check) => {
    const outcomes: Outcome[] = [];
    for (const { id, picture, stateBefore } of await decisions.ofBatch(said)) {
      if ((await decisions.lastOf(picture))?.id !== id) {
        outcomes.push({ picture, ...failureOf(new GeodriftError("conflict", "has been decided anew since")) });
        continue;
      }
      const failed = await tryTo(check, () => takeBack(library, picture, id)).catch((e: unknown) => {
        if (!isMendable(e)) throw e;
        return e;
      });
      // A sidecar that is another program's by now does not hold up the undoing of what was said.
      if (!failed || isChangedSince(failed))
        await library.store.transaction(async () => {
          await decisions.markUndone(id);
          const sidecarStands = (await writes.lastWritten(picture)) !== undefined;
          await pictures.advance(picture, { kind: "undo", before: stateBefore, sidecarStands });
        });
      outcomes.push({ picture, ...(failed && failureOf(failed)) });
    }
    return outcomes;
  });
}
