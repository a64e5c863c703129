/** Pictures that wait for an estimate, taken one at a time, by workers on several machines where the index is in a database. */
import type { Database } from "./database.js";

/** A picture that no other worker has while this one does. */
export interface Taken {
  id: number;
  path: string;
  /** Its turn is over, whatever came of it. */
  done(): Promise<void>;
  /** Another may have it, unless it is done. */
  giveBack(): Promise<void>;
}

/** The queue as one worker takes from it. */
export interface Queue {
  /** Pictures that waited when it was opened. */
  of: number;
  /** The next one; undefined where there is none, or others have those that are left. */
  next(): Promise<Taken | undefined>;
}

/** The queue of the index. */
export const queueTable = (database: Database) => ({
  /**
   * What waits, by number: all of the queue, or what no model has looked at yet.
   * @param limit most that are taken
   */
  async open({ again, limit }: { again: boolean; limit: number | undefined }): Promise<Queue> {
    const waiting = `p.missing = 0 AND p.state = 'queue' ${again ? "" : "AND p.bits IS NULL"}`;
    const lease = database.lease?.bind(database);
    if (!lease) {
      const left = await database.rows<{ id: number; path: string }>(
        `SELECT id, path FROM pictures p WHERE ${waiting} ORDER BY id ${limit === undefined ? "" : "LIMIT ?"}`,
        ...(limit === undefined ? [] : [limit]),
      );
      const nothing = async () => {};
      const next = async () => {
        const one = left.shift();
        return one && { ...one, done: nothing, giveBack: nothing };
      };
      return { of: left.length, next };
    }
    // What others have taken stays theirs; what they have left, or died over, is taken by whoever comes and looks for the same.
    const round = again ? 1 : 0;
    await database.run(
      `DELETE FROM claims WHERE again = ? AND picture IN
         (SELECT c.picture FROM claims c LEFT JOIN pictures p ON p.id = c.picture
          WHERE c.again = ? AND (p.id IS NULL OR NOT (${waiting})) FOR UPDATE OF c SKIP LOCKED)`,
      round,
      round,
    );
    await database.run(
      `INSERT INTO claims (picture, again) SELECT p.id, CAST(? AS INTEGER) FROM pictures p WHERE ${waiting} ON CONFLICT DO NOTHING`,
      round,
    );
    const claimed = `FROM claims c JOIN pictures p ON p.id = c.picture WHERE c.again = ? AND ${waiting}`;
    const { n } = (await database.row<{ n: number }>(`SELECT count(*) AS n ${claimed}`, round)) ?? { n: 0 };
    let left = limit ?? Number.POSITIVE_INFINITY;
    return {
      of: Math.min(n, left),
      async next() {
        // Several ask at once: what is asked for counts before it is there.
        if (left-- <= 0) return undefined;
        const leased = await lease<{ id: number; path: string }>(
          `SELECT c.picture AS id, p.path ${claimed} ORDER BY c.picture LIMIT 1 FOR UPDATE OF c SKIP LOCKED`,
          round,
        );
        if (!leased) return undefined;
        const { row, end } = leased;
        return {
          ...row,
          done: () => end("DELETE FROM claims WHERE picture = ? AND again = ?", row.id, round),
          giveBack: () => end(),
        };
      },
    };
  },
});
