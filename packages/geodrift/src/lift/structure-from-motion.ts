/** Where photographs were taken from, by what several of them show; what is found is kept in the cache. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frameOf, horizonRow, type UprightCamera } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { z } from "zod";
import { alone } from "../files/alone.js";
import { readJsonFile, writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { cacheRoot } from "../hub/cache-root.js";
import { gpsCamera } from "../landmarks/gps-camera.js";
import type { Photographed } from "../landmarks/photographed.js";
import type { Photo } from "../landmarks/photos-table.js";
import { toPng } from "../pictures/png.js";
import { decodeSquare, pictureSize, readPictureBytes } from "../pictures/read-picture.js";
import { type ColmapPicture, colmapModels } from "./colmap.js";
import { colmapCameras, type Lens } from "./colmap-cameras.js";

/** Pixels along a side that are looked at, at most: more take long and place no more. */
const mostPixels = 1024;
/** Fewer photographs than this that fit together are no field. */
const leastPlaced = 12;

/** Who hears of it, and what ends it. */
export interface StructureCall {
  report?: (line: string) => void;
  signal?: AbortSignal;
}

const kept = z.record(
  z.string(),
  z.strictObject({
    azimuth: z.number(),
    distance: z.number(),
    height: z.number(),
    focal: z.number(),
    shift: z.tuple([z.number(), z.number()]),
  }),
);

/**
 * The cameras of photographs by structure from motion, metres, in the frame of their GPS positions: those say how large the whole is and
 * how it is turned, the pictures where each of them stands.
 * @param photos photographs of the folder; those whose lens is not known are not placed
 * @returns by the name of the file; photographs that show too little of what others show are missing
 * @throws GeodriftError `not-found` if COLMAP is not installed; `data` if the landmark's height is not known, or hardly any photograph can
 * be placed; as `readPictureBytes`
 * @throws the signal's reason when it is aborted
 */
export async function structureFromMotion(
  folder: string,
  shown: Photographed,
  photos: readonly Photo[],
  { report = () => {}, signal }: StructureCall = {},
): Promise<ReadonlyMap<string, UprightCamera>> {
  const seen = photos.flatMap((photo) => {
    const camera = gpsCamera(shown, photo);
    return camera ? [{ file: photo.file, camera }] : [];
  });
  const hash = createHash("sha256").update(JSON.stringify(seen));
  for (const { file } of seen) hash.update(await readPictureBytes(join(folder, file)));
  const target = join(cacheRoot(), "cameras", `${hash.digest("hex").slice(0, 16)}.json`);
  await mkdir(join(cacheRoot(), "cameras"), { recursive: true }).catch(cannotWrite(target));
  const find = async () => {
    if (existsSync(target)) return;
    const cameras = await placed(folder, shown, seen, { report, signal });
    if (cameras.size < leastPlaced)
      throw new GeodriftError(
        "data",
        `${folder}: at least ${leastPlaced} photographs that show the same from about the same side are needed, and ${cameras.size} of ${photos.length} are; those of 200 pixels and more have points to go by`,
      );
    await writeJsonFile(target, Object.fromEntries(cameras));
  };
  await alone(target, find, { signal });
  const cameras = new Map(Object.entries(await readJsonFile(target, kept)));
  report(`${cameras.size} of ${photos.length} photographs were placed by what they show`);
  return cameras;
}

/** A photograph, and the camera that GPS and lens tell of. */
interface Seen {
  file: string;
  camera: UprightCamera;
}

async function placed(
  folder: string,
  shown: Photographed,
  seen: readonly Seen[],
  { report, signal }: Required<Pick<StructureCall, "report">> & StructureCall,
): Promise<Map<string, UprightCamera>> {
  const work = await mkdtemp(join(tmpdir(), "geodrift-structure-"));
  try {
    await mkdir(join(work, "pictures"));
    const pictures: ColmapPicture[] = [];
    const lenses = new Map<string, Lens>();
    for (const [k, { file, camera }] of seen.entries()) {
      signal?.throwIfAborted();
      // Squares, upright, as the field is fitted to; names of digits, as lists are separated by blanks.
      const name = `${k}.png`;
      const side = await withSubject(join(folder, file), () =>
        square(join(folder, file), join(work, "pictures", name)),
      );
      const lens = lensOf(camera, shown);
      const principal = lens.principal.map((v) => (0.5 + v) * side) as [number, number];
      pictures.push({ name, focal: lens.focal * side, principal, place: [...frameOf(camera).origin, camera.height] });
      lenses.set(name, lens);
    }
    const pairs = pairsOf(seen.map(({ camera }) => camera.azimuth)).map(
      ([a, b]) => [pictures[a].name, pictures[b].name] as const,
    );
    const models = await colmapModels(work, pictures, pairs, report, signal);
    const largest = models
      .map((images) => colmapCameras(images, lenses))
      .reduce((a, b) => (b.size > a.size ? b : a), new Map<string, UprightCamera>());
    return new Map(
      seen.flatMap(({ file }, k) => {
        const camera = largest.get(pictures[k].name);
        return camera ? [[file, camera] as const] : [];
      }),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * People tilt their cameras, and the lens looks at the middle of the picture; photographs that were made are an architect's, whose lens
 * looks at the horizon, wherever that is in the picture.
 */
function lensOf(camera: UprightCamera, { made }: Photographed): Lens {
  return { focal: camera.focal, principal: [0, made ? horizonRow(camera, 1) : 0] };
}

/** Writes a photograph's middle square. @returns pixels along its side */
async function square(file: string, out: string): Promise<number> {
  const bytes = await readPictureBytes(file);
  const { width, height } = await pictureSize(bytes);
  const size = Math.min(mostPixels, width, height);
  await writeFile(out, await toPng(await decodeSquare(bytes, { size, square: "cover" })));
  return size;
}

/** Neighbours around the landmark that each photograph is compared with, on either side. */
const neighbours = 10;
/** And those nearest to so many degrees from it: where many stand close together, neighbours show the same from the same place. */
const apart = [5, 10, 15, 20, 25, 30];

/**
 * Pairs of photographs that may show the same: those beside each other around the landmark, and some a few degrees on.
 * @param azimuths degrees
 * @returns pairs of indices, each once
 */
export function pairsOf(azimuths: readonly number[]): [number, number][] {
  const around = [...azimuths.keys()].sort((a, b) => azimuths[a] - azimuths[b]);
  const n = around.length;
  const pairs = new Set<number>();
  const add = (a: number, b: number) => a !== b && pairs.add(Math.min(a, b) * n + Math.max(a, b));
  around.forEach((a, at) => {
    for (let k = 1; k <= neighbours; k++) add(a, around[(at + k) % n]);
    let k = 0;
    for (const angle of apart) {
      const gap = () => (azimuths[around[(at + k) % n]] - azimuths[a] + 360) % 360;
      while (k < n - 1 && gap() < angle) k++;
      add(a, around[(at + k) % n]);
    }
  });
  return [...pairs].map((key) => [Math.floor(key / n), key % n]);
}
