/** Pictures of the queue through a model, one after another, with what the library knows. */
import type { EngineAnswer } from "../engine/engine.js";
import { PictureError } from "../engine/errors.js";
import { circleRadiusKm, keepEstimate } from "./estimates.js";
import { type KnownOptions, type KnownPlaces, knownPlaces } from "./known-places.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";

/** Locates one file of the library. */
export type LocatePicture = (file: string, name: string, known: KnownPlaces[]) => Promise<EngineAnswer>;

export interface EstimateProgress {
  done: number;
  failed: number;
  of: number;
}

export interface EstimateOptions extends KnownOptions {
  /** All of the queue, also those that a model has looked at already. */
  again?: boolean;
  limit?: number;
  signal?: AbortSignal;
  onProgress?: (progress: EstimateProgress) => void;
  onFailure?: (path: string, error: string) => void;
}

/** Located at a time: one is decoded while another is computed. */
const atOnce = 2;

export async function estimateQueue(
  library: Library,
  locate: LocatePicture,
  { again = false, limit, signal, onProgress, onFailure, ...known }: EstimateOptions,
): Promise<EstimateProgress> {
  const waiting = library.rows<{ id: number; path: string }>(
    `SELECT id, path FROM pictures
     WHERE missing = 0 AND state = 'queue' ${again ? "" : "AND bits IS NULL"} ORDER BY id LIMIT ?`,
    limit ?? -1,
  );
  const progress = { done: 0, failed: 0, of: waiting.length };
  const one = async ({ id, path }: { id: number; path: string }) => {
    try {
      const file = await checkedPictureFile(library, id);
      const { result, distribution, samples } = await locate(file, path, knownPlaces(library, id, known));
      keepEstimate(library, id, { result, radiusKm: circleRadiusKm(distribution, samples, result.best) });
      progress.done++;
    } catch (e) {
      if (signal?.aborted) return;
      progress.failed++;
      const { message } = e as Error;
      // Its header was well, the rest is not.
      if (e instanceof PictureError)
        library.run(
          "UPDATE pictures SET state = 'unreadable', error = ? WHERE id = ? AND state = 'queue'",
          message,
          id,
        );
      onFailure?.(path, message);
    }
    onProgress?.({ ...progress });
  };
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item && !signal?.aborted; item = waiting.shift()) await one(item);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return progress;
}
