/** A picture's file as pixels, decoded by the browser. */

import { sha256Of } from "geodrift/browser";
import { t } from "../texts/language.svelte.js";
import type { SentPicture } from "./runner-messages.js";

/** Larger pictures are refused: a tab has little memory. */
const maxPixels = 100_000_000;

/**
 * Decodes a picture's file by the browser to 8-bit RGB [height, width, 3], transparency on black.
 * @throws Error in one sentence if the browser cannot decode it, or it has more than 100 million pixels
 */
export async function pixelsOf(file: File): Promise<SentPicture> {
  const bytes = await file.arrayBuffer();
  const bitmap = await createImageBitmap(new Blob([bytes], { type: file.type })).catch(() => {
    throw new Error(t("error.notReadable", { name: file.name }));
  });
  const { width, height } = bitmap;
  if (width * height > maxPixels) throw new Error(t("error.tooLarge", { name: file.name, million: maxPixels / 1e6 }));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error(t("error.noCanvas"));
  // Transparency as the program has it: on black.
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; at < data.length; i += 4) {
    data[at++] = rgba[i];
    data[at++] = rgba[i + 1];
    data[at++] = rgba[i + 2];
  }
  return { width, height, data, sha256: await sha256Of(bytes) };
}
