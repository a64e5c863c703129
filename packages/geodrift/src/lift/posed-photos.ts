/** A folder's photographs with their cameras, as a field is reconstructed from them. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { PhotoPixels, PosedPhotos, UprightCamera } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { paintBehind, readBehind } from "../landmarks/behind.js";
import { gpsCamera } from "../landmarks/gps-camera.js";
import { emptyBank, fillBank, type PhotoBank } from "../landmarks/photo-bank.js";
import type { Photographed } from "../landmarks/photographed.js";
import { type MadePhoto, type Photo, readMadePhotos, readPhotographed, readPhotos } from "../landmarks/photos-table.js";
import { decodeSquare, readPictureBytes } from "../pictures/read-picture.js";
import { type StructureCall, structureFromMotion } from "./structure-from-motion.js";

/**
 * Where cameras are known from: made photographs say the truth; others their GPS position and their lens, aimed at the middle of the
 * landmark, or at what the field itself tells while it is fitted; or what several of them show (structure from motion).
 */
export const poseSources = ["true", "gps", "aimed", "sfm"] as const;
/** Where cameras are known from. */
export type PoseSource = (typeof poseSources)[number];

/** How a landmark stands in its box. */
export interface LandmarkBox {
  /** Half the box's width, metres: the unit of the field. */
  unitM: number;
  /** Half the box's height, in units. */
  halfHeight: number;
}

/** How much wider than the landmark its box is. */
const room = 1.1;

/**
 * The box of a landmark.
 * @throws GeodriftError `data` if its size is not known
 */
export function boxOfLandmark({ title, heightM, radiusM }: Photographed): LandmarkBox {
  if (heightM === undefined || radiusM === undefined)
    throw new GeodriftError(
      "data",
      `${title}: its height and its radius in metres are needed for a box to lift it into`,
    );
  const unitM = room * radiusM;
  return { unitM, halfHeight: Math.max(0.2, heightM / 2 / unitM) };
}

/** A camera in units, from one in metres. */
export const cameraInUnits = (camera: UprightCamera, { unitM }: Pick<LandmarkBox, "unitM">): UprightCamera => ({
  ...camera,
  distance: camera.distance / unitM,
  height: camera.height / unitM,
});

/** Photographs, decoded once. */
export interface LoadedPhotos {
  shown: Photographed;
  box: LandmarkBox;
  photos: PosedPhotos;
  /** Of cameras and pictures, hexadecimal. */
  fingerprint: string;
}

/** Nearest camera, in units: the box lies before it. */
export const nearest = 1.5;

/**
 * Reads the photographs of a folder that are to be learned from, in the sizes that are needed.
 * @param sizes pixels along a side; multiples of the smallest one
 * @param most the first ones; all if left out
 * @param call hears of the search for cameras, and ends it
 * @throws GeodriftError `not-found`, `file` or `data` for photographs that cannot be used; as `structureFromMotion`
 */
export async function loadPosedPhotos(
  folder: string,
  poses: PoseSource,
  sizes: readonly number[],
  most = Number.POSITIVE_INFINITY,
  call?: StructureCall,
): Promise<LoadedPhotos> {
  const shown = await readPhotographed(folder);
  const box = boxOfLandmark(shown);
  const all = poses === "true" ? await readMadePhotos(folder) : await readPhotos(folder);
  const photos = all.filter(({ split }) => split === "train").slice(0, most);
  const placed = poses === "sfm" ? await structureFromMotion(folder, shown, photos, call) : undefined;
  const metresOf = (photo: Photo) => {
    if (placed) return placed.get(photo.file);
    return "truth" in photo ? (photo as MadePhoto).truth.camera : gpsCamera(shown, photo);
  };
  const known = photos.flatMap((photo) => {
    const metres = metresOf(photo);
    const camera = metres && cameraInUnits(metres, box);
    return camera && camera.distance > nearest ? [{ file: photo.file, camera }] : [];
  });
  if (known.length === 0)
    throw new GeodriftError("data", `${folder}: no photograph there says its lens and stands outside of the landmark`);
  const bank = emptyBank(known.length, sizes, 0);
  for (const [k, { file }] of known.entries()) {
    const path = join(folder, file);
    const decoded = async () =>
      decodeSquare(await readPictureBytes(path), { size: Math.max(...sizes), square: "cover" });
    fillBank(bank, k, await withSubject(path, decoded));
  }
  const cameras = known.map(({ camera }) => camera);
  return { shown, box, ...posedBank(bank, cameras) };
}

/** Pictures of a bank, and the cameras that took them, units. @returns with their fingerprint, hexadecimal */
export function posedBank(
  bank: PhotoBank,
  cameras: readonly UprightCamera[],
): Pick<LoadedPhotos, "photos" | "fingerprint"> {
  const hash = createHash("sha256").update(JSON.stringify(cameras));
  for (const pixels of Object.values(bank.pixels)) hash.update(pixels);
  return {
    fingerprint: hash.digest("hex").slice(0, 16),
    photos: { cameras, photo: (i, size, camera) => pixelsOf(bank, i, size, camera) },
  };
}

/** A picture of a bank as planes in 0 … 1, and what is behind the landmark in it. */
function pixelsOf(bank: PhotoBank, k: number, size: number, camera: UprightCamera): PhotoPixels {
  const area = 3 * size * size;
  const pixels = Float32Array.from(bank.pixels[size].subarray(k * area, (k + 1) * area), (v) => v / 255);
  return { pixels, background: paintBehind(readBehind(pixels, size, camera), camera, size) };
}
