import type { Database } from "./database.js";

/** What a person may do: look; say where pictures were taken; all that there is. */
export const roles = ["reader", "reviewer", "owner"] as const;
/** What a person may do. */
export type Role = (typeof roles)[number];

/** A person whom the archive knows. */
export interface PersonRecord {
  name: string;
  role: Role;
  /** Milliseconds since 1970, when they were given their token. */
  madeAt: number;
  /** Has their token been taken from them? */
  revoked: boolean;
}

/** People of the index, each known by the hash of a token. */
export const peopleTable = (database: Database) => ({
  /** All people, by name. */
  async all(): Promise<PersonRecord[]> {
    const rows = await database.rows<Omit<PersonRecord, "revoked"> & { revoked: number }>(
      `SELECT name, role, made_at AS "madeAt", CASE WHEN token_sha256 IS NULL THEN 1 ELSE 0 END AS revoked
       FROM people ORDER BY name`,
    );
    return rows.map((row) => ({ ...row, revoked: row.revoked !== 0 }));
  },

  /** Is there anybody by name? Whoever had a token counts: an archive does not open to all because its last token is taken away. */
  any: async (): Promise<boolean> => (await database.row("SELECT 1 FROM people LIMIT 1")) !== undefined,

  /** Whoever has the token of this hash (SHA-256, hexadecimal). */
  byToken: (sha256: string): Promise<{ name: string; role: Role } | undefined> =>
    database.row("SELECT name, role FROM people WHERE token_sha256 = ?", sha256),

  /**
   * Gives a person a token.
   * @returns false where they have one
   */
  add: (name: string, role: Role, sha256: string): Promise<boolean> =>
    database.transaction(async () => {
      const known = await database.row<{ token: string | null }>(
        "SELECT token_sha256 AS token FROM people WHERE name = ?",
        name,
      );
      if (known && known.token !== null) return false;
      const values = [role, sha256, Date.now(), name] as const;
      await database.run(
        known
          ? "UPDATE people SET role = ?, token_sha256 = ?, made_at = ? WHERE name = ?"
          : "INSERT INTO people (role, token_sha256, made_at, name) VALUES (?, ?, ?, ?)",
        ...values,
      );
      return true;
    }),

  /**
   * Takes the token of a person away; what they have said stays theirs.
   * @returns false where there is none
   */
  revoke: async (name: string): Promise<boolean> =>
    (await database.run("UPDATE people SET token_sha256 = NULL WHERE name = ? AND token_sha256 IS NOT NULL", name)) > 0,
});
