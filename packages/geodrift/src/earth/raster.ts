/** Maps of the whole globe: equirectangular, row 0 at the north, column 0 at 180° W. */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { LatLng } from "@geodrift/core";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";

/** An RGBA picture of the globe, equirectangular: row 0 at the north, column 0 at 180° W. */
export interface Pixels {
  /** Pixels around the globe. */
  width: number;
  /** Pixels from pole to pole. */
  height: number;
  /** Red, green, blue, and share of land × 255, [height, width, 4]. In shared memory, which worker threads read as well. */
  data: Uint8Array<SharedArrayBuffer>;
}

/** A global raster with what it is known by. */
export interface Raster extends Pixels {
  name: string;
  /** Hash of the pixels, hexadecimal. */
  sha256: string;
}

/** A single channel of a global raster, such as the share of land. */
export interface Mask {
  /** Pixels around the globe. */
  width: number;
  /** Pixels from pole to pole. */
  height: number;
  /** [height, width]. */
  data: Uint8Array;
}

/** For `catch` behind what decodes a raster. @throws GeodriftError `not-found` or `file` */
const unreadable = (file: string) => (e: unknown) => {
  if (!existsSync(file)) throw new GeodriftError("not-found", `${file}: no such file`, { cause: e });
  return asMendable("file", (said) => `${file}: cannot be decoded (${said})`)(e);
};

const limits = { limitInputPixels: 2 ** 28, failOn: "error" } as const;

/**
 * Reads a global picture, and puts a land mask beside its colours.
 * @param land of any size; without one, everything is land
 * @param name what the raster is known by
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` if it is not twice as wide as high
 */
export async function readRaster(file: string, land: Mask | undefined, name: string): Promise<Raster> {
  const { data, info } = await sharp(file, limits)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(unreadable(file));
  if (info.width !== 2 * info.height)
    throw new GeodriftError(
      "data",
      `${file}: a global raster is twice as wide as high, got ${info.width}×${info.height}`,
    );
  const { width, height } = info;
  const out = new Uint8Array(new SharedArrayBuffer(width * height * 4));
  for (let y = 0; y < height; y++) {
    const maskRow = land ? Math.floor((y * land.height) / height) * land.width : 0;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      out[4 * i] = data[3 * i];
      out[4 * i + 1] = data[3 * i + 1];
      out[4 * i + 2] = data[3 * i + 2];
      out[4 * i + 3] = land ? land.data[maskRow + Math.floor((x * land.width) / width)] : 255;
    }
  }
  return { name, sha256: createHash("sha256").update(out).digest("hex"), width, height, data: out };
}

/** Reads the first channel of a global picture, such as the share of land times 255. */
export async function readMask(file: string): Promise<Mask> {
  const { data, info } = await sharp(file, limits)
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(unreadable(file));
  if (info.channels === 1) return { width: info.width, height: info.height, data };
  const single = new Uint8Array(info.width * info.height);
  for (let i = 0; i < single.length; i++) single[i] = data[i * info.channels];
  return { width: info.width, height: info.height, data: single };
}

/** Index of the pixel that a place lies in: row · width + column. */
export function pixelAt({ width, height }: Pick<Pixels, "width" | "height">, { lat, lng }: LatLng): number {
  const x = Math.floor(((lng + 180) / 360) * width) % width;
  return Math.min(height - 1, Math.floor(((90 - lat) / 180) * height)) * width + x;
}

/** Is at least half of the pixel that a place lies in land? */
export const onLand = (raster: Pixels, place: LatLng): boolean => raster.data[4 * pixelAt(raster, place) + 3] >= 128;
