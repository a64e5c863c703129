/** The square that an encoder takes, cut out and resized as Pillow does. */
import type { Picture } from "./picture.js";
import type { Preparation } from "./preparation.js";
import { type Rectangle, resizeBicubic } from "./resample.js";

/** To the nearest whole number, halves to the even one, as Python rounds. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The square of a decoded picture [size, size, 3], resized by Pillow's bicubic filter.
 * @param preparation the square; `resize-crop` unless it says `crop-resize`
 */
export function squareOf(picture: Picture, { size, square, shorter = size }: Preparation): Picture {
  const { width, height } = picture;
  const short = Math.min(width, height);
  if (square === "crop-resize") {
    const crop: Rectangle = {
      left: roundHalfEven((width - short) / 2),
      top: roundHalfEven((height - short) / 2),
      width: short,
      height: short,
    };
    return resizeBicubic(picture, crop, { width: size, height: size }, { left: 0, top: 0, width: size, height: size });
  }
  const resized = (side: number) => (side === short ? shorter : Math.trunc((shorter * side) / short));
  const to = { width: resized(width), height: resized(height) };
  const window = {
    left: Math.floor((to.width - size) / 2),
    top: Math.floor((to.height - size) / 2),
    width: size,
    height: size,
  };
  return resizeBicubic(picture, { left: 0, top: 0, width, height }, to, window);
}
