/** From a file on disk to a square of pixels, with every way of failing told in one sentence. */

import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import sharp, { type Sharp, type SharpOptions } from "sharp";
import { sha256Of } from "../files/hash.js";
import { cannotRead, isSystemError } from "../files/system-error.js";
import { decodeHeic, decodeJxl, heicSize, isRawTiff, jxlSize, type Kind, kindOf } from "./decoders.js";
import { embeddedPreview } from "./embedded-preview.js";
import { decoding, type FileHold, holding } from "./memory-budget.js";
import { orientationOf, type PictureMetadata, panoramaIn, readMetadata } from "./metadata.js";
import { panoramaSize, viewAhead } from "./panorama.js";
import type { Picture } from "./picture.js";
import { isUntellable } from "./picture-names.js";
import type { Preparation } from "./preparation.js";
import { readSidecars, type SidecarFile, sidecarsBeside } from "./sidecars.js";
import { squareOf } from "./square.js";

/**
 * Most pixels of a picture (2²⁸, some 268 million): larger ones are refused before they are decoded, unless another limit
 * is given.
 */
export const maxPixels = 2 ** 28;

// libvips keeps the last operations with their decoders, a progressive picture's of a gigabyte among them, and counts none of that. No
// picture is decoded twice in a row.
sharp.cache(false);

/** A larger file is no picture: what it holds would have more pixels than are decoded. */
export const mostBytes = 2 ** 29;

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
  return holding(async (hold) => {
    const bytes = await readPictureBytes(file, hold);
    const square = await decodeSquare(bytes, preparation);
    return { ...square, sha256: sha256Of(bytes), metadata: await metadataOf(file, bytes) };
  });
}

/**
 * What a picture's file, its sidecars and its name say.
 * @param beside sidecars that are its own; looked for if left out
 */
