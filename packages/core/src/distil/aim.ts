/**
 * Where a photograph was aimed, and how large the landmark is in it: what its camera's place does not say. An upright camera's picture
 * moves as a whole when its window does, so derivatives are those of the picture itself, and the step is Gauss and Newton's.
 */
import type { UprightCamera } from "../field/camera.js";

/** Numbers of an aim: right and up, in sides of the picture, and the logarithm of the size. */
export const aimWidth = 3;

/** The camera whose picture is moved and made larger as its aim says. */
export const aimed = (camera: UprightCamera, aim: ArrayLike<number>): UprightCamera => ({
  ...camera,
  focal: camera.focal * Math.exp(aim[2]),
  shift: [(camera.shift?.[0] ?? 0) + aim[0], (camera.shift?.[1] ?? 0) + aim[1]],
});

/** How far people's aim is off, sides, and how far off positions make the size; and how far colours are from what they should be. */
const [aimSigma, sizeSigma, colourSigma] = [0.05, 0.05, 0.1];
/** Beyond this difference of a pixel, 0 … 1, more of it counts no more: somebody stands in front. */
export const huber = 0.15;
/** Most of one step, pixels, and of an aim in all, sides. */
const [mostOfStep, mostInAll] = [1.5, 0.3];

/** What a field shows, [3, size, size] of the light that it stops, and what it lacks of the photograph. */
export interface AimedAt {
  /** Colours by the opacity, without what is behind. */
  colours: Float32Array;
  /** [size, size]. */
  opacity: Float32Array;
  /** What is behind, [3, size, size]. */
  behind: ArrayLike<number>;
  /** The field's picture less the photograph, [3, size, size]. */
  apart: ArrayLike<number>;
  /** Gains of red, green and blue. */
  gains: ArrayLike<number>;
  /** Where the landmark's centre is, from the middle of the picture: right and up, sides. */
  centre: readonly [number, number];
  size: number;
}

/** Moves an aim towards that which fits best. */
export function takeAim(aim: Float32Array, { colours, opacity, behind, apart, gains, centre, size }: AimedAt): void {
  const area = size * size;
  // Normal equations of the three unknowns, drawn towards none.
  const precision = [aimSigma, aimSigma, sizeSigma].map((sigma) => (colourSigma / sigma) ** 2);
  const a = precision.map((p, i) => precision.map((_, j) => (i === j ? p : 0)));
  const b = precision.map((p, i) => -p * aim[i]);
  for (let c = 0; c < 3; c++)
    for (let y = 1; y < size - 1; y++)
      for (let x = 1; x < size - 1; x++) {
        const at = y * size + x;
        const k = c * area + at;
        const slope = (step: number) =>
          (gains[c] *
            size *
            (colours[k + step] - colours[k - step] - behind[k] * (opacity[at + step] - opacity[at - step]))) /
          2;
        const [across, down] = [slope(1), slope(size)];
        if (across === 0 && down === 0) continue;
        const [u, v] = [(x + 0.5) / size - 0.5 - centre[0], (y + 0.5) / size - 0.5 + centre[1]];
        const j = [-across, down, -(u * across + v * down)];
        const weight = Math.min(1, huber / Math.max(1e-9, Math.abs(apart[k])));
        for (let p = 0; p < 3; p++) {
          b[p] -= weight * j[p] * apart[k];
          for (let q = 0; q < 3; q++) a[p][q] += weight * j[p] * j[q];
        }
      }
  solved(a, b).forEach((step, i) => {
    const most = mostOfStep / size;
    aim[i] = Math.min(mostInAll, Math.max(-mostInAll, aim[i] + Math.min(most, Math.max(-most, step))));
  });
}

/**
 * Takes from all aims what is no aim but the landmark's: were all photographs aimed lower, it would stand higher, were they all nearer, it
 * would be larger, and to the right from one side is to the left from the other.
 * @param aims [photographs, 3]; those that are zero have not been taken
 * @param azimuths of the cameras, degrees
 */
export function settleAims(aims: Float32Array, azimuths: readonly number[]): void {
  const taken = azimuths.flatMap((azimuth, i) => {
    const at = aimWidth * i;
    if (aims[at] === 0 && aims[at + 1] === 0 && aims[at + 2] === 0) return [];
    const turn = (azimuth * Math.PI) / 180;
    return [{ at, east: Math.sin(turn), north: Math.cos(turn) }];
  });
  if (taken.length === 0) return;
  const sum = (of: (photo: (typeof taken)[number]) => number) => taken.reduce((total, photo) => total + of(photo), 0);
  const [up, larger] = [1, 2].map((k) => sum(({ at }) => aims[at + k]) / taken.length);
  const [ee, en, nn] = [sum((p) => p.east ** 2), sum((p) => p.east * p.north), sum((p) => p.north ** 2)];
  const [er, nr] = [sum((p) => p.east * aims[p.at]), sum((p) => p.north * aims[p.at])];
  const determinant = ee * nn - en * en;
  const [east, north] =
    determinant > 1e-6 * ee * nn ? [(er * nn - nr * en) / determinant, (nr * ee - er * en) / determinant] : [0, 0];
  for (const photo of taken) {
    aims[photo.at] -= east * photo.east + north * photo.north;
    aims[photo.at + 1] -= up;
    aims[photo.at + 2] -= larger;
  }
}

/** The solution of a small positive definite system, by Cramer's rule. */
function solved(a: readonly number[][], b: readonly number[]): number[] {
  const determinant = (m: readonly (readonly number[])[]) =>
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  const whole = determinant(a);
  return b.map((_, i) => determinant(a.map((row, r) => row.with(i, b[r]))) / whole);
}
