/** A split on disk: `id,part`, in the order of the table that it splits. */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { csvRows } from "../datasets/sources/csv.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import { toCsvRows } from "../files/csv.js";
import { cannotWrite } from "../files/system-error.js";
import { type Part, parts } from "./split.js";

/**
 * Writes a split as CSV, into a folder that is made if need be.
 * @param part of every id, in the same order
 * @throws GeodriftError `disk` if the file cannot be written
 */
export async function writeSplit(file: string, ids: readonly string[], part: readonly Part[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch(cannotWrite(file));
  const rows = ids.map((id, i) => [id, part[i]]);
  await writeFileAtomically(file, Buffer.from(toCsvRows([["id", "part"], ...rows])));
}

/**
 * Reads the part of every row of a table.
 * @param ids of the table
 * @throws GeodriftError `data` if the split is of another table, or not a split; `not-found` or `file` if it cannot be
 * read
 */
export async function readSplit(file: string, ids: readonly string[]): Promise<Part[]> {
  const out: Part[] = [];
  let head = true;
  for await (const [id, part] of csvRows(file)) {
    if (head) {
      if (id !== "id" || part !== "part")
        throw new GeodriftError("data", `${file}: a split has the columns id and part, got ${id}, ${part}`);
      head = false;
      continue;
    }
    if (id !== ids[out.length])
      throw new GeodriftError(
        "data",
        `${file}: is of another table: row ${out.length + 2} is "${id}", the table has "${ids[out.length]}"`,
      );
    if (!(parts as readonly string[]).includes(part))
      throw new GeodriftError("data", `${file}: row ${out.length + 2}: a part is ${parts.join(", ")}, got "${part}"`);
    out.push(part as Part);
  }
  if (out.length !== ids.length)
    throw new GeodriftError("data", `${file}: splits ${out.length} rows, the table has ${ids.length}`);
  return out;
}
