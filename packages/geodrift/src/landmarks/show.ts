/** What is seen of a shape as pictures for people. */
import type { Picture } from "../pictures/picture.js";
import type { Seen } from "./rasterise.js";

const painted = ({ size, depth }: Seen, colour: (at: number) => readonly [number, number, number]): Picture => {
  const data = new Uint8Array(3 * size * size).fill(255);
  for (let at = 0; at < depth.length; at++)
    if (depth[at] < Number.POSITIVE_INFINITY)
      colour(at).forEach((v, k) => {
        data[3 * at + k] = Math.min(255, Math.max(0, Math.round(255 * v)));
      });
  return { width: size, height: size, data };
};

/** Its colours, without light. */
export const colourOf = (seen: Seen): Picture =>
  painted(seen, (at) => [seen.albedo[3 * at], seen.albedo[3 * at + 1], seen.albedo[3 * at + 2]]);

/** Where its surface looks: east, north and up as red, green and blue. */
export const surfaceOf = (seen: Seen): Picture =>
  painted(seen, (at) => [0, 1, 2].map((k) => 0.5 + 0.5 * seen.normals[3 * at + k]) as [number, number, number]);

/** How far away it is: what is nearer is brighter. */
export function depthOf(seen: Seen): Picture {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const d of seen.depth)
    if (d < Number.POSITIVE_INFINITY) {
      least = Math.min(least, d);
      most = Math.max(most, d);
    }
  return painted(seen, (at) => {
    const v = 0.95 - (0.8 * (seen.depth[at] - least)) / Math.max(1e-9, most - least);
    return [v, v, v];
  });
}
