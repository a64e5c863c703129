/** A field turned once around: colours, surfaces and depths side by side. */
import { type FieldGrid, frameOf, type Rendered, type Renderer, raySlopes, type UprightCamera } from "@geodrift/core";
import type { Picture } from "../pictures/picture.js";

/** How a field is shown. */
export interface TurntableOptions {
  /** Pixels along a side of each of the three. */
  size: number;
  frames: number;
  /** Of the camera, seen from the landmark's centre, degrees. */
  elevation: number;
}

/** Focal length of the views, sides of the picture, and the share of it that the box fills. */
const [focal, fill] = [2, 0.85];

/** A camera that has all of a field in its picture. */
export function showingCamera(
  { halfHeight }: Pick<FieldGrid, "halfHeight">,
  azimuth: number,
  elevation: number,
): UprightCamera {
  const distance = (2 * Math.max(1, halfHeight) * focal) / fill + 1;
  return { azimuth, distance, height: distance * Math.tan((elevation * Math.PI) / 180), focal };
}

/** Frames of a turntable, each three pictures wide, clockwise from north. */
export async function* turntable(
  renderer: Renderer,
  grid: FieldGrid,
  { size, frames, elevation }: TurntableOptions,
): AsyncGenerator<Picture> {
  for (let k = 0; k < frames; k++) {
    const camera = showingCamera(grid, (360 * k) / frames, elevation);
    const seen = await renderer.render(
      grid,
      { camera, size, planes: 2 * grid.across },
      new Float32Array(3 * size * size).fill(1),
    );
    yield beside([coloursOf(seen, size), normalsOf(seen, camera, size), depthsOf(seen, camera, size)]);
  }
}

/** Pictures of one size next to each other. */
function beside(pictures: readonly Picture[]): Picture {
  const { width, height } = pictures[0];
  const data = new Uint8Array(3 * width * height * pictures.length);
  pictures.forEach((picture, k) => {
    for (let y = 0; y < height; y++)
      data.set(picture.data.subarray(3 * width * y, 3 * width * (y + 1)), 3 * (y * pictures.length + k) * width);
  });
  return { width: width * pictures.length, height, data };
}

const painted = (size: number, opacity: Float32Array, colour: (at: number, channel: number) => number): Picture => {
  const area = size * size;
  const data = new Uint8Array(3 * area);
  for (let at = 0; at < area; at++)
    for (let c = 0; c < 3; c++) {
      const v = opacity[at] * colour(at, c) + 1 - opacity[at];
      data[3 * at + c] = Math.min(255, Math.max(0, Math.round(255 * v)));
    }
  return { width: size, height: size, data };
};

/** A field's colours, on white. */
export function coloursOf({ picture }: Rendered, size: number): Picture {
  const all = new Float32Array(size * size).fill(1);
  return painted(size, all, (at, c) => (picture[c * size * size + at] + 1) / 2);
}

/** Normals of the surface by the differences of depths between neighbouring rays: east, north, up. [size, size, 3] */
export function normalsFromDepth({ depth, opacity }: Rendered, camera: UprightCamera, size: number): Float32Array {
  const { origin, forward, right } = frameOf(camera);
  const slopes = raySlopes(camera, size);
  const point = (x: number, y: number) => {
    const d = depth[y * size + x];
    const across = d * slopes.right[x];
    return [
      origin[0] + d * forward[0] + across * right[0],
      origin[1] + d * forward[1] + across * right[1],
      camera.height + d * slopes.up[y],
    ];
  };
  const out = new Float32Array(3 * size * size);
  for (let y = 1; y < size - 1; y++)
    for (let x = 1; x < size - 1; x++) {
      if (opacity[y * size + x] < 0.5) continue;
      const [a, b, c, d] = [point(x + 1, y), point(x - 1, y), point(x, y - 1), point(x, y + 1)];
      const [u, v] = [a.map((p, k) => p - b[k]), c.map((p, k) => p - d[k])];
      const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
      const length = Math.hypot(...normal) || 1;
      normal.forEach((value, k) => {
        out[3 * (y * size + x) + k] = value / length;
      });
    }
  return out;
}

function normalsOf(seen: Rendered, camera: UprightCamera, size: number): Picture {
  const normals = normalsFromDepth(seen, camera, size);
  return painted(size, seen.opacity, (at, c) => 0.5 + 0.5 * normals[3 * at + c]);
}

/** Nearer is brighter. */
function depthsOf({ depth, opacity }: Rendered, { distance }: UprightCamera, size: number): Picture {
  return painted(size, opacity, (at) => Math.min(1, Math.max(0, 0.55 - 0.35 * (depth[at] - distance))));
}
