import type { Database } from "./database.js";

/** A picture's bytes and how they look. */
export interface LookRecord {
  id: number;
  /** Hexadecimal. */
  sha256: string;
  /** Perceptual hash of 64 bits, hexadecimal; null where nobody has looked, or nothing can be seen. */
  look: string | null;
}

/** How pictures look, by the hashes of their bytes. */
export const lookTable = (database: Database) => ({
  /** Keeps how bytes look; null for those that cannot be decoded, which nobody need try again. */
  keep: async (sha256: string, look: string | null): Promise<void> => {
    await database.run(
      "INSERT INTO looks (sha256, look) VALUES (?, ?) ON CONFLICT (sha256) DO UPDATE SET look = excluded.look",
      sha256,
      look,
    );
  },

  /** Pictures that nobody has looked at, one of each bytes. */
  unknown: (): Promise<{ id: number; sha256: string }[]> =>
    database.rows(
      `SELECT min(p.id) AS id, p.sha256 FROM pictures p LEFT JOIN looks l ON l.sha256 = p.sha256
       WHERE p.missing = 0 AND p.sha256 IS NOT NULL AND p.error IS NULL AND l.sha256 IS NULL GROUP BY p.sha256 ORDER BY min(p.id)`,
    ),

  /** All pictures that are there, by number. */
  all: (): Promise<LookRecord[]> =>
    database.rows(
      `SELECT p.id, p.sha256, l.look FROM pictures p LEFT JOIN looks l ON l.sha256 = p.sha256
       WHERE p.missing = 0 AND p.sha256 IS NOT NULL ORDER BY p.id`,
    ),
});
