/** A landmark's photographs as files: JPEG with the position and the lens in their EXIF, as a camera leaves them. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { writeFileAtomically } from "../files/atomic-file.js";
import { readJsonFile } from "../files/json-file.js";
import { rawPixels } from "../pictures/png.js";
import type { Landmark, LandmarkShape } from "./landmark.js";
import { drawShot, filmMm, type PhotographOptions, type Shot, shotAt } from "./photograph.js";
import { type Photographed, photographed } from "./photographed.js";
import { type MadePhoto, writePhotosTable } from "./photos-table.js";

/** How a set of photographs is made. */
export interface MakeOptions extends PhotographOptions {
  /** Pixels along a side. */
  size: number;
  train: number;
  test: number;
}

/** JPEG quality. */
const quality = 85;

const dms = (degrees: number): string => {
  const seconds = Math.round(Math.abs(degrees) * 3600e4);
  return `${Math.floor(seconds / 3600e4)}/1 ${Math.floor((seconds % 3600e4) / 60e4)}/1 ${seconds % 60e4}/10000`;
};

async function jpegOf(
  landmark: Landmark,
  shape: LandmarkShape,
  shot: Shot,
  size: number,
  seed: number,
): Promise<Uint8Array> {
  const { gps, gpsAltitude, camera } = shot;
  return rawPixels(drawShot(shape, shot, size, seed))
    .withExif({
      IFD0: { Software: "geodrift", ImageDescription: `${landmark.title}, made` },
      IFD2: { FocalLengthIn35mmFilm: String(Math.round(camera.focal * filmMm)) },
      IFD3: {
        GPSLatitudeRef: gps.lat < 0 ? "S" : "N",
        GPSLatitude: dms(gps.lat),
        GPSLongitudeRef: gps.lng < 0 ? "W" : "E",
        GPSLongitude: dms(gps.lng),
        ...(gpsAltitude !== undefined && { GPSAltitude: `${Math.round(10 * gpsAltitude)}/10` }),
      },
    })
    .jpeg({ quality })
    .toBuffer();
}

/**
 * Makes a landmark's photographs in a folder, going on where it was stopped: a photograph that is there is left.
 * @throws GeodriftError `data` if the folder holds photographs that were made otherwise, `disk` if a file cannot be written
 */
export async function makePhotographs(
  landmark: Landmark,
  shape: LandmarkShape,
  folder: string,
  { seed, azimuths, size, train, test }: MakeOptions,
  advance: (count: number) => void = () => {},
): Promise<void> {
  const shown: Photographed = {
    name: landmark.name,
    title: landmark.title,
    place: landmark.place,
    heightM: shape.heightM,
    ...(landmark.altitudeM !== undefined && { altitudeM: landmark.altitudeM }),
    radiusM: shape.radiusM,
    facing: landmark.facing,
    licence: landmark.shape.licence,
    credit: landmark.shape.credit,
    made: { seed, azimuths, size, train, test },
  };
  await mkdir(folder, { recursive: true });
  const about = join(folder, "landmark.json");
  if (existsSync(about)) {
    const before = await readJsonFile(about, photographed);
    if (!isDeepStrictEqual(before, shown))
      throw new GeodriftError(
        "data",
        `${folder} holds photographs of ${before.title} that were made otherwise (${JSON.stringify(before.made ?? {})}): another folder is needed`,
      );
  }
  // The table is written first: what is there after a stop is a part of what it names.
  const photos: MadePhoto[] = [];
  const shots: Shot[] = [];
  for (let i = 0; i < train + test; i++) {
    const split = i < train ? "train" : "test";
    const shot = shotAt(landmark, shape, { seed, azimuths: split === "test" ? "uniform" : azimuths }, i);
    shots.push(shot);
    const { camera, gps: place, gpsAltitude, caption, light } = shot;
    const focal = Math.round(camera.focal * filmMm) / filmMm;
    photos.push({
      file: `${String(i).padStart(5, "0")}.jpg`,
      place,
      ...(gpsAltitude !== undefined && { altitude: gpsAltitude }),
      split,
      caption,
      focal,
      truth: { camera, light: light.weather },
    });
  }
  await writePhotosTable(folder, shown, photos);
  for (const [i, { file }] of photos.entries()) {
    const path = join(folder, file);
    if (!existsSync(path)) await writeFileAtomically(path, await jpegOf(landmark, shape, shots[i], size, i));
    advance(1);
  }
}
