/** Pictures of a plan into files: the pictures, a manifest beside them, and where each told thing is looked at. */
import { extname } from "node:path";
import { distanceKm, GeodriftError } from "@geodrift/core";
import { writeFilesAtomically } from "../files/atomic-file.js";
import { enlarged, type Picture } from "../pictures/picture.js";
import { formatKm } from "../places/format.js";
import { attentionOverlays } from "./attention-overlay.js";
import type { DrawnCell } from "./draw.js";
import type { Manifest } from "./manifest.js";
import type { Plan } from "./plan.js";
import { labelledSheet, sheetOf, toMadeUpPng, toMovingWebp } from "./sheet.js";
import type { Compared } from "./training-views.js";

/** @throws Error in one sentence for an ending that is no format for the plan */
export function checkPicturesFile(file: string, moving: boolean): void {
  const ending = extname(file).toLowerCase();
  if (ending === ".png") return;
  if (ending !== ".webp")
    throw new GeodriftError("option", `-o ${file}: pictures are written as .png, walks and months as .webp as well`);
  if (!moving)
    throw new GeodriftError(
      "option",
      `-o ${file}: .webp is for walks and months, whose pictures move; others are .png`,
    );
}

/** Does a file that may be written move? */
export const isMoving = (file: string): boolean => extname(file).toLowerCase() === ".webp";

/** `a/b.png` makes `a/b-attention.png`. */
export const besideFile = (file: string, ending: string): string => file.slice(0, -extname(file).length) + ending;

export const manifestFile = (file: string): string => `${file}.json`;

/** Pixels along a side of the pictures in labelled sheets. */
export const attentionShown = 128;
export const nearestShown = 256;

/** @returns the files written */
export async function writePictures(
  file: string,
  { columns }: Plan,
  drawn: readonly DrawnCell[],
  manifest: Manifest,
  scale: number,
  alike?: readonly Compared[],
): Promise<string[]> {
  const pictures = drawn.map(({ picture }) => picture);
  const moving = isMoving(file);
  const large = (picture: Picture) => enlarged(picture, scale);
  const files: [string, Uint8Array][] = [
    [file, await (moving ? toMovingWebp(pictures.map(large)) : toMadeUpPng(large(sheetOf(pictures, columns))))],
    [manifestFile(file), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)],
  ];
  if (drawn.some(({ attention }) => attention)) {
    const rows = drawn.map((cell) => ({
      label: drawn.length > 1 ? cell.cell.label : "",
      cells: attentionOverlays(cell),
    }));
    files.push([besideFile(file, "-attention.png"), await labelledSheet(rows, attentionShown)]);
  }
  if (alike) {
    const rows = alike.map(({ cell, picture, view }) => ({
      cells: [
        { label: cell.label, picture },
        {
          label: `training: ${formatKm(distanceKm(view.shot.place, cell.places[0]))} away, pixels ${view.difference.toFixed(0)} of 255 apart`,
          picture: view.picture,
        },
      ],
    }));
    files.push([besideFile(file, "-nearest.png"), await labelledSheet(rows, nearestShown)]);
  }
  await writeFilesAtomically(files);
  return files.map(([name]) => name);
}
