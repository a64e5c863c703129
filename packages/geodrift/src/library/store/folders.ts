import type { IndexFile } from "./index-file.js";

/** A folder that was added. */
export interface FolderRecord {
  id: number;
  /** Absolute. */
  path: string;
  /** Milliseconds since 1970; null before the first scan has ended. */
  scannedAt: number | null;
  /** Pictures that are there. */
  pictures: number;
}

/** Folders of the index. */
export const folderTable = (index: IndexFile) => ({
  /** All folders, by path. */
  all: (): FolderRecord[] =>
    index.rows<FolderRecord>(
      `SELECT f.id, f.path, f.scanned_at AS scannedAt, count(p.id) AS pictures FROM folders f
       LEFT JOIN pictures p ON p.folder = f.id AND p.missing = 0 GROUP BY f.id ORDER BY f.path`,
    ),

  /** The number of the folder that has one of these paths. */
  find: (...paths: string[]): number | undefined =>
    paths.map((path) => index.row<{ id: number }>("SELECT id FROM folders WHERE path = ?", path)?.id).find(Boolean),

  /** Enters a folder; its number. */
  add: (path: string): number => index.run("INSERT INTO folders (path) VALUES (?)", path).lastInsertRowid,

  /** Notes that a scan has ended now. */
  scanned(id: number): void {
    index.run("UPDATE folders SET scanned_at = ? WHERE id = ?", Date.now(), id);
  },

  /**
   * Takes a folder out, with all that is known of its pictures.
   * @returns how many they were
   */
  remove: (id: number): number =>
    index.transaction(() => {
      for (const table of ["writes", "decisions", "estimates"])
        index.run(`DELETE FROM ${table} WHERE picture IN (SELECT id FROM pictures WHERE folder = ?)`, id);
      const { changes } = index.run("DELETE FROM pictures WHERE folder = ?", id);
      index.run("DELETE FROM folders WHERE id = ?", id);
      return changes;
    }),
});
