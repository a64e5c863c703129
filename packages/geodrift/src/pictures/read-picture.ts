/** From a file on disk to a square of pixels, with every way of failing told in one sentence. */

import { readFile, stat } from "node:fs/promises";
import { GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";
import { sha256Of } from "../files/hash.js";
import { cannotRead } from "../files/system-error.js";
import { type PictureMetadata, readMetadata } from "./metadata.js";
import type { Picture } from "./picture.js";
import { type Preparation, squareOf } from "./preparation.js";

/**
 * Most pixels of a picture (2²⁸, some 268 million): larger ones are refused before they are decoded, unless another limit
 * is given.
 */
export const maxPixels = 2 ** 28;

/** The square of a picture's file, with the file's hash and metadata. */
export interface ReadPicture extends Picture {
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
  metadata: PictureMetadata;
}

/**
 * Reads a picture, turns it as its EXIF orientation says, and makes the square that an encoder takes.
 * @throws GeodriftError, without the file's name: `not-found` or `file` if it cannot be read, `picture` if it cannot be
 * decoded or has too many pixels
 */
export async function readPicture(file: string, preparation: Preparation): Promise<ReadPicture> {
  return pictureOf(await readPictureBytes(file), preparation);
}

/**
 * The same from a file's bytes.
 * @param most pixels; larger pictures are refused before they are decoded
 * @throws GeodriftError `picture` if it cannot be decoded or has too many pixels
 */
export async function pictureOf(bytes: Uint8Array, preparation: Preparation, most = maxPixels): Promise<ReadPicture> {
  const square = await decodeSquare(bytes, preparation, most);
  return { ...square, sha256: sha256Of(bytes), metadata: readMetadata(bytes) };
}

/**
 * Reads the bytes of a picture's file.
 * @throws GeodriftError, without the file's name: `not-found` or `file` if it cannot be read or is a folder, `picture` if
 * it is empty
 */
export async function readPictureBytes(file: string): Promise<Uint8Array> {
  const info = await stat(file).catch(cannotRead());
  if (info.isDirectory()) throw new GeodriftError("file", "is a folder, where a picture is expected");
  if (info.size === 0) throw new GeodriftError("picture", "the file is empty");
  return readFile(file).catch(cannotRead());
}

/**
 * Decodes a picture to a square of 8-bit sRGB [size, size, 3], turned as its EXIF orientation says.
 * @param most pixels; larger pictures are refused before they are decoded
 * @throws GeodriftError `picture` if it cannot be decoded, is cut off, or has too many pixels
 */
export async function decodeSquare(bytes: Uint8Array, preparation: Preparation, most = maxPixels): Promise<Picture> {
  const { size, square } = preparation;
  const cover = square === "cover";
  // Encoders that take Pillow's squares also saw pictures as Pillow reads them: colour profiles and transparency ignored.
  const input = sharp(bytes, { limitInputPixels: most, failOn: "truncated", ignoreIcc: !cover }).rotate();
  const flat = cover ? input.flatten({ background: "#000" }).resize(size, size, { fit: "cover" }) : input.removeAlpha();
  try {
    const { data, info } = await flat
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const picture = { width: info.width, height: info.height, data };
    return cover ? picture : squareOf(picture, preparation);
  } catch (e) {
    throw new GeodriftError("picture", sentence((e as Error).message, bytes, most), { cause: e });
  }
}

/**
 * Reads a picture's header and nothing of its pixels.
 * @throws GeodriftError `picture` if the bytes do not even begin like a picture
 */
export async function checkPicture(bytes: Uint8Array): Promise<void> {
  await sharp(bytes)
    .metadata()
    .catch((e: Error) => {
      throw new GeodriftError("picture", sentence(e.message, bytes), { cause: e });
    });
}

/**
 * What went wrong, in words. Pictures are decoded several at a time, and libvips has one buffer of complaints for all its
 * threads, so the file itself is asked first; the last line of the complaint is why it gave up.
 */
function sentence(message: string, bytes: Uint8Array, most = maxPixels): string {
  if (/pixel limit/i.test(message)) return `has more pixels than the limit of ${Math.round(most / 1e6)} million`;
  if (isHeic(bytes)) return noHeic;
  if (/unsupported image format/i.test(message))
    return "not a picture in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF)";
  if (lacksEnd(bytes)) return "the picture is truncated";
  const last = message.trim().split("\n").at(-1) ?? "";
  const reason = last.replace(/^(Input buffer has corrupt header: )?(Vips\w+|\w+load_buffer|\w+load): /, "");
  return reason && !/unknown error/i.test(reason) ? `the picture is damaged (${reason})` : "the picture is damaged";
}

/** A JPEG whose last bytes hold no end-of-image marker, or a PNG whose last hold no IEND chunk. */
function lacksEnd(bytes: Uint8Array): boolean {
  const tail = String.fromCharCode(...bytes.subarray(-4096));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return !tail.includes("\xff\xd9");
  return bytes[0] === 0x89 && bytes[1] === 0x50 && !tail.includes("IEND");
}

const noHeic = "HEIC pictures cannot be decoded here; convert it to JPEG first";

/** An ISO media file whose brand is one of HEIF's with HEVC inside. */
function isHeic(bytes: Uint8Array): boolean {
  const box = String.fromCharCode(...bytes.subarray(4, 12));
  return /^ftyp(hei|hev|mif1|msf1)/.test(box);
}