export async function metadataOf(
  file: string,
  bytes: Uint8Array,
  beside?: readonly SidecarFile[],
): Promise<PictureMetadata> {
  const { sidecars, notes } = await readSidecars(file, beside ?? (await sidecarsBeside(file)));
  const said = readMetadata(bytes, { name: basename(file), sidecars });
  const all = [...notes, ...(said.notes ?? [])];
  return { ...said, ...(all.length > 0 && { notes: all }) };
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
 * @param hold waits until there is room for them; of whoever reads several at a time
 * @throws GeodriftError, without the file's name: `not-found` or `file` if it cannot be read or is no plain file, `picture`
 * if it is empty, or larger than pictures are
 */
export async function readPictureBytes(file: string, hold?: FileHold): Promise<Uint8Array> {
  const info = await stat(file).catch((e: unknown) => {
    if (isUntellable(file) && isSystemError(e) && e.code === "ENOENT")
      throw new GeodriftError("file", "its name is not UTF-8, by which it could be opened; rename it", { cause: e });
    return cannotRead()(e);
  });
  if (info.isDirectory()) throw new GeodriftError("file", "is a folder, where a picture is expected");
  if (!info.isFile()) throw new GeodriftError("file", "is no plain file, where a picture is expected");
  if (info.size === 0) throw new GeodriftError("picture", "the file is empty");
  checkPictureBytes(info.size);
  await hold?.take(info.size);
  return readFile(file).catch(cannotRead());
}

/**
 * @param most bytes; as many as a file of its own may have if left out
 * @throws GeodriftError `picture` for a file of more bytes than pictures have
 */
export function checkPictureBytes(bytes: number, most = mostBytes): void {
  if (bytes > most)
    throw new GeodriftError(
      "picture",
      `the file has ${Math.round(bytes / 2 ** 20)} MiB, and a picture at most ${most / 2 ** 20}`,
    );
}

/**
 * Decodes a picture to a square of 8-bit sRGB [size, size, 3], turned as its EXIF orientation says; of a camera's raw file the
 * preview inside, of a panorama what an ordinary lens would see of it.
 * @param most pixels; larger pictures are refused before they are decoded
 * @throws GeodriftError `picture` if it cannot be decoded, is cut off, or has too many pixels
 */
export async function decodeSquare(bytes: Uint8Array, preparation: Preparation, most = maxPixels): Promise<Picture> {
  const { width, height } = await pictureSize(bytes);
  return decoding(Math.min(most, width * height), () => decodeAlone(bytes, preparation, most));
}

/** `decodeSquare`, whatever else is decoded. */
async function decodeAlone(
  bytes: Uint8Array,
  { size, square, ...preparation }: Preparation,
  most: number,
): Promise<Picture> {
  const cover = square === "cover";
  try {
    // Encoders that take Pillow's squares also saw pictures as Pillow reads them: colour profiles and transparency ignored.
    const input = await openPicture(bytes, { limitInputPixels: most, failOn: "truncated", ignoreIcc: !cover });
    const flat = cover ? input.flatten({ background: "#000" }) : input.removeAlpha();
    const panorama = panoramaIn(bytes);
    if (panorama) {
      const side = preparation.shorter ?? size;
      const { width, height } = panoramaSize(panorama, side);
      const view = viewAhead(await pixelsOf(flat.resize(width, height, { fit: "fill" })), panorama, side);
      return cover ? view : squareOf(view, { size, square, ...preparation });
    }
    if (cover) return await pixelsOf(flat.resize(size, size, { fit: "cover" }));
    return squareOf(await pixelsOf(flat), { size, square, ...preparation });
  } catch (e) {
    throw cannotDecode(e, bytes, most);
  }
}

async function pixelsOf(input: Sharp): Promise<Picture> {
  const { data, info } = await input
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Whatever a decoder has thrown as a GeodriftError `picture`, which says what it is of the picture. */
export const cannotDecode = (e: unknown, bytes: Uint8Array, most = maxPixels): Error =>
  e instanceof GeodriftError
    ? e
    : new GeodriftError("picture", sentence((e as Error).message, bytes, most), { cause: e });

type Options = SharpOptions & { limitInputPixels: number };

/**
 * Any picture as libvips has it, turned as its orientation says; of a camera's raw file the preview inside.
 * @throws GeodriftError `picture`, or what libvips says, if it cannot be decoded
 */
export async function openPicture(bytes: Uint8Array, options: Options): Promise<Sharp> {
  const kind = kindOf(bytes);
  if (kind === "xml") throw new Error("unsupported image format");
  if (kind === "heic") return decodeHeic(bytes, options.limitInputPixels);
  if (kind === "jxl") return decodeJxl(bytes, options.limitInputPixels);
  const preview = await rawPreview(bytes, kind);
  const input = sharp(preview ?? bytes, options);
  await checkKept(input);
  if (!preview) return input.rotate();
  // Cameras turn the whole, and say nothing in the preview.
  const own = (await input.metadata()).orientation;
  return own === undefined ? input.rotate(quarterTurns[orientationOf(bytes) ?? 1] ?? 0) : input.rotate();
}

/** Bytes that a decoder may keep of a picture that it cannot decode row by row. */
const mostKept = 640 * 2 ** 20;

/**
 * Progressive JPEGs are kept as coefficients, of two bytes each, and interlaced PNGs as samples, until the last of their scans.
 * @throws GeodriftError `picture` if that is too much
 */
async function checkKept(input: Sharp): Promise<void> {
  const { isProgressive, format, width, height, channels, depth, chromaSubsampling } = await input.metadata();
  if (!isProgressive) return;
  const isJpeg = format === "jpeg";
  const samples = width * height * (isJpeg && chromaSubsampling?.startsWith("4:2:0") ? 1.5 : channels);
  const kept = samples * (isJpeg || depth === "ushort" ? 2 : 1);
  if (kept > mostKept)
    throw new GeodriftError(
      "picture",
      `is ${isJpeg ? "progressive" : "interlaced"}, takes ${Math.round(kept / 2 ** 20)} MiB to decode, and may take ${mostKept / 2 ** 20}`,
    );
}

/** Degrees clockwise by EXIF's orientation; those that mirror are no camera's. */
const quarterTurns: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

/**
 * The preview inside of a camera's raw file; nothing for other files.
 * @throws GeodriftError `picture` for a raw file without one
 */
async function rawPreview(bytes: Uint8Array, kind: Kind): Promise<Uint8Array | undefined> {
  if (kind !== "raw" && kind !== "tiff") return undefined;
  // Of some raw files the first picture is readable as it is, and may be larger than the preview.
  const plain =
    kind === "tiff"
      ? await sharp(bytes)
          .metadata()
          .catch(() => undefined)
      : undefined;
  if (plain && !isRawTiff(bytes)) return undefined;
  const preview = embeddedPreview(bytes, plain ? plain.width * plain.height : 0);
  if (preview) return preview;
  if (kind === "tiff") return undefined;
  throw new GeodriftError("picture", "is a camera's raw file without a preview inside; develop it to a JPEG first");
}

/**
 * Reads a picture's header, and nothing of its pixels.
 * @returns its size in pixels, turned as EXIF says (JPEG XL as it is stored)
 * @throws GeodriftError `picture` if the bytes do not even begin like a picture
 */
export async function pictureSize(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const kind = kindOf(bytes);
  try {
    if (kind === "xml") throw new Error("unsupported image format");
    if (kind === "heic") return await heicSize(bytes);
    if (kind === "jxl") return jxlSize(bytes);
    const preview = await rawPreview(bytes, kind);
    const { autoOrient, orientation } = await sharp(preview ?? bytes).metadata();
    const { width, height } = autoOrient;
    const turned = preview && orientation === undefined && (quarterTurns[orientationOf(bytes) ?? 1] ?? 0) % 180 !== 0;
    return turned ? { width: height, height: width } : { width, height };
  } catch (e) {
    throw cannotDecode(e, bytes);
  }
}

/**
 * Makes sure that bytes begin like a picture.
 * @throws GeodriftError `picture` if they do not
 */
export const checkPicture = async (bytes: Uint8Array): Promise<void> => void (await pictureSize(bytes));

/**
 * What went wrong, in words. Pictures are decoded several at a time, and libvips has one buffer of complaints for all its
 * threads, so the file itself is asked first; the last line of the complaint is why it gave up.
 */
function sentence(message: string, bytes: Uint8Array, most = maxPixels): string {
  if (/pixel limit/i.test(message)) return `has more pixels than the limit of ${Math.round(most / 1e6)} million`;
  if (/unsupported image format/i.test(message))
    return "not a picture in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF, HEIC, JPEG XL, cameras' raw files)";
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
