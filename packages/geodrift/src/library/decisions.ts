/** What a person says of pictures: accepted, rejected, no place at all; every word of it can be taken back. */
import type { LatLng } from "@geodrift/core";
import type { PlaceName } from "../locate/result.js";
import { namePlace } from "../locate/result.js";
import { gazetteer } from "../places/bundled-towns.js";
import { countryAt, highSeas } from "../places/country.js";
import { type DecidedPlace, namesOf } from "./decided-place.js";
import { estimateOf } from "./estimates.js";
import type { Library } from "./library.js";
import type { Level, State } from "./tables.js";
import { ChangedSinceError, isWritten, takeBack } from "./write-sidecars.js";

export type Verdict =
  | {
      kind: "accept";
      level: Level;
      /** Where a person has put the pin; the estimate's best guess if left out. */
      pin?: LatLng;
      /** Of a pin; an estimate has its own. */
      radiusKm?: number;
      /** When the estimate was made that was looked at, if it matters that it is no other. */
      madeAt?: number;
    }
  | { kind: "reject" }
  | { kind: "not-a-place" };

export interface Decision {
  id: number;
  kind: Verdict["kind"];
  decided: DecidedPlace;
}

interface Row {
  id: number;
  kind: Verdict["kind"];
  level: Level;
  lat: number;
  lng: number;
  radius_km: number;
  source: DecidedPlace["source"];
  place: string;
  model: string | null;
  known: string | null;
  at: number;
}

/** Of a pin that a person sets without saying how sure they are. */
const pinRadiusKm = 1;

const stateAfter: Record<Verdict["kind"], State> = {
  accept: "accepted",
  reject: "rejected",
  "not-a-place": "not-a-place",
};

/** The last word on a picture, as it is now, that has not been taken back. */
export function decisionFor(library: Library, picture: number): Decision | undefined {
  const row = library.row<Row>(
    `SELECT d.id, d.kind, d.level, d.lat, d.lng, d.radius_km, d.source, d.place, d.model, d.known, d.at
     FROM decisions d JOIN pictures p ON p.id = d.picture
     WHERE d.picture = ? AND d.undone = 0 AND d.sha256 IS p.sha256 ORDER BY d.id DESC LIMIT 1`,
    picture,
  );
  if (!row) return undefined;
  const { id, kind, radius_km: radiusKm, model, known, place, ...rest } = row;
  return {
    id,
    kind,
    decided: {
      ...rest,
      radiusKm,
      model: model ?? undefined,
      known: known ?? undefined,
      place: JSON.parse(place ?? "null") as PlaceName,
    },
  };
}

/**
 * Says one thing of several pictures: of all of them or of none.
 * @returns the number under which it can be taken back
 * @throws Error in one sentence
 */
