/** From a file on disk to a square of pixels, with every way of failing told in one sentence. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import sharp from "sharp";
import type { Picture } from "../data/picture.js";

/** Larger pictures are refused before they are decoded. */
export const maxPixels = 2 ** 28;

export interface ReadPicture extends Picture {
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
}

/**
 * Reads a picture, turns it as its EXIF orientation says, cuts the middle square and scales it to `size` pixels.
 * @throws Error in one sentence, without the file's name
 */
export async function readPicture(file: string, size: number): Promise<ReadPicture> {
  const info = await stat(file).catch((e: NodeJS.ErrnoException) => {
    throw new Error(e.code === "ENOENT" ? "no such file" : `cannot be opened (${e.code})`);
  });
  if (info.isDirectory()) throw new Error("is a folder, where a picture is expected");
  if (info.size === 0) throw new Error("the file is empty");
  const bytes = await readFile(file).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`cannot be read (${e.code})`);
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { ...(await decodeSquare(bytes, size)), sha256 };
}

/** Decodes a picture to a square of 8-bit sRGB. */
export async function decodeSquare(bytes: Uint8Array, size: number): Promise<Picture> {
  try {
    const { data } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: "truncated" })
      .rotate()
      .flatten({ background: "#000" })
      .resize(size, size, { fit: "cover" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: size, height: size, data };
  } catch (e) {
    throw new Error(sentence((e as Error).message, bytes));
  }
}

/** libvips reports one line per complaint, warnings first: the last line is why it gave up. */
function sentence(message: string, bytes: Uint8Array): string {
  if (/pixel limit/i.test(message)) return `has more pixels than the limit of ${Math.round(maxPixels / 1e6)} million`;
  if (isHeic(bytes)) return noHeic;
  if (/unsupported image format/i.test(message))
    return "not a picture in a known format (JPEG, PNG, WebP, GIF, TIFF, AVIF)";
  const reason = (message.trim().split("\n").at(-1) ?? "").replace(
    /^(Input buffer has corrupt header: )?(Vips\w+|\w+load_buffer|\w+load): /,
    "",
  );
  if (/corrupt header/i.test(message)) return `the header of the picture is damaged (${reason})`;
  if (/premature end|truncated|end of stream|ran out of data|not enough data|read error/i.test(reason))
    return "the picture is truncated";
  return `the picture is damaged (${reason})`;
}

const noHeic = "HEIC pictures cannot be decoded here; convert it to JPEG first";

/** An ISO media file whose brand is one of HEIF's with HEVC inside. */
function isHeic(bytes: Uint8Array): boolean {
  const box = String.fromCharCode(...bytes.subarray(4, 12));
  return /^ftyp(hei|hev|mif1|msf1)/.test(box);
}
