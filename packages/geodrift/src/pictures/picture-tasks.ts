/** What is done with files that strangers have made: here, or in a process of its own, as what is asked and answered can be sent. */
import type { LatLng } from "@geodrift/core";
import { type Failure, failureOf, isMendable } from "@geodrift/core/errors";
import sharp from "sharp";
import { sha256Of } from "../files/hash.js";
import { decoding, holding } from "./memory-budget.js";
import { type PictureMetadata, readMetadata } from "./metadata.js";
import { perceptualHash } from "./perceptual-hash.js";
import type { Picture } from "./picture.js";
import type { Preparation } from "./preparation.js";
import {
  cannotDecode,
  checkPicture,
  decodeSquare,
  maxPixels,
  metadataOf,
  openPicture,
  pictureOf,
  pictureSize,
  type ReadPicture,
  readPicture,
  readPictureBytes,
} from "./read-picture.js";
import type { SidecarFile } from "./sidecars.js";

/** Where a picture is: the path of its file, or the file's bytes. */
export type PictureOrigin = string | Uint8Array;

/** What a file and its sidecars say, with nothing of its pixels. */
export interface DescribedPicture {
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
  metadata: PictureMetadata;
  /** Pixels, turned as EXIF says; or why it is no picture. */
  size: { width: number; height: number } | Failure;
}

/** A picture on its way into a table of embeddings. */
export interface PlacedPicture {
  place: LatLng;
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
  picture: Picture;
}

/**
 * Tasks by name. Each throws GeodriftError `not-found` or `file` for a file that cannot be read, and `picture` for what cannot be
 * decoded or is too large.
 */
export const pictureTasks = {
  /** The square of a file, with its hash and what it and its sidecars say. */
  read: readPicture,
  /** The same without sidecars. @param most pixels */
  square: (origin: PictureOrigin, preparation: Preparation, most?: number): Promise<ReadPicture> =>
    withBytes(origin, (bytes) => pictureOf(bytes, preparation, most)),
  /** @param sidecars those that are its own; looked for if left out */
  describe: (file: string, sidecars?: readonly SidecarFile[]): Promise<DescribedPicture> =>
    withBytes(file, async (bytes) => {
      const size = await pictureSize(bytes).catch((e: unknown) => {
        if (!isMendable(e)) throw e;
        return failureOf(e);
      });
      return { sha256: sha256Of(bytes), metadata: await metadataOf(file, bytes, sidecars), size };
    }),
  /** The square of a picture that has a place, or says one itself; undefined for one that says none. */
  placed: (origin: PictureOrigin, preparation: Preparation, known?: LatLng): Promise<PlacedPicture | undefined> =>
    withBytes(origin, async (bytes) => {
      const place = known ?? readMetadata(bytes).place;
      if (place) return { place, sha256: sha256Of(bytes), picture: await decodeSquare(bytes, preparation) };
      await checkPicture(bytes);
      return undefined;
    }),
  /** A WebP whose longer side has at most so many pixels, without metadata, and the hash of the file that it was made of. */
  shrink: (origin: PictureOrigin, side: number): Promise<{ webp: Uint8Array; sha256: string }> =>
    withBytes(origin, async (bytes) => {
      const { width, height } = await pictureSize(bytes);
      const webp = await decoding(width * height, async () =>
        (await openPicture(bytes, { limitInputPixels: maxPixels }))
          .resize(side, side, { fit: "inside", withoutEnlargement: true })
          .webp({ quality: 75 })
          .toBuffer(),
      ).catch((e: unknown) => {
        throw cannotDecode(e, bytes);
      });
      return { webp, sha256: sha256Of(bytes) };
    }),
  /** How it looks: its perceptual hash of 64 bits, hexadecimal, and the hash of the file. */
  look: (file: string): Promise<{ look: string; sha256: string }> =>
    withBytes(file, async (bytes) => {
      const { width, height } = await pictureSize(bytes);
      const look = await decoding(width * height, async () => {
        const picture = await openPicture(bytes, { limitInputPixels: maxPixels });
        return perceptualHash(await picture.resize(64, 64, { fit: "fill" }).png().toBuffer());
      }).catch((e: unknown) => {
        throw cannotDecode(e, bytes);
      });
      return { look, sha256: sha256Of(bytes) };
    }),
  /** Its pixels as they are. @param most pixels */
  pixels: async (bytes: Uint8Array, most: number): Promise<Picture> => {
    const { data, info } = await sharp(bytes, { limitInputPixels: most })
      .removeAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch((e: unknown) => {
        throw cannotDecode(e, bytes, most);
      });
    return { width: info.width, height: info.height, data };
  },
};

const withBytes = <T>(origin: PictureOrigin, work: (bytes: Uint8Array) => Promise<T>): Promise<T> =>
  typeof origin === "string" ? holding(async (hold) => work(await readPictureBytes(origin, hold))) : work(origin);

/** Names of tasks, what they take and give. */
export type PictureTasks = typeof pictureTasks;

type Task<K extends keyof PictureTasks> = (...args: Parameters<PictureTasks[K]>) => ReturnType<PictureTasks[K]>;
const byName: { [K in keyof PictureTasks]: Task<K> } = pictureTasks;

/** Whoever does such tasks. */
export interface PictureReader {
  do<K extends keyof PictureTasks>(task: K, ...args: Parameters<PictureTasks[K]>): ReturnType<PictureTasks[K]>;
}

/** Does them in this thread: a decoder that ends its process ends this one. */
export const readingHere: PictureReader = {
  do: (task, ...args) => byName[task](...args),
};