export function decide(library: Library, pictures: readonly number[], verdict: Verdict): number {
  return library.transaction(() => {
    const batch = 1 + (library.row<{ last: number | null }>("SELECT max(batch) AS last FROM decisions")?.last ?? 0);
    for (const picture of pictures) {
      const row = library.row<Decided>("SELECT state, path, sha256, file_lat FROM pictures WHERE id = ?", picture);
      if (!row) throw new Error(`the library has no picture ${picture}`);
      if (verdict.kind === "reject" && row.state === "located")
        throw new Error(`${row.path}: its own file says where it was taken, there is no estimate to reject`);
      const place = verdict.kind === "accept" ? acceptedPlace(library, picture, row, verdict) : undefined;
      library.run(
        `INSERT INTO decisions (batch, picture, at, kind, level, lat, lng, radius_km, source, place, model, known, sha256,
           state_before)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        batch,
        picture,
        Date.now(),
        verdict.kind,
        place?.level ?? null,
        place?.lat ?? null,
        place?.lng ?? null,
        place?.radiusKm ?? null,
        place?.source ?? null,
        place ? JSON.stringify(place.place) : null,
        place?.model ?? null,
        place?.known ?? null,
        row.sha256,
        row.state,
      );
      library.run("UPDATE pictures SET state = ? WHERE id = ?", stateAfter[verdict.kind], picture);
    }
    return batch;
  });
}

/** What of a picture a decision depends on. */
interface Decided {
  state: State;
  path: string;
  sha256: string | null;
  file_lat: number | null;
}

function acceptedPlace(
  library: Library,
  picture: number,
  { path, file_lat }: Decided,
  { level, pin, radiusKm, madeAt }: Extract<Verdict, { kind: "accept" }>,
): Omit<DecidedPlace, "at"> {
  if (pin) {
    // At sea, the nearest town names nothing.
    const nobody = countryAt(pin.lat, pin.lng) === highSeas;
    const near = namePlace(pin, gazetteer());
    const place = nobody ? { ...near, country: "", countryCode: "", region: "", city: "" } : near;
    if (level !== "point" && !namesOf({ level, place })[level])
      throw new Error(`${path}: the pin is near no ${level}; say it as a point`);
    return {
      ...pin,
      level,
      radiusKm: radiusKm ?? pinRadiusKm,
      source: "person",
      place,
      model: undefined,
      known: undefined,
    };
  }
  if (file_lat !== null)
    throw new Error(
      `${path}: its own file says where it was taken, which an estimate does not replace; set the pin yourself to do so`,
    );
  const estimate = estimateOf(library, picture);
  if (!estimate) throw new Error(`${path}: has no estimate to accept`);
  if (madeAt !== undefined && madeAt !== estimate.madeAt)
    throw new Error(`${path}: has been estimated anew since it was shown; look at it again`);
  const { result, radiusKm: own } = estimate;
  const known = result.contributions?.map((k) => k.label).join(", ") || undefined;
  const model = `${result.model.name} ${result.model.sha256.slice(0, 12)}`;
  return { ...result.best, level, radiusKm: own, source: "estimate", place: result.place, model, known };
}

/** The number of the last word that can be taken back; undefined if there is none. */
export const lastBatch = (library: Library): number | undefined =>
  library.row<{ last: number | null }>("SELECT max(batch) AS last FROM decisions WHERE undone = 0")?.last ?? undefined;

const lastDecision = (library: Library, picture: number): number | undefined =>
  library.row<{ id: number }>(
    "SELECT id FROM decisions WHERE picture = ? AND undone = 0 ORDER BY id DESC LIMIT 1",
    picture,
  )?.id;

/** A sidecar of a picture that is found to show no place, or another one, goes with the decision that wrote it. */
export const decideAndTidy = (library: Library, pictures: readonly number[], verdict: Verdict): Promise<Decisions> =>
  library.inTurn(async () => {
    const batch = decide(library, pictures, verdict);
    const left: Decisions["left"] = [];
    for (const picture of verdict.kind === "accept" ? [] : pictures)
      await takeBack(library, picture).catch((e: Error) => left.push({ picture, error: e.message }));
    return { batch, left };
  });

export interface Decisions {
  /** The number under which it can be taken back. */
  batch: number;
  /** Sidecars that could not be taken away. */
  left: { picture: number; error: string }[];
}

/**
 * Takes back what was said last, or under a number; sidecars that it led to become what they were. One that another program
 * has changed since is left as it is, and said.
 * @returns the pictures, each as it was before, or why it is not
 */
export const undo = (library: Library, batch = lastBatch(library)): Promise<{ picture: number; error?: string }[]> =>
  library.inTurn(async () => {
    const rows = library.rows<{ id: number; picture: number; state_before: State }>(
      "SELECT id, picture, state_before FROM decisions WHERE batch = ? AND undone = 0 ORDER BY id DESC",
      batch ?? -1,
    );
    const outcomes: { picture: number; error?: string }[] = [];
    for (const { id, picture, state_before } of rows) {
      if (lastDecision(library, picture) !== id) {
        outcomes.push({ picture, error: "has been decided anew since" });
        continue;
      }
      const failed = await takeBack(library, picture, id).catch((e: Error) => e);
      if (failed && !(failed instanceof ChangedSinceError)) {
        outcomes.push({ picture, error: failed.message });
        continue;
      }
      library.transaction(() => {
        library.run("UPDATE decisions SET undone = 1 WHERE id = ?", id);
        // What an earlier decision wrote may have been written over: it is to be written again.
        const back = state_before === "written" && !isWritten(library, picture) ? "accepted" : state_before;
        library.run("UPDATE pictures SET state = ? WHERE id = ?", back, picture);
      });
      outcomes.push(failed ? { picture, error: failed.message } : { picture });
    }
    return outcomes;
  });
