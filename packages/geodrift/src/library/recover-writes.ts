/** What a crash in the middle of writing leaves: a temporary file at most, which is taken away. */
import { readFile, rm } from "node:fs/promises";
import { sha256Of } from "../files/hash.js";
import type { Library } from "./library.js";
import { markUndone, markWritten } from "./write-sidecars.js";

interface Unfinished {
  id: number;
  picture: number;
  process: number;
  at: number;
  state: "writing" | "undoing";
  sidecar: string;
  temporary: string;
  before: Uint8Array | null;
  after_sha256: string;
}

/** No write takes so long: a process of that number is another one by now. */
const mostMs = 10 * 60_000;

/** Is it the work of a process that still runs? */
function stillRuns({ process: id, at }: Unfinished): boolean {
  if (Date.now() - at > mostMs) return false;
  if (id === process.pid) return true;
  try {
    process.kill(id, 0);
    return true;
  } catch (e) {
    // It is there, and somebody else's.
    return (e as NodeJS.ErrnoException).code === "EPERM";
  }
}

export async function recoverWrites(library: Library): Promise<void> {
  const unfinished = library.rows<Unfinished>(
    `SELECT id, picture, process, at, state, sidecar, temporary, before, after_sha256 FROM writes
     WHERE state IN ('writing', 'undoing')`,
  );
  for (const write of unfinished.filter((w) => !stillRuns(w))) {
    const { id, picture, state, sidecar, temporary, before, after_sha256: after } = write;
    await rm(temporary, { force: true }).catch(() => undefined);
    const now = await readFile(sidecar).catch(() => undefined);
    // The crash may have come after the file was in its place and before the index knew.
    const isAfter = now !== undefined && sha256Of(now) === after;
    if (state === "writing") {
      if (isAfter) await markWritten(library, id, picture, sidecar);
      else library.run("UPDATE writes SET state = 'failed' WHERE id = ? AND state = 'writing'", id);
      continue;
    }
    const isBefore = before === null ? now === undefined : now !== undefined && sha256Of(now) === sha256Of(before);
    if (isBefore) await markUndone(library, id, picture, sidecar);
    else library.run("UPDATE writes SET state = ? WHERE id = ?", isAfter ? "written" : "theirs", id);
  }
}
