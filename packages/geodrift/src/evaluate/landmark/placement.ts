/**
 * How large and how high a field has to be to stand as its landmark does. A model is told how much of the picture is filled, which it
 * has learned from GPS positions and obeys by and large, and nothing of how a camera is aimed: a field that is right but for that is told
 * from one that is wrong.
 */
import type { UprightCamera } from "@geodrift/core";

/** What is done to a field, about its middle. */
export interface Placement {
  /** How many times as large it becomes. */
  scale: number;
  /** How far it is moved upwards then, in units of the field. */
  up: number;
}

/** Nothing at all. */
export const asItStands: Placement = { scale: 1, up: 0 };

/** The camera that sees a field as `camera` does once it is placed; depths are those of `camera` divided by the scale. */
export const placedCamera = (camera: UprightCamera, { scale, up }: Placement): UprightCamera => ({
  ...camera,
  distance: camera.distance / scale,
  height: (camera.height - up) / scale,
  shift: [camera.shift?.[0] ?? 0, (camera.shift?.[1] ?? 0) + (camera.focal * up) / camera.distance],
});

/** Factors that a field is made larger by, and units that it is moved by, at most. */
const most = { scale: 1.25, up: 0.5 };
/** First step of a search, and the least one, in logarithms of the scale and in units. */
const [first, last] = [0.08, 0.005];
/** What is tried from a placement: by scale and height, and by both at once, as a shape that grows about its middle leaves the ground. */
const directions = [-1, 0, 1].flatMap((scale) => [-1, 0, 1].flatMap((up) => (scale || up ? [[scale, up]] : [])));

/**
 * The placement of the greatest overlap, by steps that are halved where none is better.
 * @param overlapOf mean overlap of the silhouettes of a field that is so placed
 */
export async function bestPlacement(overlapOf: (placement: Placement) => Promise<number>): Promise<Placement> {
  let at = [0, 0];
  const placed = ([log, up]: readonly number[]): Placement => ({ scale: Math.exp(log), up });
  let overlap = await overlapOf(asItStands);
  for (let step = first; step >= last; ) {
    let better: number[] | undefined;
    for (const direction of directions) {
      const next = at.map((v, axis) => v + step * direction[axis]);
      if (Math.abs(next[0]) > Math.log(most.scale) || Math.abs(next[1]) > most.up) continue;
      const own = await overlapOf(placed(next));
      if (!(own > overlap)) continue;
      [better, overlap] = [next, own];
    }
    if (better) at = better;
    else step /= 2;
  }
  return placed(at);
}
