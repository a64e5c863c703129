import { existsSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { cannotRead } from "../../files/system-error.js";
import type { FileHold } from "../../pictures/memory-budget.js";
import { csvHead, csvRows, rowItem, tableColumns } from "./csv.js";
import type { PictureSource } from "./source.js";
import { indexZips } from "./zip-index.js";

/** The folder of zips that belongs to a table: `images/test` beside `test.csv`; undefined if there is none. */
export function zipsOf(table: string): string | undefined {
  const folder = join(dirname(table), "images", basename(table, ".csv"));
  return existsSync(folder) && readdirSync(folder).some((f) => f.endsWith(".zip")) ? folder : undefined;
}

/**
 * Opens OSV-5M: `train.csv` or `test.csv` with a column `id`, and the pictures `ID.jpg` in `images/train/NN.zip` (spec
 * §8).
 * @throws GeodriftError `data` if the zips or a column are missing, `not-found` or `file` if the table cannot be read
 */
export async function osv5mSource(table: string): Promise<PictureSource> {
  const folder = zipsOf(table);
  if (!folder)
    throw new GeodriftError("data", `${table}: images/${basename(table, ".csv")} with zips is not beside it`);
  const head = await csvHead(table);
  const columns = tableColumns(head, table, ["id"]);
  const zips = (await readdir(folder).catch(cannotRead(folder, "folder"))).filter((f) => f.endsWith(".zip")).sort();
  return {
    name: table,
    columns: columns.rest.map((i) => head[i]),
    async *items(from = 0) {
      const index = await indexZips(zips.map((zip) => join(folder, zip)));
      try {
        for await (const row of csvRows(table, from)) {
          const item = rowItem(row, columns);
          const bytes = async (hold?: FileHold) => {
            const found = await index.read(item.id, hold);
            if (!found) throw new GeodriftError("data", `is in none of the zips of images/${basename(folder)}`);
            return found;
          };
          yield { ...item, bytes };
        }
      } finally {
        index.close();
      }
    },
  };
}
