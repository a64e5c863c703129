/** From photographs to a field (`geodrift lift --method nerf`): resumable, with previews. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { fieldRenderer, type ReconstructOptions, reconstruct, startReconstruction } from "@geodrift/core";
import { cannotWrite } from "../files/system-error.js";
import { resumeLift, saveLift } from "./field-file.js";
import { loadPosedPhotos, type PoseSource } from "./posed-photos.js";
import { writeLift, writePreview } from "./write-lift.js";

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

/** What is told on the way. */
export interface LiftProgress {
  step: number;
  steps: number;
  /** Mean error of the step's pictures, 0 … 1. */
  error: number;
}

/** Who hears of a lift, and what ends it. */
export interface LiftCall {
  onStep?: (progress: LiftProgress) => void;
  signal?: AbortSignal;
}

/** Steps between checkpoints and previews. */
export const checkpointEvery = 25;
/** Photographs of a step. */
const views = 4;

/**
 * Lifts photographs into a field: `field.safetensors`, `turntable.webp`, `mesh.glb`, `manifest.json`, with `preview.png` on the way;
 * goes on from what the folder holds.
 * @param command arguments that make the same bits again, for the manifest
 * @returns paths of what was written
 * @throws GeodriftError `data` for photographs that cannot be used, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftPhotos(
  { photographs, poses, steps, size, seed, most, out }: LiftPhotosOptions,
  runtime: Runtime,
  command: readonly string[],
  { onStep, signal }: LiftCall = {},
): Promise<string[]> {
  await mkdir(out, { recursive: true }).catch(cannotWrite(out));
  const { shown, box, photos, fingerprint: data } = await loadPosedPhotos(photographs, poses, [size / 2, size], most);
  const count = photos.cameras.length;
  const settings: ReconstructOptions = {
    seed,
    steps,
    size,
    across: size,
    coarse: size > 16,
    views,
    halfHeight: box.halfHeight,
  };
  const provenance = { config: JSON.stringify({ method: "nerf", ...settings, poses }), data };
  const state = startReconstruction(settings, count);
  const saved = join(out, "state.safetensors");
  if (existsSync(saved)) ({ exposures: state.exposures } = await resumeLift(saved, state, provenance));
  const renderer = fieldRenderer({ runtime });
  try {
    for await (const { step, error } of reconstruct(state, renderer, photos, settings, signal)) {
      onStep?.({ step, steps, error });
      if (step % checkpointEvery !== 0 && step !== steps) continue;
      await saveLift(saved, state, provenance, { exposures: state.exposures });
      await writePreview(out, renderer, state.grid, { shown, size });
    }
    const about = { photographs: { count, poses, data }, settings };
    const made = `a field that geodrift has fitted to ${count} photographs, and its surface: no survey`;
    return await writeLift(
      out,
      renderer,
      state.grid,
      { shown, unitM: box.unitM, size, method: "nerf", made, command, about },
      signal,
    );
  } finally {
    await renderer.dispose();
  }
}
