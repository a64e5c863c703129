/** Pictures of the queue through a model, one after another, with what the library knows. */
import { failureOf, isMendable } from "@geodrift/core/errors";
import type { EngineAnswer } from "../engine/engine.js";
import { keepAnswer } from "./estimates.js";
import { type KnownOptions, type KnownPlaces, knownPlaces } from "./known-places.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";
import type { Taken } from "./store/queue.js";

/**
 * Locates one file of the library.
 * @param name what the answer calls it
 * @param known places that bear on it
 */
export type LocatePicture = (file: string, name: string, known: KnownPlaces[]) => Promise<EngineAnswer>;

/** How many pictures have an estimate now, how many could not be located, and how many there are. */
export interface EstimateProgress {
  done: number;
  failed: number;
  of: number;
}

/** Which pictures are estimated, and who hears of it. */
export interface EstimateOptions extends KnownOptions {
  /** All of the queue, also those that a model has looked at already. */
  again?: boolean;
  /** Most pictures. */
  limit?: number;
  /** Ends the work after the pictures that are being located. */
  signal?: AbortSignal;
  /** Told after each picture. */
  onProgress?: (progress: EstimateProgress) => void;
  /** Told of each picture that could not be located, and of what was thrown. */
  onFailure?: (path: string, thrown: unknown) => void;
}

/** Located at a time: one is decoded while another is computed. */
const atOnce = 2;

/**
 * Locates the pictures of the queue, two at a time, and keeps the answers as their estimates. One that cannot be located
 * does not hold up the others. Where the index is in a database, several may be at it at once, on several machines: each picture is
 * located by one of them, and what one that dies has taken is free at once.
 * @returns how far it came
 */
export async function estimateQueue(
  library: Library,
  locate: LocatePicture,
  { again = false, limit, signal, onProgress, onFailure, ...known }: EstimateOptions,
): Promise<EstimateProgress> {
  const queue = await library.store.queue.open({ again, limit });
  const progress = { done: 0, failed: 0, of: queue.of };
  const one = async ({ id, path, done, giveBack }: Taken): Promise<void> => {
    try {
      const file = await checkedPictureFile(library, id);
      await keepAnswer(library, id, await locate(file, path, await knownPlaces(library, id, known)));
      await done();
      progress.done++;
      onProgress?.({ ...progress });
    } catch (e) {
      if (signal?.aborted) return;
      progress.failed++;
      onProgress?.({ ...progress });
      onFailure?.(path, e);
      // Its header was well, the rest is not.
      if (isMendable(e) && e.code === "picture")
        await library.store.transaction(async () => {
          const { pictures } = library.store;
          if (await pictures.advance(id, { kind: "undecodable" })) await pictures.failed(id, failureOf(e));
        });
      await done();
    } finally {
      // Of one that is done there is nothing to give back.
      await giveBack();
    }
  };
  // What ends one of them ends all: nothing goes on that nobody waits for.
  const end = new AbortController();
  const next = async (): Promise<void> => {
    try {
      while (!signal?.aborted && !end.signal.aborted) {
        const taken = await queue.next();
        if (!taken) return;
        await one(taken);
      }
    } catch (e) {
      end.abort();
      throw e;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, next));
  for (const result of ended) if (result.status === "rejected") throw result.reason;
  // The others of a queue that several work at are theirs.
  return signal?.aborted ? progress : { ...progress, of: progress.done + progress.failed };
}
