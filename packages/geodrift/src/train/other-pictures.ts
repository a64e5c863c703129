/** Pictures of anything else: squares cut out of the files of a folder, and patterns, for learning what is no view of the Earth. */
import { Generator } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";
import type { Picture } from "../pictures/picture.js";
import { pictureFiles } from "../pictures/picture-files.js";

/** Squares are at least so large a share of a picture's shorter side, and so many pixels. */
const least = { share: 0.15, pixels: 48 };
/** Squares of one picture at most. */
const most = 40;

/**
 * Squares out of the pictures of a folder: of each the middle, and more the larger it is; what shows through is filled with
 * some colour. Files that cannot be read are left out.
 * @param size pixels of a square's side
 * @throws GeodriftError `not-found` if the folder is not there, `data` if no picture of it can be read
 */
export async function* otherPictures(folder: string, size: number, seed: number): AsyncGenerator<Picture> {
  const files = (await pictureFiles([folder])).flatMap((named) => ("error" in named ? [] : [named.file])).sort();
  let given = 0;
  for (const [i, file] of files.entries()) {
    const random = new Generator(seed, i);
    const whole = await sharp(file)
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch(() => undefined);
    if (whole?.info.channels !== 4) continue;
    const { width, height, channels } = whole.info;
    const shorter = Math.min(width, height);
    for (let k = 0; k < Math.min(most, Math.max(1, Math.round(shorter / least.pixels))); k++) {
      const share = k === 0 ? 1 : least.share + (1 - least.share) * random.uniform();
      const side = Math.floor(shorter * share);
      const [left, top] = [width, height].map((s) => Math.floor((s - side) * (k === 0 ? 0.5 : random.uniform())));
      const [r, g, b] = [0, 1, 2].map(() => Math.floor(256 * random.uniform()));
      if (side < least.pixels) continue;
      const data = await sharp(whole.data, { raw: { width, height, channels } })
        .extract({ left, top, width: side, height: side })
        .flatten({ background: { r, g, b } })
        .resize(size, size)
        .raw()
        .toBuffer();
      given++;
      yield { width: size, height: size, data };
    }
  }
  if (given === 0) throw new GeodriftError("data", `${folder}: holds no pictures that can be read`);
}

/** Flat colours, edges, rings, stripes, waves and shapes, with and without noise: pattern `index` of a seed. */
export function pattern(size: number, seed: number, index: number): Picture {
  const random = new Generator(seed, index);
  const u = () => random.uniform();
  const colour = () => [256 * u(), 256 * u(), 256 * u()];
  const [from, to] = [colour(), colour()];
  const angle = 2 * Math.PI * u();
  const [at, steepness, noise] = [u(), 1 + 15 * u(), u() < 0.5 ? 0 : 40 * u()];
  const waves = [3, 6, 12, 24].map((k) => ({ along: k * (0.5 + u()), across: k * u(), phase: 6 * u() }));
  const shapes = Array.from({ length: 1 + Math.floor(12 * u()) }, () => ({
    ...{ x: u(), y: u(), width: 0.03 + 0.3 * u(), height: 0.03 + 0.3 * u() },
    ...{ round: u() < 0.5, colour: colour() },
  }));
  /** How far a point of the unit square is from the first colour to the second. */
  const kinds: ((x: number, y: number) => number)[] = [
    () => 0,
    (x, y) => 0.5 + 0.5 * Math.tanh((along(x, y) - at) * steepness),
    (x, y) => Math.hypot(x - 0.5, y - at) * (1 + at),
    (x, y) => 0.5 + 0.5 * Math.sin(along(x, y) * 4 * steepness),
    (x, y) =>
      0.5 +
      waves.reduce(
        (sum, w) => sum + (Math.sin(w.along * along(x, y) + w.phase) * Math.cos(w.across * (x - y))) / w.along,
        0,
      ),
    () => 0,
  ];
  const along = (x: number, y: number) => x * Math.cos(angle) + y * Math.sin(angle);
  const kind = Math.floor(kinds.length * u());
  const data = new Uint8Array(3 * size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [column / size, row / size];
      const share = Math.max(0, Math.min(1, kinds[kind](x, y)));
      const inside =
        kind === kinds.length - 1 &&
        shapes.findLast((s) =>
          s.round
            ? Math.hypot(x - s.x, y - s.y) < s.width
            : Math.abs(x - s.x) < s.width && Math.abs(y - s.y) < s.height,
        );
      for (let c = 0; c < 3; c++) {
        const plain = inside ? inside.colour[c] : from[c] + share * (to[c] - from[c]);
        data[3 * (row * size + column) + c] = Math.max(0, Math.min(255, plain + noise * (u() - 0.5)));
      }
    }
  return { width: size, height: size, data };
}
