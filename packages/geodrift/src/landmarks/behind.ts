/** What is behind a landmark in a photograph: a sky of two colours and a ground of one, as the edges of the picture show them. */
import { horizonRow, type UprightCamera } from "@geodrift/core";

type Colour = [red: number, green: number, blue: number];

/** Sky and ground, sRGB 0 … 1. */
export interface Behind {
  /** Of the sky, at the top of the picture and at the horizon. */
  sky: [top: Colour, horizon: Colour];
  ground: Colour;
}

/** Columns at either edge of a picture, as a share of its side, where a landmark hardly ever is. */
const edge = 0.08;

/** The row from which on the ground is seen, 0 … size. */
const groundRow = (camera: UprightCamera, size: number): number =>
  Math.min(size, Math.max(0, Math.round(horizonRow(camera, size))));

/**
 * Reads sky and ground off the edges of a picture.
 * @param pixels [3, size, size] in 0 … 1
 */
export function readBehind(pixels: Float32Array, size: number, camera: UprightCamera): Behind {
  const wide = Math.max(1, Math.round(edge * size));
  const from = groundRow(camera, size);
  const each = [0, 1, 2].map((c) => {
    const rows = Float32Array.from({ length: size }, (_, y) => {
      const row = pixels.subarray((c * size + y) * size, (c * size + y + 1) * size);
      return meanOf([...row.subarray(0, wide), ...row.subarray(size - wide)]);
    });
    const [top, horizon] = endsOfLine(rows.subarray(0, from));
    return { top, horizon, ground: meanOf(rows.subarray(from)) };
  });
  const colour = (name: keyof (typeof each)[number]) => each.map((v) => v[name]) as Colour;
  return { sky: [colour("top"), colour("horizon")], ground: colour("ground") };
}

/** Paints sky and ground as a camera sees them, [3, size, size] in 0 … 1. */
export function paintBehind(
  { sky: [top, horizon], ground }: Behind,
  camera: UprightCamera,
  size: number,
): Float32Array {
  const from = groundRow(camera, size);
  const out = new Float32Array(3 * size * size);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size; y++) {
      const v = y < from ? top[c] + ((horizon[c] - top[c]) * y) / Math.max(1, from - 1) : ground[c];
      out.fill(v, (c * size + y) * size, (c * size + y + 1) * size);
    }
  return out;
}

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** Both ends of the line of least squares through values, held within 0 … 1. */
function endsOfLine(values: Float32Array): [first: number, last: number] {
  const n = values.length;
  const [middle, mean] = [(n - 1) / 2, meanOf(values)];
  let [xx, xy] = [0, 0];
  values.forEach((v, x) => {
    xx += (x - middle) ** 2;
    xy += (x - middle) * (v - mean);
  });
  const slope = xx > 0 ? xy / xx : 0;
  return [-middle, n - 1 - middle].map((d) => Math.min(1, Math.max(0, mean + slope * d))) as [number, number];
}
