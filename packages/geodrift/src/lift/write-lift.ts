/** What comes out of a lift: the field, a turntable, a mesh, and a manifest with the command that makes the same bits. */
import { join } from "node:path";
import type { FieldGrid, Renderer } from "@geodrift/core";
import { writeFileAtomically } from "../files/atomic-file.js";
import { sha256Of } from "../files/hash.js";
import { writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import { toMovingWebp } from "../imagine/sheet.js";
import type { Photographed } from "../landmarks/photographed.js";
import type { Picture } from "../pictures/picture.js";
import { toPng } from "../pictures/png.js";
import { saveField } from "./field-file.js";
import { fieldSurface } from "./field-surface.js";
import { meshFile } from "./mesh-file.js";
import { coloursOf, showingCamera, turntable } from "./turntable.js";

/** What was lifted, and how. */
export interface Lifted {
  /** The landmark, with the licence and the credit of what it was lifted from. */
  shown: Pick<Photographed, "name" | "title" | "place" | "facing" | "licence" | "credit">;
  /** Metres of half the box's width. */
  unitM: number;
  /** Pixels along a side of the pictures it was made of. */
  size: number;
  method: string;
  /** How it was made, in words. */
  made: string;
  /** Arguments that make the same bits again. */
  command: readonly string[];
  /** What else the manifest says. */
  about: Record<string, unknown>;
}

/** Frames of the turntable, and degrees of the camera's elevation. */
const [frames, elevation] = [72, -8];

/** Writes what a field looks like while it is made: `preview.png`, from its front. @returns its bytes @throws GeodriftError `disk` */
export async function writePreview(
  out: string,
  renderer: Renderer,
  grid: FieldGrid,
  { shown, size }: Pick<Lifted, "shown" | "size">,
): Promise<Uint8Array> {
  const camera = showingCamera(grid, shown.facing ?? 0, -10);
  const white = new Float32Array(3 * size * size).fill(1);
  const seen = await renderer.render(grid, { camera, size, planes: 2 * grid.across }, white);
  const png = await toPng(coloursOf(seen, size));
  await writeFileAtomically(join(out, "preview.png"), png);
  return png;
}

/**
 * Writes `field.safetensors`, `turntable.webp`, `mesh.glb` and `manifest.json` into a folder.
 * @returns their paths
 * @throws GeodriftError `disk`; the signal's reason when it is aborted
 */
export async function writeLift(
  out: string,
  renderer: Renderer,
  grid: FieldGrid,
  { shown, unitM, size, method, made, command, about }: Lifted,
  signal?: AbortSignal,
): Promise<string[]> {
  const [field, turning, mesh, manifest] = ["field.safetensors", "turntable.webp", "mesh.glb", "manifest.json"].map(
    (f) => join(out, f),
  );
  const { name, title, place, licence, credit } = shown;
  await saveField(field, grid, unitM, { landmark: title, method, licence, credit });
  const pictures: Picture[] = [];
  for await (const picture of turntable(renderer, grid, { size: 2 * size, frames, elevation })) {
    signal?.throwIfAborted();
    pictures.push(picture);
  }
  const moving = await toMovingWebp(pictures);
  await writeFileAtomically(turning, moving);
  const glb = await meshFile(await fieldSurface(grid, renderer), unitM, { title, made, licence, credit });
  await writeFileAtomically(mesh, glb);
  await writeJsonFile(manifest, {
    command: ["geodrift", ...command],
    method,
    landmark: { name, title, place, licence, credit },
    ...about,
    unitM,
    sha256: {
      values: sha256Of(new Uint8Array(grid.values.buffer)),
      "turntable.webp": sha256Of(moving),
      "mesh.glb": sha256Of(glb),
    },
    versions: await versions(),
  });
  return [field, turning, mesh, manifest];
}
