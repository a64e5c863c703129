/** From pictures and their cameras to a field: resumable, with previews. */
import { existsSync } from "node:fs";
import type { Runtime } from "@geodrift/compile";
import {
  fieldOptimizer,
  fieldRenderer,
  type PosedPhotos,
  type ReconstructOptions,
  reconstruct,
  startReconstruction,
} from "@geodrift/core";
import { resumeLift, saveLift } from "./field-file.js";
import { inLiftFolder } from "./lift-folder.js";
import type { LandmarkBox } from "./posed-photos.js";
import { type Lifted, writeLift, writePreview } from "./write-lift.js";

/** What is told on the way. */
export interface LiftProgress {
  step: number;
  steps: number;
  /** How far the step's pictures are from what they should be, mean |difference|: of photographs 0 … 1, of a model's word 0 … 2. */
  error: number;
}

/** Who hears of a lift, and what ends it. */
export interface LiftCall {
  /** The next step waits for it. */
  onStep?: (progress: LiftProgress) => void | Promise<void>;
  /** Hears what the field looks like on the way, a PNG, after the step that it shows. */
  onPreview?: (png: Uint8Array) => void;
  /** Hears of every picture that is drawn before the first step, with how many there are. */
  onPicture?: (drawn: number, all: number) => void;
  /** Hears what is done before the first step, in a few words. */
  onNote?: (line: string) => void;
  signal?: AbortSignal;
}

/** Pictures, what is known of them, and how they are fitted. */
export interface LiftPosedOptions {
  shown: Lifted["shown"];
  box: LandmarkBox;
  photos: PosedPhotos;
  /** Of cameras and pictures, hexadecimal. */
  fingerprint: string;
  method: string;
  /** Is it to be found where photographs were aimed? */
  aim?: boolean;
  /** How it was made, in words. */
  made: string;
  /** What the manifest says of the pictures, and what else must be the same for a state to be gone on from. */
  about: Record<string, unknown>;
  steps: number;
  /** Pixels along a side of the pictures that are compared, and cells across. */
  size: number;
  seed: number;
  /** Folder of what comes out. */
  out: string;
}

/** Steps between checkpoints and previews. */
export const checkpointEvery = 25;
/** Pictures of a step. */
const views = 4;

/** Does a reconstruction of so many pixels begin with half as many? */
export const beginsCoarse = (size: number): boolean => size > 16;

/**
 * Fits a field to pictures: `field.safetensors`, `turntable.webp`, `mesh.glb`, `manifest.json`, with `preview.png` on the way; goes on from
 * what the folder holds.
 * @param command arguments that make the same bits again, for the manifest
 * @returns paths of what was written
 * @throws GeodriftError `data` for a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftPosed(
  { shown, box, photos, fingerprint, method, aim, made, about, steps, size, seed, out }: LiftPosedOptions,
  runtime: Runtime,
  command: readonly string[],
  { onStep, onPreview, signal }: LiftCall = {},
): Promise<string[]> {
  const coarse = beginsCoarse(size);
  const settings: ReconstructOptions = {
    seed,
    steps,
    size,
    across: size,
    coarse,
    views,
    halfHeight: box.halfHeight,
    ...(aim && { aim }),
  };
  const provenance = {
    config: JSON.stringify({ method, ...settings, about, optimizer: fieldOptimizer }),
    data: fingerprint,
  };
  const state = startReconstruction(settings, photos.cameras.length);
  return inLiftFolder(
    out,
    async (saved) => {
      if (existsSync(saved)) {
        const more = await resumeLift(saved, state, provenance);
        state.exposures = more.exposures;
        if (aim) state.aims = more.aims;
      }
      const renderer = fieldRenderer({ runtime });
      try {
        for await (const { step, error } of reconstruct(state, renderer, photos, settings, signal)) {
          await onStep?.({ step, steps, error });
          if (step % checkpointEvery !== 0 && step !== steps) continue;
          await saveLift(saved, state, provenance, { exposures: state.exposures, ...(aim && { aims: state.aims }) });
          onPreview?.(await writePreview(out, renderer, state.grid, { shown, size }));
        }
        return await writeLift(
          out,
          renderer,
          state.grid,
          { shown, unitM: box.unitM, size, method, made, command, about: { ...about, settings } },
          signal,
        );
      } finally {
        await renderer.dispose();
      }
    },
    signal,
  );
}
