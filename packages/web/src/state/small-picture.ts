/**
 * A small picture, as WebP.
 * @param height pixels
 * @returns undefined for pictures that browsers do not read: HEIC, raw files
 */
export async function smallPicture(picture: Blob, height: number): Promise<Blob | undefined> {
  try {
    const whole = await createImageBitmap(picture, { resizeHeight: height, resizeQuality: "medium" });
    const canvas = new OffscreenCanvas(whole.width, whole.height);
    canvas.getContext("2d")?.drawImage(whole, 0, 0);
    whole.close();
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  } catch {
    return undefined;
  }
}
