/** From photographs to a field (`geodrift lift --method nerf`). */
import type { Runtime } from "@geodrift/compile";
import { type LiftCall, liftPosed } from "./lift-posed.js";
import { loadPosedPhotos, type PoseSource } from "./posed-photos.js";

/** How photographs are lifted. */
export interface LiftPhotosOptions {
  /** Folder of photographs. */
  photographs: string;
  poses: PoseSource;
  steps: number;
  /** Pixels along a side of the pictures that are compared, and cells across. */
  size: number;
  seed: number;
  /** Photographs that are used; all if left out. */
  most?: number;
  /** Folder of what comes out. */
  out: string;
}

/**
 * Lifts photographs into a field, as `liftPosed` does.
 * @throws GeodriftError `data` for photographs that cannot be used, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftPhotos(
  { photographs, poses, size, most, ...options }: LiftPhotosOptions,
  runtime: Runtime,
  command: readonly string[],
  call?: LiftCall,
): Promise<string[]> {
  const { shown, box, photos, fingerprint } = await loadPosedPhotos(photographs, poses, [size / 2, size], most, {
    report: call?.onNote,
    signal: call?.signal,
  });
  const count = photos.cameras.length;
  const made = `a field that geodrift has fitted to ${count} photographs, and its surface: no survey`;
  const about = { photographs: { count, poses, data: fingerprint } };
  const all = {
    ...options,
    shown,
    box,
    photos,
    fingerprint,
    size,
    made,
    about,
    method: "nerf",
    aim: poses === "aimed",
  };
  return liftPosed(all, runtime, command, call);
}
