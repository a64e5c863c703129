/** All that one index holds into another, of whichever kind. */
import type { Database, Value } from "./database.js";

/** The tables, those that others refer to first, each with the columns that tell its rows apart. */
const tables: Readonly<Record<string, readonly string[]>> = {
  folders: ["id"],
  pictures: ["id"],
  estimates: ["picture"],
  decisions: ["id"],
  writes: ["id"],
  people: ["id"],
  track_points: ["track", "at"],
  looks: ["sha256"],
};

/** Rows that are read, and written, together. */
const together = 200;

type Row = Record<string, Value | ArrayBuffer>;

/** Is there nothing in any of the tables? */
export async function isEmpty(database: Database): Promise<boolean> {
  for (const table of Object.keys(tables)) if (await database.row(`SELECT 1 FROM ${table} LIMIT 1`)) return false;
  return true;
}

/**
 * Copies all rows, with their numbers, as they are at one moment; all of them or none.
 * @param to is empty
 * @param onRows told how many rows of a table have been copied since it was told last
 */
export const copyTables = (
  from: Database,
  to: Database,
  onRows?: (table: string, rows: number) => void,
): Promise<void> =>
  from.snapshot(() =>
    to.transaction(async () => {
      for (const [table, keys] of Object.entries(tables)) {
        const key = keys.join(", ");
        let last: Row | undefined;
        do {
          const after = last && `WHERE (${key}) > (${keys.map(() => "?").join(", ")})`;
          const rows: Row[] = await from.rows<Row>(
            `SELECT * FROM ${table} ${after ?? ""} ORDER BY ${key} LIMIT ${together}`,
            ...keys.flatMap((name) => (last ? [last[name] as Value] : [])),
          );
          last = rows.length === together ? rows.at(-1) : undefined;
          if (rows.length === 0) break;
          const columns = Object.keys(rows[0]);
          const one = `(${columns.map(() => "?").join(", ")})`;
          await to.run(
            `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${rows.map(() => one).join(", ")}`,
            ...rows.flatMap((row) => columns.map((name) => bound(row[name]))),
          );
          onRows?.(table, rows.length);
        } while (last);
        // What is entered next has the next number.
        if (to.dialect === "postgres" && keys[0] === "id")
          await to.rows(
            `SELECT setval(pg_get_serial_sequence('${table}', 'id'), coalesce((SELECT max(id) FROM ${table}), 0) + 1, false)`,
          );
      }
    }),
  );

/** libsql gives what SQLite calls a BLOB as an array buffer. */
const bound = (value: Value | ArrayBuffer): Value => (value instanceof ArrayBuffer ? new Uint8Array(value) : value);
