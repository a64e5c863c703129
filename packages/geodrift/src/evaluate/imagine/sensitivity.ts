/** Does the place matter? The same noise at other places, against the same place from other noises. */
import { Generator } from "@geodrift/core";
import type { Scorer } from "../../models/scorer-model.js";
import type { Picture } from "../../pictures/picture.js";
import { pixelDifference } from "../../pictures/pixel-difference.js";
import { type Figure, meanFigure } from "../figure.js";

/** How far pictures differ when the place alone changes, and when the noise alone changes. */
export interface Sensitivity {
  /** Root mean square difference of pixels, 0 … 255. */
  pixels: { otherPlaces: Figure; otherNoise: Figure };
  /** 1 − cosine of the judge's embeddings, 0 … 2. */
  judge: { otherPlaces: Figure; otherNoise: Figure };
}

/**
 * Sensitivity of pictures to place and noise: means over the places, each of the mean over its seeds.
 * @param pictures by place, then by seed, of one ground width: [places][seeds], two or more of each
 */
export async function sensitivityOf(judge: Scorer, pictures: readonly (readonly Picture[])[]): Promise<Sensitivity> {
  const flat = pictures.flat();
  const { embeddings } = await judge.judge(flat);
  const seeds = pictures[0].length;
  const random = new Generator(0);
  type Pairs = [number, number][];
  const pairs = pictures.map(() => ({ otherPlaces: [] as Pairs, otherNoise: [] as Pairs }));
  for (let place = 0; place < pictures.length; place++)
    for (let seed = 0; seed < seeds; seed++) {
      const own = place * seeds + seed;
      const place2 = (place + 1 + random.integer(pictures.length - 1)) % pictures.length;
      const seed2 = (seed + 1 + random.integer(seeds - 1)) % seeds;
      pairs[place].otherPlaces.push([own, place2 * seeds + seed]);
      pairs[place].otherNoise.push([own, place * seeds + seed2]);
    }
  const { space } = judge;
  const apart = (a: number, b: number) => {
    let cosine = 0;
    for (let k = 0; k < space; k++) cosine += embeddings[a * space + k] * embeddings[b * space + k];
    return 1 - cosine;
  };
  const over = (measure: (a: number, b: number) => number) => {
    const figure = (of: "otherPlaces" | "otherNoise") =>
      meanFigure(pairs.map((own) => own[of].reduce((sum, [a, b]) => sum + measure(a, b) / seeds, 0)));
    return { otherPlaces: figure("otherPlaces"), otherNoise: figure("otherNoise") };
  };
  return { pixels: over((a, b) => pixelDifference(flat[a], flat[b])), judge: over(apart) };
}
