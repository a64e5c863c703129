/** Files that are written whole or not at all: a kill at any moment leaves the old file or the new. */
import { open, rename } from "node:fs/promises";

/** Writes beside the target, syncs, then renames over it. */
export async function writeFileAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.partial`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
