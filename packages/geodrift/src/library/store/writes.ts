import { type Database, inserted } from "./database.js";
import { lots, marks } from "./lots.js";

/** A sidecar that was written for a decision, or is about to be, or was taken back. */
export interface WriteRecord {
  id: number;
  /** Number of the decision that it says. */
  decision: number;
  picture: number;
  /** Milliseconds since 1970, when it was begun or is being taken back. */
  at: number;
  /** Absolute path. */
  sidecar: string;
  /** Beside it, renamed over it in the end. */
  temporary: string;
  /** What was there before; null where nothing was. */
  before: Uint8Array | null;
  /** Of the bytes that were written, hexadecimal. */
  afterSha256: string;
  state: WriteState;
}

/**
 * `writing` and `undoing` are under way, or were when the process was killed. `theirs` is one that another program has changed
 * since, `superseded` one that a later write stands on.
 */
export type WriteState = "writing" | "written" | "failed" | "superseded" | "undoing" | "undone" | "theirs";

const columns = `id, decision, picture, at, sidecar, temporary, before, after_sha256 AS "afterSha256", state`;

interface Row extends Omit<WriteRecord, "before"> {
  /** libsql gives what SQLite calls a BLOB as an array buffer. */
  before: ArrayBuffer | Uint8Array | null;
}

const recordOf = ({ before, ...row }: Row): WriteRecord => ({ ...row, before: before && new Uint8Array(before) });

/** The log of sidecars: each is entered before its file is touched, so that a crash at any moment is recognised. */
export const writeTable = (database: Database) => ({
  /**
   * Enters a sidecar that is about to be written.
   * @returns its number
   */
  begin: (
    w: Pick<WriteRecord, "decision" | "picture" | "sidecar" | "temporary" | "before" | "afterSha256">,
  ): Promise<number> =>
    inserted(
      database,
      `INSERT INTO writes (decision, picture, at, sidecar, temporary, before, after_sha256, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'writing')`,
      w.decision,
      w.picture,
      Date.now(),
      w.sidecar,
      w.temporary,
      w.before ? Buffer.from(w.before) : null,
      w.afterSha256,
    ),

  /** The sidecar that stands beside a picture; undefined if there is none of ours. */
  async lastWritten(picture: number): Promise<WriteRecord | undefined> {
    const row = await database.row<Row>(
      `SELECT ${columns} FROM writes WHERE picture = ? AND state = 'written' ORDER BY id DESC LIMIT 1`,
      picture,
    );
    return row && recordOf(row);
  },

  /** Those of some pictures beside which a sidecar of ours stands. */
  async written(pictures: readonly number[]): Promise<Set<number>> {
    const found = new Set<number>();
    for (const lot of lots(pictures))
      for (const { picture } of await database.rows<{ picture: number }>(
        `SELECT picture FROM writes WHERE state = 'written' AND picture IN (${marks(lot.length)})`,
        ...lot,
      ))
        found.add(picture);
    return found;
  },

  /** Sidecars that are under way, or were when a process was killed. */
  unfinished: async (): Promise<WriteRecord[]> =>
    (await database.rows<Row>(`SELECT ${columns} FROM writes WHERE state IN ('writing', 'undoing')`)).map(recordOf),

  /** Notes how a write has ended. */
  async set(id: number, state: Exclude<WriteState, "undoing">): Promise<void> {
    await database.run("UPDATE writes SET state = ? WHERE id = ?", state, id);
  },

  /** Notes that a sidecar is being taken back. */
  async beginUndo(id: number): Promise<void> {
    await database.run("UPDATE writes SET state = 'undoing', at = ? WHERE id = ?", Date.now(), id);
  },

  /** Notes that a sidecar stands, and those before it no longer do. */
  async finish(id: number, picture: number): Promise<void> {
    await database.run("UPDATE writes SET state = 'superseded' WHERE picture = ? AND state = 'written'", picture);
    await database.run("UPDATE writes SET state = 'written' WHERE id = ?", id);
  },
});
