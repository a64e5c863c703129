import type { State } from "../states.js";
import type { Dialect, Value } from "./database.js";

/** Which pictures are meant, of those that are there. */
export interface PictureFilter {
  state?: State;
  /** Number of the folder. */
  folder?: number;
  album?: string;
  /** Part of the path or the camera. */
  text?: string;
  /** The camera, as it calls itself. */
  camera?: string;
  /** Milliseconds by the camera's clock: the earliest. */
  from?: number;
  /** Milliseconds by the camera's clock: before which. */
  to?: number;
  /** Pictures whose estimate tells so much, in bits. */
  leastBits?: number;
}

/** What follows WHERE, of pictures `p`, with its values. */
export interface Condition {
  sql: string;
  values: Value[];
}

/** What lists are sorted by, as the indices have it; pictures without it come last. */
export const orders = {
  number: "p.id",
  time: "coalesce(p.taken_at, 9e15)",
  bits: "coalesce(-p.bits, 1e9)",
} as const;

/** By number, by time (those without one last), or by what the estimate tells, most first. */
export type Order = keyof typeof orders;

/** What follows ORDER BY: no two pictures are equal in it. */
export const orderSql = (order: Order): string => (order === "number" ? orders.number : `${orders[order]}, p.id`);

/** A filter as SQL. */
export function conditionOf(filter: PictureFilter, dialect: Dialect): Condition {
  const where = ["p.missing = 0"];
  const values: Value[] = [];
  const add = (sql: string, ...more: Value[]) => {
    where.push(sql);
    values.push(...more);
  };
  if (filter.state !== undefined) add("p.state = ?", filter.state);
  if (filter.folder !== undefined) add("p.folder = ?", filter.folder);
  if (filter.album !== undefined) add("p.album = ?", filter.album);
  if (filter.camera !== undefined) add("p.camera = ?", filter.camera);
  if (filter.text) {
    const like = `%${filter.text.replace(/[\\%_]/g, "\\$&")}%`;
    // SQLite's LIKE takes small and capital letters for the same by itself, and lower() would double its time.
    const plain = (text: string) => (dialect === "sqlite" ? text : `lower(${text})`);
    const has = (column: string) => `${plain(column)} LIKE ${plain("?")} ESCAPE '\\'`;
    const path = dialect === "sqlite" ? "p.path" : 'p.path COLLATE "default"';
    add(`(${has(path)} OR ${has("p.camera")})`, like, like);
  }
  if (filter.from !== undefined) add("p.taken_at >= ?", filter.from);
  if (filter.to !== undefined) add("p.taken_at < ?", filter.to);
  if (filter.leastBits !== undefined) add("p.bits >= ?", filter.leastBits);
  return { sql: where.join(" AND "), values };
}
