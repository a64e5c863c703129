/** What a person says of pictures: accepted, rejected, no place at all; every word of it can be taken back. */
import type { LatLng } from "@geodrift/core";
import type { PlaceName } from "../locate/result.js";
import { namePlace } from "../locate/result.js";
import { gazetteer } from "../places/bundled-towns.js";
import type { DecidedPlace } from "./decided-place.js";
import { estimateOf } from "./estimates.js";
import type { Library } from "./library.js";
import type { Level, State } from "./tables.js";
import { takeBack } from "./write-sidecars.js";

export type Verdict =
  | {
      kind: "accept";
      level: Level;
      /** Where a person has put the pin; the estimate's best guess if left out. */
      pin?: LatLng;
      /** Of a pin; an estimate has its own. */
      radiusKm?: number;
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
  at: number;
}

/** Of a pin that a person sets without saying how sure they are. */
const pinRadiusKm = 1;

const stateAfter: Record<Verdict["kind"], State> = {
  accept: "accepted",
  reject: "rejected",
  "not-a-place": "not-a-place",
};

/** The last word on a picture that has not been taken back. */
export function decisionFor(library: Library, picture: number): Decision | undefined {
  const row = library.row<Row>(
    `SELECT id, kind, level, lat, lng, radius_km, source, place, model, at FROM decisions
     WHERE picture = ? AND undone = 0 ORDER BY id DESC LIMIT 1`,
    picture,
  );
  if (!row) return undefined;
  const { id, kind, radius_km: radiusKm, model, place, ...rest } = row;
  return {
    id,
    kind,
    decided: { ...rest, radiusKm, model: model ?? undefined, place: JSON.parse(place ?? "null") as PlaceName },
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
      const row = library.row<{ state: State; path: string }>("SELECT state, path FROM pictures WHERE id = ?", picture);
      if (!row) throw new Error(`the library has no picture ${picture}`);
      const place = verdict.kind === "accept" ? acceptedPlace(library, picture, row, verdict) : undefined;
      library.run(
        `INSERT INTO decisions (batch, picture, at, kind, level, lat, lng, radius_km, source, place, model, state_before)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
        row.state,
      );
      library.run("UPDATE pictures SET state = ? WHERE id = ?", stateAfter[verdict.kind], picture);
    }
    return batch;
  });
}

function acceptedPlace(
  library: Library,
  picture: number,
  { state, path }: { state: State; path: string },
  { level, pin, radiusKm }: Extract<Verdict, { kind: "accept" }>,
): Omit<DecidedPlace, "at"> {
  if (state === "unreadable") throw new Error(`${path}: cannot be read, and has no place to accept`);
  if (pin) {
    const place = namePlace(pin, gazetteer());
    return { ...pin, level, radiusKm: radiusKm ?? pinRadiusKm, source: "person", place, model: undefined };
  }
  if (state === "located")
    throw new Error(
      `${path}: its own file says where it was taken, which an estimate does not replace; set the pin yourself to do so`,
    );
  const estimate = estimateOf(library, picture);
  if (!estimate) throw new Error(`${path}: has no estimate to accept`);
  const { result, radiusKm: own } = estimate;
  const model = `${result.model.name} ${result.model.sha256.slice(0, 12)}`;
  return { ...result.best, level, radiusKm: own, source: "estimate", place: result.place, model };
}

/** The number of the last word that can be taken back; undefined if there is none. */
export const lastBatch = (library: Library): number | undefined =>
  library.row<{ last: number | null }>("SELECT max(batch) AS last FROM decisions WHERE undone = 0")?.last ?? undefined;

/**
 * Takes back what was said last, or under a number; sidecars that it led to become what they were.
 * @returns the pictures, each as it was before, or why it is not
 */
export async function undo(
  library: Library,
  batch = lastBatch(library),
): Promise<{ picture: number; error?: string }[]> {
  const rows = library.rows<{ id: number; picture: number; state_before: State }>(
    "SELECT id, picture, state_before FROM decisions WHERE batch = ? AND undone = 0 ORDER BY id DESC",
    batch ?? -1,
  );
  const outcomes: { picture: number; error?: string }[] = [];
  for (const { id, picture, state_before } of rows) {
    if (decisionFor(library, picture)?.id !== id) {
      outcomes.push({ picture, error: "has been decided anew since" });
      continue;
    }
    try {
      const state = library.row<{ state: State }>("SELECT state FROM pictures WHERE id = ?", picture)?.state;
      if (state === "written") await takeBack(library, picture);
      library.transaction(() => {
        library.run("UPDATE decisions SET undone = 1 WHERE id = ?", id);
        // The sidecar is what it was before all of ours: what an earlier decision wrote is to be written again.
        const back = state_before === "written" && state === "written" ? "accepted" : state_before;
        library.run("UPDATE pictures SET state = ? WHERE id = ?", back, picture);
      });
      outcomes.push({ picture });
    } catch (e) {
      outcomes.push({ picture, error: (e as Error).message });
    }
  }
  return outcomes;
}
