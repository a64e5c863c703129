/** How pictures look: a hash that is nearly the same for pictures that look alike, of every one of the archive. */
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";

/** How many have been looked at, how many could not be, and how many there are. */
export interface LookProgress {
  done: number;
  failed: number;
  of: number;
}

/** Who hears of it, and what ends it. */
export interface LookOptions {
  signal?: AbortSignal;
  /** Told after each picture. */
  onProgress?: (progress: LookProgress) => void;
}

/** Looked at together: while some are decoded, others are read. */
const atOnce = 4;

/**
 * Looks at all pictures that nobody has looked at, one of each bytes. What has been seen stays when it ends early.
 * @returns how far it came
 */
export async function takeLooks(
  library: Library,
  reader: PictureReader,
  { signal, onProgress }: LookOptions = {},
): Promise<LookProgress> {
  const waiting = await library.store.looks.unknown();
  const progress = { done: 0, failed: 0, of: waiting.length };
  const one = async ({ id, sha256 }: { id: number; sha256: string }): Promise<void> => {
    try {
      const seen = await reader.do("look", await checkedPictureFile(library, id));
      if (seen.sha256 !== sha256) throw new GeodriftError("file", "the picture has changed since it was scanned");
      await library.store.looks.keep(sha256, seen.look);
      progress.done++;
    } catch (e) {
      if (!isMendable(e)) throw e;
      if (signal?.aborted) return;
      // What is damaged stays so; what is gone or closed may be there next time.
      if (e.code === "picture") await library.store.looks.keep(sha256, null);
      progress.failed++;
    }
    onProgress?.({ ...progress });
  };
  for (let from = 0; from < waiting.length && !signal?.aborted; from += atOnce)
    await Promise.all(waiting.slice(from, from + atOnce).map(one));
  return progress;
}
