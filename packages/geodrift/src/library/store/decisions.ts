import type { LatLng } from "@geodrift/core";
import type { PlaceName } from "../../locate/result.js";
import type { Level, State } from "../states.js";
import type { Database } from "./database.js";
import { lots, marks } from "./lots.js";

/** What a person said of a picture's place, degrees. */
export interface DecidedPlace extends LatLng {
  level: Level;
  /** Radius in km of the circle in which it is, nine times of ten where the place is an estimate. */
  radiusKm: number;
  /** An estimate that was accepted, or a pin that a person set. */
  source: "estimate" | "person";
  place: PlaceName;
  /** Which model estimated, with its hash. */
  model: string | undefined;
  /** What the estimate took in besides the picture, in words. */
  known: string | undefined;
  /** Milliseconds since 1970, when it was said. */
  at: number;
}

/** A word of a person about a picture; only an accepted one has a place. */
export type Decision = Word & ({ kind: "accept"; decided: DecidedPlace } | { kind: "reject" | "not-a-place" });

/** That somebody has said something, and what kind of thing. */
export interface Word {
  id: number;
  kind: "accept" | "reject" | "not-a-place";
  /** Who has said it; null where the archive knows nobody by name. */
  who: string | null;
  /** Milliseconds since 1970, when it was said. */
  at: number;
}

/** A decision with the state that it was said in. */
export interface UndoableDecision {
  id: number;
  /** Number of the picture. */
  picture: number;
  stateBefore: State;
}

/** The columns that make a decision. */
export interface DecisionRow {
  id: number;
  kind: Decision["kind"];
  level: Level;
  lat: number;
  lng: number;
  radiusKm: number;
  source: DecidedPlace["source"];
  place: string | null;
  model: string | null;
  known: string | null;
  who: string | null;
  at: number;
}

/** A decision as the columns of a row have it. */
export function decisionOf({ id, kind, place, model, known, who, at, ...rest }: DecisionRow): Decision {
  const word = { id, who, at };
  if (kind !== "accept" || place === null) return { ...word, kind: kind as "reject" | "not-a-place" };
  const decided = { ...rest, at, place: JSON.parse(place) as PlaceName };
  return { ...word, kind, decided: { ...decided, model: model ?? undefined, known: known ?? undefined } };
}

/** The log of what people said. Nothing is taken out of it: what is taken back is marked so. */
export const decisionTable = (database: Database) => ({
  /** The number of the next thing that is said of several pictures at once. */
  nextBatch: async (): Promise<number> =>
    1 + ((await database.row<{ last: number | null }>("SELECT max(batch) AS last FROM decisions"))?.last ?? 0),

  /** The number of somebody's last word that can be taken back, as no later one stands on any of its pictures; undefined if there is none. */
  lastBatch: async (who: string | null): Promise<number | undefined> =>
    (
      await database.row<{ batch: number }>(
        `SELECT d.batch FROM decisions d WHERE d.undone = 0 AND d.who IS NOT DISTINCT FROM ? AND NOT EXISTS
           (SELECT 1 FROM decisions later WHERE later.picture = d.picture AND later.undone = 0 AND later.id > d.id)
         ORDER BY d.batch DESC LIMIT 1`,
        who,
      )
    )?.batch,

  /** Who has said something under a number; undefined if nobody has. */
  sayerOf: async (batch: number): Promise<string | null | undefined> =>
    (await database.row<{ who: string | null }>("SELECT who FROM decisions WHERE batch = ? LIMIT 1", batch))?.who,

  /**
   * Enters what was said of pictures, of each with the bytes that it was said of and the state before.
   * @param said the pictures; with their places, where they are accepted
   * @param who has said it
   */
  async add(
    batch: number,
    kind: Word["kind"],
    said: readonly {
      picture: { id: number; sha256: string | null; state: State };
      place?: Omit<DecidedPlace, "at">;
    }[],
    who: string | null,
  ): Promise<void> {
    const columns = `batch, picture, at, kind, level, lat, lng, radius_km, source, place, model, known, sha256, state_before, who`;
    const row = `(${marks(columns.split(",").length)})`;
    const at = Date.now();
    for (const lot of lots(said))
      await database.run(
        `INSERT INTO decisions (${columns}) VALUES ${lot.map(() => row).join(", ")}`,
        ...lot.flatMap(({ picture, place }) => [
          batch,
          picture.id,
          at,
          kind,
          place?.level ?? null,
          place?.lat ?? null,
          place?.lng ?? null,
          place?.radiusKm ?? null,
          place?.source ?? null,
          place ? JSON.stringify(place.place) : null,
          place?.model ?? null,
          place?.known ?? null,
          picture.sha256,
          picture.state,
          who,
        ]),
      );
    await database.changed("decisions");
  },

  /** The last word on a picture, as it is now, that has not been taken back. */
  async for(picture: number): Promise<Decision | undefined> {
    const row = await database.row<DecisionRow>(
      `SELECT d.id, d.kind, d.level, d.lat, d.lng, d.radius_km AS "radiusKm", d.source, d.place, d.model, d.known, d.who, d.at
       FROM decisions d JOIN pictures p ON p.id = d.picture
       WHERE d.picture = ? AND d.undone = 0 AND d.sha256 IS NOT DISTINCT FROM p.sha256 ORDER BY d.id DESC LIMIT 1`,
      picture,
    );
    return row && decisionOf(row);
  },

  /** The last word on a picture, of whichever bytes, that has not been taken back. */
  lastOf: (picture: number): Promise<Word | undefined> =>
    database.row<Word>(
      "SELECT id, kind, who, at FROM decisions WHERE picture = ? AND undone = 0 ORDER BY id DESC LIMIT 1",
      picture,
    ),

  /** Of pictures the last words, of whichever bytes, that have not been taken back, by the pictures' numbers. */
  async lastOfSeveral(pictures: readonly number[]): Promise<Map<number, Word>> {
    const words = new Map<number, Word>();
    for (const lot of lots(pictures))
      for (const { picture, ...word } of await database.rows<Word & { picture: number }>(
        `SELECT picture, id, kind, who, at FROM decisions WHERE id IN
           (SELECT max(id) FROM decisions WHERE picture IN (${marks(lot.length)}) AND undone = 0 GROUP BY picture)`,
        ...lot,
      ))
        words.set(picture, word);
    return words;
  },

  /** What was said under a number and has not been taken back, the last first. */
  ofBatch: (batch: number): Promise<UndoableDecision[]> =>
    database.rows(
      `SELECT id, picture, state_before AS "stateBefore" FROM decisions WHERE batch = ? AND undone = 0 ORDER BY id DESC`,
      batch,
    ),

  /** Marks a decision as taken back. */
  async markUndone(id: number): Promise<void> {
    await database.run("UPDATE decisions SET undone = 1 WHERE id = ?", id);
    await database.changed("decisions");
  },
});
