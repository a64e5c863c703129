import type { Picture } from "./picture.js";

/** Root mean square difference of two pictures of one size, over channels and pixels, in grey levels 0…255. */
export function pixelDifference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(sum / a.data.length);
}
