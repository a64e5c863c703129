/** A decoded picture: 8-bit sRGB, rows from the top. */
export interface Picture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Red, green and blue of each pixel, 0…255, [height, width, 3]. */
  data: Uint8Array;
}

/** RGBA bytes [pixels, 4] to RGB bytes [pixels, 3]: the alpha is dropped, and nothing is blended. */
export function dropAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, j = 0; i < rgba.length; i += 4) {
    rgb[j++] = rgba[i];
    rgb[j++] = rgba[i + 1];
    rgb[j++] = rgba[i + 2];
  }
  return rgb;
}

/**
 * A picture with each pixel as a square of `times` by `times` (nearest neighbour).
 * @param times whole number
 */
export function enlarged({ width, height, data }: Picture, times: number): Picture {
  const out = new Uint8Array(data.length * times * times);
  for (let y = 0; y < height * times; y++)
    for (let x = 0; x < width * times; x++) {
      const from = 3 * (Math.floor(y / times) * width + Math.floor(x / times));
      out.set(data.subarray(from, from + 3), 3 * (y * width * times + x));
    }
  return { width: width * times, height: height * times, data: out };
}
