import { synced } from "../files/atomic-file.js";
import { type EmbeddedRow, embeddingsWriter, type Provenance } from "./embeddings-file.js";

/** Enough for good compression of ids, few enough to be read at once. */
const rowsPerGroup = 1024;

/**
 * Writes a table of embeddings, whose bytes depend on its rows alone, and not on the pieces in which they come.
 * @returns how many there are
 */
export async function writeTable(
  file: string,
  about: Provenance,
  pieces: AsyncIterable<EmbeddedRow[]>,
): Promise<number> {
  const writer = embeddingsWriter(file, about);
  let [count, group] = [0, [] as EmbeddedRow[]];
  for await (const rows of pieces) {
    count += rows.length;
    group.push(...rows);
    for (; group.length >= rowsPerGroup; group = group.slice(rowsPerGroup))
      await writer.write(group.slice(0, rowsPerGroup));
  }
  await writer.write(group);
  await writer.finish();
  await synced(file);
  return count;
}
