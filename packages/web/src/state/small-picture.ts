/** Times its height, at most. */
const widest = 3;

/**
 * A small picture, as WebP where the browser writes it, or else as PNG.
 * @param height pixels
 * @returns undefined for pictures that browsers do not read: HEIC, raw files
 */
export async function smallPicture(picture: Blob, height: number): Promise<Blob | undefined> {
  try {
    const whole = await createImageBitmap(picture, { resizeHeight: height, resizeQuality: "medium" });
    // Of panoramas a strip is left.
    const shrink = Math.min(1, (widest * height) / whole.width);
    const canvas = new OffscreenCanvas(Math.round(shrink * whole.width), Math.max(1, Math.round(shrink * height)));
    canvas.getContext("2d")?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  } catch {
    return undefined;
  }
}
