/** Pictures as PNG files. */
import sharp, { type Sharp } from "sharp";
import type { Picture } from "./picture.js";

/** The pixels of a picture as the input of a conversion. */
export const rawPixels = ({ width, height, data }: Picture): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 } });

/** A picture as the bytes of a PNG file, without loss. */
export const toPng = (picture: Picture): Promise<Uint8Array> => rawPixels(picture).png().toBuffer();
