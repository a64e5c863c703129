/**
 * Upright cameras: the optical axis is level, and the window that the picture is cut from is shifted, as an architect's camera
 * does it. Verticals stay vertical, the horizon is a row of pixels, and the height at which a ray meets a depth plane does not depend on
 * the column: which is what makes marching by columns exact (`columns.ts`).
 *
 * The world: x east, y north, z up, the landmark's centre at the origin. Any unit of length, as long as it is the same for all.
 */

/** Where an upright camera stands, and how it looks. */
export interface UprightCamera {
  /** Where it stands, seen from the landmark: degrees clockwise from north. It looks back at the landmark's axis. */
  azimuth: number;
  /** Horizontal distance from the landmark's axis, above 0. */
  distance: number;
  /** Height above the landmark's centre; below 0 for the eyes of people in front of something high. */
  height: number;
  /** Focal length, in sides of the picture. */
  focal: number;
  /** How far the landmark's centre is moved to the right and upwards in the picture, in sides of it; [0, 0] if left out. */
  shift?: readonly [right: number, up: number];
}

const radians = Math.PI / 180;

/** Vertical angle of view of a camera whose focal length is so many sides, degrees. */
export const fieldOfView = (focal: number): number => (2 * Math.atan(0.5 / focal)) / radians;

/** Elevation of a camera, seen from the landmark's centre, degrees. */
export const elevationOf = ({ height, distance }: UprightCamera): number => Math.atan2(height, distance) / radians;

/** Origin and directions of a camera, horizontal: x and y. */
export interface CameraFrame {
  /** Where it stands. */
  origin: readonly [x: number, y: number];
  /** Where it looks. */
  forward: readonly [x: number, y: number];
  /** What is on the right of the picture. */
  right: readonly [x: number, y: number];
}

/** o = D (sin α, cos α), F = −(sin α, cos α), r = (F_y, −F_x). */
export function frameOf({ azimuth, distance }: UprightCamera): CameraFrame {
  const [s, c] = [Math.sin(azimuth * radians), Math.cos(azimuth * radians)];
  return { origin: [distance * s, distance * c], forward: [-s, -c], right: [-c, s] };
}

/** Directions of the rays of a picture: how far each goes to the right and upwards for one unit of depth. */
export interface RaySlopes {
  /** By column, [size]. */
  right: Float64Array;
  /** By row from the top, [size]. */
  up: Float64Array;
}

/**
 * The rays through the middles of the pixels of a square picture. The landmark's centre lies in the middle of the picture, moved by
 * the camera's shift.
 * @param size pixels along a side
 */
export function raySlopes({ focal, height, distance, shift = [0, 0] }: UprightCamera, size: number): RaySlopes {
  const middle = (i: number) => (i + 0.5) / size - 0.5;
  return {
    right: Float64Array.from({ length: size }, (_, j) => (middle(j) - shift[0]) / focal),
    up: Float64Array.from({ length: size }, (_, i) => (-middle(i) - shift[1]) / focal - height / distance),
  };
}

/** The row, from the top and counted from the middle of the first one, in which the horizon of level ground lies. */
export const horizonRow = ({ focal, height, distance, shift = [0, 0] }: UprightCamera, size: number): number =>
  size * (0.5 - shift[1] - (focal * height) / distance) - 0.5;
