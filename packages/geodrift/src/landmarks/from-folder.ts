/** Anybody's own photographs of a landmark: a folder of pictures with positions in their files becomes what a training reads. */
import { relative } from "node:path";
import { distanceKm, Generator, type LatLng } from "@geodrift/core";
import { failureOf, GeodriftError } from "@geodrift/core/errors";
import { metadataOf, readPictureBytes } from "../pictures/read-picture.js";
import { walkPictures } from "../pictures/walk-pictures.js";
import { plainCaption } from "./captions.js";
import { filmMm } from "./photograph.js";
import type { Photographed } from "./photographed.js";
import { type Photo, writePhotosTable } from "./photos-table.js";

/** What is known of the landmark, and which photographs are of it. */
export interface FromFolderOptions {
  name: string;
  title: string;
  at: LatLng;
  /** From its ground to its top, and greatest distance from its axis, metres; the apparent size is told where one is known. */
  heightM?: number;
  radiusM?: number;
  /** Of its ground above the sea, metres; where it is known, photographs are as high as their GPS says. */
  altitudeM?: number;
  /** Nearest and farthest photographs, metres. */
  nearestM: number;
  farthestM: number;
  /** Share of the photographs that are held out, 0 … 1. */
  held: number;
  seed: number;
  licence: string;
  credit: string;
}

/** A picture that is not learned from. */
export interface LeftOut {
  file: string;
  reason: string;
}

/**
 * Lists a folder's photographs of a landmark, and writes its `landmark.json` and `photos.csv` into it; the pictures stay as they are.
 * @returns what is learned from and held out, and what is left out, with the reason
 * @throws GeodriftError `not-found` or `file` if the folder cannot be read, `data` if no picture in it can be used, `disk`
 */
export async function landmarkFromFolder(
  folder: string,
  options: FromFolderOptions,
  onPicture: () => void = () => {},
): Promise<{ photos: Photo[]; leftOut: LeftOut[] }> {
  const { name, title, at, heightM, radiusM, altitudeM, nearestM, farthestM, held, seed, licence, credit } = options;
  const photos: Photo[] = [];
  const leftOut: LeftOut[] = [];
  const random = new Generator(seed);
  for await (const { file: path } of walkPictures(folder)) {
    const file = relative(folder, path);
    onPicture();
    try {
      const { place, altitude, filmFocalMm } = await metadataOf(path, await readPictureBytes(path));
      if (!place) throw new GeodriftError("data", "says no position");
      const metres = 1000 * distanceKm(at, place);
      if (metres < nearestM)
        throw new GeodriftError("data", `is ${metres.toFixed(0)} m away, nearer than ${nearestM} m`);
      if (metres > farthestM)
        throw new GeodriftError("data", `is ${metres.toFixed(0)} m away, farther than ${farthestM} m`);
      const split = random.uniform() < held ? "test" : "train";
      photos.push({
        file,
        place,
        ...(altitude !== undefined && { altitude }),
        split,
        caption: plainCaption(title),
        ...(filmFocalMm && { focal: filmFocalMm / filmMm }),
      });
    } catch (e) {
      leftOut.push({ file, reason: failureOf(e).error });
    }
  }
  if (photos.length === 0)
    throw new GeodriftError(
      "data",
      `${folder}: none of its ${leftOut.length} pictures can be used${leftOut[0] ? ` (${leftOut[0].file} ${leftOut[0].reason})` : ""}`,
    );
  const shown: Photographed = {
    ...{ name, title, place: at, licence, credit },
    ...(heightM !== undefined && { heightM }),
    ...(radiusM !== undefined && { radiusM }),
    ...(altitudeM !== undefined && { altitudeM }),
  };
  await writePhotosTable(folder, shown, photos);
  return { photos, leftOut };
}
