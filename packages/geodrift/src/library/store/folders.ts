import { type Database, inserted } from "./database.js";

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
export const folderTable = (database: Database) => ({
  /** All folders, by path. */
  all: (): Promise<FolderRecord[]> =>
    database.rows<FolderRecord>(
      `SELECT f.id, f.path, f.scanned_at AS "scannedAt", count(p.id) AS pictures FROM folders f
       LEFT JOIN pictures p ON p.folder = f.id AND p.missing = 0 GROUP BY f.id ORDER BY f.path`,
    ),

  /** The number of the folder that has one of these paths. */
  async find(...paths: string[]): Promise<number | undefined> {
    for (const path of paths) {
      const folder = await database.row<{ id: number }>("SELECT id FROM folders WHERE path = ?", path);
      if (folder) return folder.id;
    }
    return undefined;
  },

  /** Enters a folder; its number. */
  add: (path: string): Promise<number> => inserted(database, "INSERT INTO folders (path) VALUES (?)", path),

  /** Notes that a scan has ended now. */
  async scanned(id: number): Promise<void> {
    await database.run("UPDATE folders SET scanned_at = ? WHERE id = ?", Date.now(), id);
    await database.changed("folders");
  },

  /**
   * Takes a folder out, with all that is known of its pictures.
   * @returns how many they were
   */
  remove: (id: number): Promise<number> =>
    database.transaction(async () => {
      for (const table of ["writes", "decisions", "estimates"])
        await database.run(`DELETE FROM ${table} WHERE picture IN (SELECT id FROM pictures WHERE folder = ?)`, id);
      const pictures = await database.run("DELETE FROM pictures WHERE folder = ?", id);
      await database.run("DELETE FROM folders WHERE id = ?", id);
      await database.changed("folders");
      return pictures;
    }),
});
