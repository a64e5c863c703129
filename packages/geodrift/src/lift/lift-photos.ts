/** From photographs to a field (`geodrift lift --method nerf`): resumable, with previews. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import {
  type FieldGrid,
  fieldRenderer,
  type ReconstructOptions,
  reconstruct,
  startReconstruction,
} from "@geodrift/core";
import { writeFileAtomically } from "../files/atomic-file.js";
import { sha256Of } from "../files/hash.js";
import { writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { versions } from "../files/versions.js";
import { toMovingWebp } from "../imagine/sheet.js";
import type { Picture } from "../pictures/picture.js";
import { toPng } from "../pictures/png.js";
import { resumeReconstruction, saveField, saveReconstruction } from "./field-file.js";
import { fieldSurface } from "./field-surface.js";
import { meshFile } from "./mesh-file.js";
import { loadPosedPhotos, type PoseSource } from "./posed-photos.js";
import { coloursOf, showingCamera, turntable } from "./turntable.js";

/** How photographs are lifted. */
export interface LiftOptions {
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

/** Steps between checkpoints and previews. */
const every = 25;
/** Frames of the turntable. */
const frames = 72;
/** Photographs of a step. */
const views = 4;

/**
 * Lifts photographs into a field: `field.safetensors`, `turntable.webp`, `mesh.glb`, `manifest.json`, with `preview.png` on the way; goes on from
 * what the folder holds.
 * @param command arguments that make the same bits again, for the manifest
 * @throws GeodriftError `data` for photographs that cannot be used, or a folder that holds something else; `disk`
 * @throws the signal's reason when it is aborted; what has been done is kept
 */
export async function liftPhotos(
  options: LiftOptions,
  runtime: Runtime,
  command: readonly string[],
  { onStep, signal }: { onStep?: (progress: LiftProgress) => void; signal?: AbortSignal } = {},
): Promise<{ field: FieldGrid; files: string[] }> {
  const { photographs, poses, steps, size, seed, most, out } = options;
  await mkdir(out, { recursive: true }).catch(cannotWrite(out));
  const { shown, box, photos, files } = await loadPosedPhotos(photographs, poses, [size / 2, size], most);
  const settings: ReconstructOptions = { seed, steps, size, across: size, views, halfHeight: box.halfHeight };
  const data = createHash("sha256")
    .update(JSON.stringify([files, photos.cameras]))
    .digest("hex")
    .slice(0, 16);
  const provenance = { config: JSON.stringify({ ...settings, poses }), data };
  const state = startReconstruction(settings, files.length);
  const saved = join(out, "state.safetensors");
  if (existsSync(saved)) await resumeReconstruction(saved, state, provenance);
  const renderer = fieldRenderer({ runtime });
  try {
    for await (const { step, error } of reconstruct(state, renderer, photos, settings, signal)) {
      onStep?.({ step, steps, error });
      if (step % every !== 0 && step !== steps) continue;
      await saveReconstruction(saved, state, provenance);
      const camera = showingCamera(state.grid, shown.facing ?? 0, -10);
      const white = new Float32Array(3 * size * size).fill(1);
      const seen = await renderer.render(state.grid, { camera, size, planes: 2 * state.grid.across }, white);
      await writeFileAtomically(join(out, "preview.png"), await toPng(coloursOf(seen, size)));
    }
    const field = join(out, "field.safetensors");
    await saveField(field, state.grid, box.unitM, {
      landmark: shown.title,
      method: "nerf",
      licence: shown.licence,
      credit: shown.credit,
    });
    const pictures: Picture[] = [];
    for await (const picture of turntable(renderer, state.grid, { size: 2 * size, frames, elevation: -8 })) {
      signal?.throwIfAborted();
      pictures.push(picture);
    }
    const turning = join(out, "turntable.webp");
    const bytes = await toMovingWebp(pictures);
    await writeFileAtomically(turning, bytes);
    const mesh = join(out, "mesh.glb");
    const made = `a field that geodrift has fitted to ${files.length} photographs, and its surface: no survey`;
    const glb = await meshFile(await fieldSurface(state.grid, renderer), box.unitM, { ...shown, made });
    await writeFileAtomically(mesh, glb);
    const manifest = join(out, "manifest.json");
    await writeJsonFile(manifest, {
      command: ["geodrift", ...command],
      method: "nerf",
      landmark: {
        name: shown.name,
        title: shown.title,
        place: shown.place,
        licence: shown.licence,
        credit: shown.credit,
      },
      photographs: { count: files.length, poses, data },
      settings,
      unitM: box.unitM,
      sha256: {
        values: sha256Of(new Uint8Array(state.grid.values.buffer)),
        "turntable.webp": sha256Of(bytes),
        "mesh.glb": sha256Of(glb),
      },
      versions: await versions(),
    });
    return { field: state.grid, files: [field, turning, mesh, manifest] };
  } finally {
    await renderer.dispose();
  }
}
