/** Photographs of landmarks, decoded, with what a training is told of each. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { usualFill, type Vocabulary } from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import type { Picture } from "../pictures/picture.js";
import { decodeSquare, readPictureBytes } from "../pictures/read-picture.js";
import type { Photographed } from "./photographed.js";
import { type Photo, readPhotographed, readPhotos, seenFrom } from "./photos-table.js";

/** Pictures with what they are told, side by side. */
export interface PhotoBank {
  /** Number of pictures. */
  n: number;
  /** 8-bit pictures by size, planes, [n, 3, size, size]. */
  pixels: Record<number, Uint8Array>;
  /** Degrees clockwise from north, [n]; NaN where none is told. */
  azimuths: Float32Array;
  /** Share of the picture that the landmark fills, [n]. */
  fills: Float32Array;
  /** Tokens of the captions, [n, tokens]. */
  words: Int32Array;
}

/** Photographs of one folder, and what they show. */
export interface PhotoFolder<P extends Photo = Photo> {
  folder: string;
  shown: Photographed;
  photos: P[];
}

/** Least and greatest share of a picture that is told: beyond, the lens or the position is wrong. */
const fillLimits = [0.25, 2] as const;

/**
 * The photographs of a folder that are to be learned from.
 * @param most the first ones; all if left out
 * @throws GeodriftError `not-found`, `file` or `data`
 */
export async function trainingPhotos(folder: string, most = Number.POSITIVE_INFINITY): Promise<PhotoFolder> {
  const photos = (await readPhotos(folder)).filter(({ split }) => split === "train").slice(0, most);
  if (photos.length === 0) throw new GeodriftError("data", `${folder}: has no photographs to learn from`);
  return { shown: await readPhotographed(folder), photos, folder };
}

/** A bank of black pictures. */
export const emptyBank = (n: number, sizes: readonly number[], tokens: number): PhotoBank => ({
  n,
  pixels: Object.fromEntries(sizes.map((size) => [size, new Uint8Array(n * 3 * size * size)])),
  azimuths: new Float32Array(n).fill(Number.NaN),
  fills: new Float32Array(n).fill(usualFill),
  words: new Int32Array(n * tokens),
});

/** Bytes [size², 3] as planes [3, size²]. */
export function bytePlanesInto(out: Uint8Array, at: number, pixels: Uint8Array): void {
  const area = pixels.length / 3;
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) out[at + c * area + i] = pixels[3 * i + c];
}

/** Puts a picture into a bank, in all of its sizes. @param picture a square as large as the bank's largest size, a multiple of the others */
export function fillBank(bank: PhotoBank, k: number, picture: Picture): void {
  for (const size of Object.keys(bank.pixels).map(Number))
    bytePlanesInto(bank.pixels[size], k * 3 * size * size, smaller(picture, size));
}

/** The pixels of a square with fewer of them along a side: means over squares. */
function smaller({ width, data }: Picture, size: number): Uint8Array {
  if (width === size) return data;
  const times = width / size;
  const out = new Uint8Array(3 * size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < times; i++)
          for (let j = 0; j < times; j++) sum += data[3 * ((y * times + i) * width + x * times + j) + c];
        out[3 * (y * size + x) + c] = Math.round(sum / times ** 2);
      }
  return out;
}

/**
 * Decodes the photographs of several folders, with what is told of each.
 * @param sizes pixels along a side; multiples of the smallest one
 * @param words reads the captions; none are read if left out
 * @returns the bank, and a fingerprint of each folder's photographs
 * @throws GeodriftError, beginning with the file's name, for a photograph that cannot be read or a caption with unknown words
 */
export async function photoBank(
  folders: readonly PhotoFolder[],
  sizes: readonly number[],
  words?: Vocabulary,
): Promise<{ bank: PhotoBank; fingerprints: string[] }> {
  const n = folders.reduce((sum, { photos }) => sum + photos.length, 0);
  const tokens = words?.tokens ?? 0;
  const bank = emptyBank(n, sizes, tokens);
  const fingerprints: string[] = [];
  let k = 0;
  for (const { folder, shown, photos } of folders) {
    const hash = createHash("sha256");
    for (const photo of photos) {
      const file = join(folder, photo.file);
      const { azimuth, fill = usualFill } = seenFrom(shown, photo);
      await withSubject(file, async () => {
        const bytes = await readPictureBytes(file);
        hash.update(bytes).update(`${photo.caption} ${azimuth} ${fill}\n`);
        fillBank(bank, k, await decodeSquare(bytes, { size: Math.max(...sizes), square: "cover" }));
        if (words) bank.words.set(words.prepare([photo.caption]).data as Int32Array, k * tokens);
      });
      bank.azimuths[k] = azimuth;
      bank.fills[k] = Math.min(fillLimits[1], Math.max(fillLimits[0], fill));
      k++;
    }
    fingerprints.push(hash.digest("hex").slice(0, 16));
  }
  return { bank, fingerprints };
}
