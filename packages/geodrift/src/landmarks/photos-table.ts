/**
 * A landmark's photographs: a folder with the pictures, `landmark.json`, and `photos.csv`. Trainings read what a camera and a person say
 * of a photograph; what is known besides, because it was made, stands in columns that only evaluations read.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { azimuthOf, distanceKm, type LatLng, type UprightCamera } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { writeFileAtomically } from "../files/atomic-file.js";
import { csvOptions, toCsvRows } from "../files/csv.js";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";
import { decodeText } from "../files/text.js";
import { parseWith } from "../files/validation.js";
import { extentOf, type Photographed, photographed } from "./photographed.js";

/** What is learned from, what is held out. */
export const photoSplits = ["train", "test"] as const;

/** A photograph, as its camera and people tell of it. */
export interface Photo {
  /** Name of its file in the folder. */
  file: string;
  /** Where it was taken, as its GPS says. */
  place: LatLng;
  /** How high above the sea, metres, as its GPS says; unknown if left out. */
  altitude?: number;
  split: (typeof photoSplits)[number];
  caption: string;
  /** Focal length in short sides of the picture; unknown if left out. */
  focal?: number;
}

/** What only a photograph that was made can tell. */
export interface PhotoTruth {
  camera: UprightCamera;
  light: string;
}

/** A photograph and its truth. */
export interface MadePhoto extends Photo {
  truth: PhotoTruth;
}

const [table, about] = ["photos.csv", "landmark.json"];

const told = ["file", "lat", "lng", "altitude", "split", "caption", "focal"] as const;
/** Columns that no training reads. */
const truthColumns = ["azimuth", "distance", "height", "lens", "shift_right", "shift_up", "light"] as const;

/** Writes a folder's table, and what it shows. */
export async function writePhotosTable(
  folder: string,
  shown: Photographed,
  photos: readonly (Photo & { truth?: PhotoTruth })[],
) {
  const made = photos.some(({ truth }) => truth);
  const rows = photos.map(({ file, place, altitude, split, caption, focal, truth }) => [
    ...[file, place.lat.toFixed(7), place.lng.toFixed(7), altitude?.toFixed(1), split, caption, focal?.toFixed(4)],
    ...(truth ? truthRow(truth) : []),
  ]);
  await writeFileAtomically(join(folder, about), Buffer.from(`${JSON.stringify(shown, null, 2)}\n`));
  await writeFileAtomically(
    join(folder, table),
    Buffer.from(toCsvRows([[...told, ...(made ? truthColumns : [])], ...rows])),
  );
}

const truthRow = ({ camera, light }: PhotoTruth) => [
  ...[camera.azimuth, camera.distance, camera.height, camera.focal, ...(camera.shift ?? [0, 0])].map((v) =>
    v.toFixed(5),
  ),
  light,
];

const number = z.coerce.number().refine(Number.isFinite, "a number is needed");
const unknown = z.literal("").transform(() => undefined);
const toldRow = z.object({
  file: z.string().min(1),
  lat: number.pipe(z.number().min(-90).max(90)),
  lng: number.pipe(z.number().min(-180).max(180)),
  altitude: z.union([unknown, number]).optional(),
  split: z.enum(photoSplits),
  caption: z.string(),
  focal: z.union([unknown, number.pipe(z.number().positive())]).optional(),
});
const truthRowSchema = z.object({
  azimuth: number,
  distance: number,
  height: number,
  lens: number,
  shift_right: number,
  shift_up: number,
  light: z.string(),
});

/**
 * What a folder of photographs shows.
 * @throws GeodriftError `not-found`, `file` or `data` if its `landmark.json` is missing or wrong
 */
export const readPhotographed = (folder: string): Promise<Photographed> =>
  readJsonFile(join(folder, about), photographed);

async function rowsOf(folder: string): Promise<{ file: string; rows: Record<string, string>[] }> {
  const file = join(folder, table);
  const text = decodeText(await readFile(file).catch(cannotRead(file)));
  const rows = withSubject(file, () => {
    try {
      return parse(text, { ...csvOptions(text), columns: true }) as unknown as Record<string, string>[];
    } catch (e) {
      throw new GeodriftError("data", `no table that can be read (${(e as Error).message})`, { cause: e });
    }
  });
  if (rows.length === 0) throw new GeodriftError("data", `${file}: has no photographs`);
  return { file, rows };
}

/**
 * The photographs of a folder, without their truth.
 * @throws GeodriftError, beginning with the table's name, `not-found`, `file` or `data`
 */
export async function readPhotos(folder: string): Promise<Photo[]> {
  const { file, rows } = await rowsOf(folder);
  return rows.map((row, i) => photoOf(row, `${file}, row ${i + 1}`));
}

function photoOf(row: Record<string, string>, subject: string): Photo {
  const { file, lat, lng, altitude, split, caption, focal } = parseWith(toldRow, row, subject);
  return {
    ...{ file, place: { lat, lng }, split, caption },
    ...(altitude !== undefined && { altitude }),
    ...(focal !== undefined && { focal }),
  };
}

/**
 * The photographs of a folder with their truth: for evaluations alone.
 * @throws GeodriftError as `readPhotos`, and `data` if they were not made and nobody knows
 */
export async function readMadePhotos(folder: string): Promise<MadePhoto[]> {
  const { file, rows } = await rowsOf(folder);
  if (!Object.hasOwn(rows[0], truthColumns[0]))
    throw new GeodriftError(
      "data",
      `${file}: photographs whose cameras are known are needed, and these have no column "azimuth"`,
    );
  return rows.map((row, i) => {
    const subject = `${file}, row ${i + 1}`;
    const truth = parseWith(truthRowSchema, row, subject);
    const { azimuth, distance, height, lens, light } = truth;
    const camera = { azimuth, distance, height, focal: lens, shift: [truth.shift_right, truth.shift_up] as const };
    return { ...photoOf(row, subject), truth: { camera, light } };
  });
}

/** From which side, how far away, and how large: what a photograph's two places and its lens say. */
export interface PhotoSeen {
  /** Degrees clockwise from north. */
  azimuth: number;
  /** Metres. */
  distance: number;
  /** Share of the picture's side that the landmark fills, by its extent; undefined where the lens or the extent is not known. */
  fill?: number;
}

/** What a photograph says of its camera. */
export function seenFrom({ place: landmark, ...size }: Photographed, { place, focal }: Photo): PhotoSeen {
  const azimuth = azimuthOf(landmark, place);
  const distance = 1000 * distanceKm(landmark, place);
  const extentM = extentOf(size);
  const fill = focal !== undefined && extentM !== undefined ? (extentM * focal) / Math.max(distance, 1) : undefined;
  return { azimuth, distance, ...(fill !== undefined && { fill }) };
}
