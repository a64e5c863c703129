/** Pictures of a plan into files: the pictures, a manifest beside them, and where each told thing is looked at. */
import { extname } from "node:path";
import { distanceKm } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { writeFilesAtomically } from "../files/atomic-file.js";
import { enlarged, type Picture } from "../pictures/picture.js";
import { formatKm } from "../places/format.js";
import { attentionOverlays } from "./attention-overlay.js";
import type { DrawnCell } from "./draw.js";
import type { Manifest } from "./manifest.js";
import type { Plan } from "./plan.js";
import { labelledSheet, sheetOf, toMadeUpPng, toMovingWebp } from "./sheet.js";
import type { Compared } from "./training-views.js";

/**
 * Checks that a file's ending is a format for the plan: .png, or .webp for moving pictures.
 * @throws GeodriftError `option` if it is not
 */
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

/** Is a file that may be written a moving picture, .webp? */
export const isMoving = (file: string): boolean => extname(file).toLowerCase() === ".webp";

/** `a/b.png` makes `a/b-attention.png`. */
export const besideFile = (file: string, ending: string): string => file.slice(0, -extname(file).length) + ending;

/** Path of the manifest beside a file of pictures. */
export const manifestFile = (file: string): string => `${file}.json`;

/** Pixels along a side of the pictures in the sheet of attention maps. */
export const attentionShown = 128;
/** Pixels along a side of the pictures in the sheet of nearest training views. */
export const nearestShown = 256;

/**
 * Writes pictures into one file, and beside it the manifest, and sheets of attention maps and nearest training views
 * where there are any.
 * @param scale pixels of the file for one of a picture
 * @param alike the training view that each picture is most like
 * @returns paths of the files written
 * @throws GeodriftError `disk` if a file cannot be written
 */
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
