/** Attention maps over the pictures that they belong to. */
import type { Picture } from "../pictures/picture.js";
import type { DrawnCell } from "./draw.js";
import type { LabelledPicture } from "./sheet.js";

/**
 * The picture, and once for each token: bright where patches look at it most, dark where least (Hertz et al. 2023 show word maps
 * so). Shares are stretched between their least and their greatest: what counts is where, not how much.
 */
export function attentionOverlays({ picture, attention = [] }: DrawnCell): LabelledPicture[] {
  const { width } = picture;
  return [
    { label: "picture", picture },
    ...attention.map(({ token, map }) => ({ label: token, picture: overlay(picture, stretched(map), width) })),
  ];
}

function stretched(map: Float32Array): Float32Array {
  const [least, most] = [Math.min(...map), Math.max(...map)];
  return map.map((v) => (v - least) / Math.max(1e-12, most - least));
}

function overlay({ width, height, data }: Picture, map: Float32Array, size: number): Picture {
  const grid = Math.sqrt(map.length);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const light = bilinear(map, grid, ((x + 0.5) / size) * grid - 0.5, ((y + 0.5) / size) * grid - 0.5);
      const at = 3 * (y * width + x);
      // From a dark grey picture to its colours under a warm light.
      const grey = (data[at] + data[at + 1] + data[at + 2]) / 3;
      [255, 190, 60].forEach((warm, c) => {
        out[at + c] = (1 - light) * 0.45 * grey + light * (0.55 * data[at + c] + 0.45 * warm);
      });
    }
  return { width, height, data: out };
}

function bilinear(map: Float32Array, grid: number, x: number, y: number): number {
  const hold = (v: number) => Math.min(grid - 1, Math.max(0, v));
  const [x0, y0] = [Math.floor(hold(x)), Math.floor(hold(y))];
  const [x1, y1] = [hold(x0 + 1), hold(y0 + 1)];
  const [fx, fy] = [hold(x) - x0, hold(y) - y0];
  return (
    (map[y0 * grid + x0] * (1 - fx) + map[y0 * grid + x1] * fx) * (1 - fy) +
    (map[y1 * grid + x0] * (1 - fx) + map[y1 * grid + x1] * fx) * fy
  );
}
