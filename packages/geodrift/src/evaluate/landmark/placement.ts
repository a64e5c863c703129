/**
 * How large and how high a field has to be to stand as its landmark does. Nobody tells a distillation how far away, or how exactly
 * aimed, its pictures are: a field that is right but for that is told from one that is wrong.
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
/** Where a search begins and ends: halves of its steps, in logarithms of the scale and units. */
const [first, last] = [0.08, 0.004];

/**
 * The placement of the greatest overlap, by steps along either axis that are halved where none is better.
 * @param overlapOf mean overlap of the silhouettes of a field that is so placed
 */
export async function bestPlacement(overlapOf: (placement: Placement) => Promise<number>): Promise<Placement> {
  let at = [0, 0];
  const placed = ([log, up]: readonly number[]): Placement => ({ scale: Math.exp(log), up });
  let overlap = await overlapOf(asItStands);
  for (let step = first; step >= last; ) {
    let better: number[] | undefined;
    for (const [axis, by] of [
      [0, step],
      [0, -step],
      [1, step],
      [1, -step],
    ]) {
      const next = at.with(axis, at[axis] + by);
      if (Math.abs(next[0]) > Math.log(most.scale) || Math.abs(next[1]) > most.up) continue;
      const own = await overlapOf(placed(next));
      if (own <= overlap) continue;
      [better, overlap] = [next, own];
    }
    if (better) at = better;
    else step /= 2;
  }
  return placed(at);
}
