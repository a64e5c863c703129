/** What a file of pictures says of itself: everything that makes the same pixels again. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { LoadedImageModel } from "../models/image-model.js";
import type { DrawnCell } from "./draw.js";
import type { ImagineSettings, Plan } from "./plan.js";
import { cellBoxes } from "./sheet.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** @param moving cells are frames, rather than parts of a sheet */
export function manifestOf(
  command: readonly string[],
  { description, sha256 }: LoadedImageModel,
  settings: ImagineSettings,
  { columns }: Plan,
  drawn: readonly DrawnCell[],
  scale: number,
  moving: boolean,
) {
  const boxes = cellBoxes(drawn.length, columns, settings.size);
  return {
    geodrift: version as string,
    /** Arguments that make the same pixels again, on the same machine. */
    command: ["geodrift", ...command],
    model: { name: description.name, sha256 },
    ...settings,
    scale,
    pictures: drawn.map(({ cell, picture }, i) => ({
      label: cell.label,
      ...(cell.places.length === 1 && { place: cell.places[0] }),
      ...(cell.places.length > 1 && { averageOf: cell.places }),
      ...(cell.words !== undefined && { words: cell.words }),
      seed: cell.seed,
      /** Of its RGB bytes, before it is enlarged. */
      sha256: createHash("sha256").update(picture.data).digest("hex"),
      ...(moving ? { frame: i } : { left: boxes[i].left * scale, top: boxes[i].top * scale }),
    })),
  };
}

export type Manifest = ReturnType<typeof manifestOf>;
