/** What a crash in the middle of writing leaves: a temporary file at most, which is taken away. */
import { readFile, rm } from "node:fs/promises";
import type { Library } from "./library.js";
import { markWritten, sha256 } from "./write-sidecars.js";

interface Unfinished {
  id: number;
  picture: number;
  sidecar: string;
  temporary: string;
  after_sha256: string;
}

export async function recoverWrites(library: Library): Promise<void> {
  const unfinished = library.rows<Unfinished>(
    "SELECT id, picture, sidecar, temporary, after_sha256 FROM writes WHERE state = 'writing'",
  );
  for (const { id, picture, sidecar, temporary, after_sha256 } of unfinished) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const bytes = await readFile(sidecar).catch(() => undefined);
    // The crash may have come after the file was in its place and before the index knew.
    if (bytes && sha256(bytes) === after_sha256) await markWritten(library, id, picture, sidecar);
    else library.run("UPDATE writes SET state = 'failed' WHERE id = ?", id);
  }
}
