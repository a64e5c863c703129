/** Points on surfaces, and how far they are from those on another. */
import type { FieldGrid, Generator, Surface, UprightCamera } from "@geodrift/core";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { isThere, rasterise } from "../../landmarks/rasterise.js";
import { showingCamera } from "../../lift/turntable.js";

/** Points of the true surface that cameras near the ground see, all round: [points, 3] in units. */
export function visiblePoints(
  mesh: LandmarkShape["mesh"],
  grid: FieldGrid,
  most: number,
  random: Generator,
): Float32Array {
  const size = 128;
  const points: number[] = [];
  for (const elevation of [-12, 0])
    for (let k = 0; k < 12; k++) {
      const camera = showingCamera(grid, 30 * k + 15 * Number(elevation === 0), elevation);
      const { depth } = rasterise(mesh, camera, size);
      points.push(...pointsSeen(depth, camera, size));
    }
  const n = points.length / 3;
  const out = new Float32Array(3 * Math.min(most, n));
  for (let i = 0; i < out.length; i += 3) {
    const from = 3 * random.integer(n);
    out.set(points.slice(from, from + 3), i);
  }
  return out;
}

function pointsSeen(depth: Float32Array, camera: UprightCamera, size: number): number[] {
  const [s, c] = [Math.sin((camera.azimuth * Math.PI) / 180), Math.cos((camera.azimuth * Math.PI) / 180)];
  const out: number[] = [];
  for (let at = 0; at < depth.length; at++) {
    const d = depth[at];
    if (!isThere(d)) continue;
    const [x, y] = [at % size, Math.floor(at / size)];
    const across = (d * ((x + 0.5) / size - 0.5)) / camera.focal;
    const up = camera.height + d * ((0.5 - (y + 0.5) / size) / camera.focal - camera.height / camera.distance);
    out.push((camera.distance - d) * s - across * c, (camera.distance - d) * c + across * s, up);
  }
  return out;
}

/** Points on a surface, as many on every area, [points, 3]. */
export function pointsOn({ positions, triangles }: Surface, count: number, random: Generator): Float32Array {
  const n = triangles.length / 3;
  if (n === 0) return new Float32Array(0);
  const corner = (t: number, k: number) => positions.subarray(3 * triangles[3 * t + k], 3 * triangles[3 * t + k] + 3);
  const areas = new Float64Array(n + 1);
  for (let t = 0; t < n; t++) {
    const [a, b, c] = [corner(t, 0), corner(t, 1), corner(t, 2)];
    const [u, v] = [b.map((w, k) => w - a[k]), c.map((w, k) => w - a[k])];
    areas[t + 1] =
      areas[t] + Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
  }
  const out = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const wanted = random.uniform() * areas[n];
    let [low, high] = [0, n - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (areas[middle + 1] < wanted) low = middle + 1;
      else high = middle;
    }
    let [p, q] = [random.uniform(), random.uniform()];
    if (p + q > 1) [p, q] = [1 - p, 1 - q];
    for (let k = 0; k < 3; k++)
      out[3 * i + k] = corner(low, 0)[k] * (1 - p - q) + corner(low, 1)[k] * p + corner(low, 2)[k] * q;
  }
  return out;
}

/** Distance from every point to the nearest of others: those are looked through from the nearest in x on, until x alone is farther. */
export function distances(from: Float32Array, to: Float32Array): Float32Array {
  const n = to.length / 3;
  const order = Uint32Array.from({ length: n }, (_, k) => k).sort((a, b) => to[3 * a] - to[3 * b]);
  const sorted = Float32Array.from({ length: 3 * n }, (_, k) => to[3 * order[Math.floor(k / 3)] + (k % 3)]);
  const out = new Float32Array(from.length / 3).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < out.length; i++) {
    const [x, y, z] = [from[3 * i], from[3 * i + 1], from[3 * i + 2]];
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[3 * middle] < x) low = middle + 1;
      else high = middle;
    }
    let least = Number.POSITIVE_INFINITY;
    const look = (k: number): boolean => {
      const across = (sorted[3 * k] - x) ** 2;
      if (across > least) return false;
      least = Math.min(least, across + (sorted[3 * k + 1] - y) ** 2 + (sorted[3 * k + 2] - z) ** 2);
      return true;
    };
    for (let k = low; k < n && look(k); k++);
    for (let k = low - 1; k >= 0 && look(k); k--);
    out[i] = Math.sqrt(least);
  }
  return out;
}
