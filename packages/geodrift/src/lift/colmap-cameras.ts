/** COLMAP's list of pictures as cameras. */
import type { UprightCamera } from "@geodrift/core";

/** The lens of a square picture, in sides of it. */
export interface Lens {
  focal: number;
  /** Where it looks straight ahead, from the middle of the picture to the right and downwards. */
  principal: readonly [right: number, down: number];
}

const degrees = 180 / Math.PI;

/**
 * The cameras of a model whose world is x east, y north, z up, metres, with the landmark's axis through its origin. COLMAP's cameras look
 * anywhere; an upright one stands at the same place and has the landmark's centre at the same spot of its picture. How high that centre lies
 * no position tells: it is put where it is in the middle of most pictures.
 * @param images text of COLMAP's `images.txt`: two lines a picture, world to camera as a quaternion and a translation, then its points
 * @param lenses by name
 * @returns by name; without those behind which the landmark's centre lies
 */
export function colmapCameras(images: string, lenses: ReadonlyMap<string, Lens>): Map<string, UprightCamera> {
  const lines = images.split("\n").filter((line) => !line.startsWith("#"));
  const posed = lines.flatMap((line, i) => {
    const [, qw, qx, qy, qz, tx, ty, tz, , ...rest] = line.split(" ");
    const name = rest.join(" ");
    const lens = lenses.get(name);
    if (i % 2 === 1 || !lens) return [];
    const [w, x, y, z] = [qw, qx, qy, qz].map(Number);
    // What lies at the origin is seen at t, what lies one metre above it at t + up.
    const t = [tx, ty, tz].map(Number);
    const east = [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)];
    const north = [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)];
    const up = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
    // −Rᵀ t
    const place = [east, north, up].map((column) => -(column[0] * t[0] + column[1] * t[1] + column[2] * t[2]));
    return [{ name, lens, t, up, place }];
  });
  // How far above the origin the middle of a picture looks, at the distance of the landmark.
  const above = posed.map(({ t, up, lens: { focal, principal } }) => {
    const slope = -principal[1] / focal;
    return (slope * t[2] - t[1]) / (up[1] - slope * up[2]);
  });
  const middle = [...above].sort((a, b) => a - b)[Math.floor(above.length / 2)];
  const cameras = new Map<string, UprightCamera>();
  for (const { name, lens, t, up, place } of posed) {
    const { focal, principal } = lens;
    const [x, y, z] = t.map((v, axis) => v + middle * up[axis]);
    if (!(z > 0)) continue;
    cameras.set(name, {
      azimuth: (Math.atan2(place[0], place[1]) * degrees + 360) % 360,
      distance: Math.hypot(place[0], place[1]),
      height: place[2] - middle,
      focal,
      shift: [(focal * x) / z + principal[0], (-focal * y) / z - principal[1]],
    });
  }
  return cameras;
}
