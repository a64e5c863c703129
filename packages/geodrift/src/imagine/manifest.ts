/** What a file of pictures says of itself: everything that makes the same pixels again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { distanceKm } from "@geodrift/core";
import { months } from "../earth/captions.js";
import type { DrawnCell } from "./draw.js";
import type { ImagineSettings, Plan } from "./plan.js";
import { cellBoxes } from "./sheet.js";
import type { Compared } from "./training-views.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/**
 * The manifest of a file of pictures: model, settings, and what each picture was told and where it lies in the file.
 * @param scale pixels of the file for one of a picture
 * @param moving cells are frames, rather than parts of a sheet
 * @param alike the training view that each of some pictures is most like
 */
export function manifestOf(
  command: readonly string[],
  { description, sha256 }: { description: { name: string }; sha256: string },
  settings: ImagineSettings,
  { columns }: Plan,
  drawn: readonly DrawnCell[],
  scale: number,
  moving: boolean,
  alike: readonly Compared[] = [],
) {
  const boxes = cellBoxes(drawn.length, columns, settings.size);
  const hashes = drawn.map(({ picture }) => createHash("sha256").update(picture.data).digest("hex"));
  // A moving file shows equal pictures that follow one another as one frame, for as long.
  let frame = -1;
  const frames = hashes.map((hash, i) => (hash === hashes[i - 1] ? frame : ++frame));
  return {
    geodrift: version as string,
    /** Arguments that make the same pixels again, on the same machine. */
    command: ["geodrift", ...command],
    model: { name: description.name, sha256 },
    ...settings,
    scale,
    pictures: drawn.map(({ cell }, i) => ({
      ...nearestOf(alike.find((compared) => compared.cell === cell)),
      label: cell.label,
      ...(cell.places.length === 1 && { place: cell.places[0] }),
      ...(cell.places.length > 1 && { averageOf: cell.places }),
      ...(cell.azimuth !== undefined && { azimuth: cell.azimuth }),
      ...(cell.words !== undefined && { words: cell.words }),
      seed: cell.seed,
      /** Of its RGB bytes, before it is enlarged. */
      sha256: hashes[i],
      ...(moving ? { frame: frames[i] } : { left: boxes[i].left * scale, top: boxes[i].top * scale }),
    })),
  };
}

/** The training view that a picture is most like: how far from the place, and from the picture's pixels, of 255. */
function nearestOf(compared: Compared | undefined) {
  if (!compared) return {};
  const { shot, difference } = compared.view;
  const { place, widthKm: groundKm, kind, month } = shot;
  const km = distanceKm(place, compared.cell.places[0]);
  return { nearest: { place, km, groundKm, kind, ...(month !== undefined && { month: months[month] }), difference } };
}

/** What `manifestOf` gives. */
export type Manifest = ReturnType<typeof manifestOf>;
