/** Densities as pictures: square tiles of the web Mercator grid, which map libraries ask for by zoom, column and row. */

import { GeodriftError } from "../errors/geodrift-error.js";
import { add, scale } from "../sphere/geodesic.js";
import { cornersOf } from "../sphere/icosphere.js";
import { angle, cross, dot, normalize, toLatLng, toVec3, type Vec3, vectorAt } from "../sphere/point.js";
import type { PlaceDistribution } from "./distribution.js";
import { onEdge } from "./mesh-distribution.js";
import type { DensityMesh } from "./mesh-refinement.js";

/**
 * Zoom, column and row of a tile of the web Mercator grid. Zoom 0 is the whole world on one tile; columns run east from
 * the date line, rows south from 85.05° N.
 */
export interface TileAddress {
  /** Zoom, 0 … 24. */
  z: number;
  /** Column, 0 … 2^z − 1. */
  x: number;
  /** Row, 0 … 2^z − 1. */
  y: number;
}

/** Triangles are sorted into squares of so many pixels before pixels ask which one they are in. */
const block = 8;

/** Where there is no mesh, the density is computed for every so many pixels, and drawn smoothly between. */
const coarse = 8;

/** The place at fractions of a tile, from its north-west corner. */
function placeOn({ z, x, y }: TileAddress, right: number, down: number): Vec3 {
  const n = 2 ** z;
  const lng = ((x + right) / n) * 360 - 180;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + down)) / n))) * 180) / Math.PI;
  return toVec3({ lat, lng });
}

/** The same backwards: fractions outside 0 … 1 lie beyond the tile. */
function fractionsOf({ z, x, y }: TileAddress, place: Vec3): [right: number, down: number] {
  const { lat, lng } = toLatLng(place);
  const n = 2 ** z;
  const mercator = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI;
  return [(n * (lng + 180)) / 360 - x, (n * (1 - mercator)) / 2 - y];
}

/**
 * Log densities at the pixels of a tile, in nats per steradian; −∞ where a mesh has no triangle.
 * @param size pixels along a side; for meshes a power of two
 * @returns [size, size], rows from the north
 * @throws GeodriftError `not-found` for a tile that the grid does not have
 */
export function densityTile(distribution: PlaceDistribution, tile: TileAddress, size = 256): Float32Array {
  const { z, x, y } = tile;
  if (![z, x, y].every(Number.isInteger) || z < 0 || z > 24 || x < 0 || y < 0 || x >= 2 ** z || y >= 2 ** z)
    throw new GeodriftError("not-found", `zoom is 0 … 24, column and row are below 2^zoom, got ${z}/${x}/${y}`);
  return "mesh" in distribution
    ? meshTile(distribution.mesh as DensityMesh, tile, size)
    : smoothTile(distribution, tile, size);
}

interface Cap {
  centre: Vec3;
  radius: number;
}

function meshTile(mesh: DensityMesh, tile: TileAddress, size: number): Float32Array {
  const values = new Float32Array(size * size).fill(Number.NEGATIVE_INFINITY);
  const count = mesh.masses.length;
  const caps = Array.from({ length: count }, (_, t): Cap => {
    const corners = cornersOf(mesh, t);
    const centre = normalize(add(add(corners[0], corners[1]), corners[2]));
    return { centre, radius: Math.max(...corners.map((c) => angle(c, centre))) };
  });
  const paint = (left: number, top: number, wide: number, candidates: number[]): void => {
    const centre = placeOn(tile, (left + wide / 2) / size, (top + wide / 2) / size);
    // A square of a tile is no circle, and its corners are what is farthest from its middle.
    const corners = [0, wide].flatMap((i) => [0, wide].map((j) => placeOn(tile, (left + i) / size, (top + j) / size)));
    // At low zoom a side may be most of the globe, with places farther off than the corners.
    const radius = wide / size / 2 ** tile.z > 0.2 ? Math.PI : 1.1 * Math.max(...corners.map((c) => angle(c, centre)));
    const near = candidates.filter((t) => angle(caps[t].centre, centre) <= caps[t].radius + radius);
    if (near.length === 0) return;
    if (wide > block) {
      const half = wide / 2;
      for (const i of [0, half]) for (const j of [0, half]) paint(left + i, top + j, half, near);
      return;
    }
    const sides = near.map((t) => {
      const [a, b, c] = cornersOf(mesh, t);
      return [cross(b, c), cross(c, a), cross(a, b)] as const;
    });
    for (let row = top; row < top + wide; row++)
      for (let column = left; column < left + wide; column++) {
        const place = placeOn(tile, (column + 0.5) / size, (row + 0.5) / size);
        values[row * size + column] = densityAt(mesh, near, sides, caps, place);
      }
  };
  paint(
    0,
    0,
    size,
    Array.from({ length: count }, (_, t) => t),
  );
  // A peak smaller than a pixel is seen all the same.
  for (let v = 0; v < mesh.vertexLogDensities.length; v++) {
    const [right, down] = fractionsOf(tile, vectorAt(mesh.vertices, v));
    const [column, row] = [Math.floor(right * size), Math.floor(down * size)];
    if (column < 0 || row < 0 || column >= size || row >= size) continue;
    const at = row * size + column;
    values[at] = Math.max(values[at], mesh.vertexLogDensities[v]);
  }
  return values;
}

/**
 * Between the densities of the corners of the triangle that holds the place. Where a carried mesh leaves the emptiest part
 * of the globe to a triangle that is folded, none does: nothing is known to be there.
 */
function densityAt(
  { triangles, vertexLogDensities }: DensityMesh,
  near: readonly number[],
  sides: readonly (readonly [Vec3, Vec3, Vec3])[],
  caps: readonly Cap[],
  place: Vec3,
): number {
  let [deepest, value] = [-onEdge, Number.NEGATIVE_INFINITY];
  near.forEach((t, i) => {
    if (dot(place, caps[t].centre) <= 0) return;
    const [a, b, c] = sides[i];
    const shares = [dot(place, a), dot(place, b), dot(place, c)];
    const total = shares[0] + shares[1] + shares[2];
    const depth = Math.min(...shares) / Math.abs(total);
    if (depth <= deepest) return;
    deepest = depth;
    value = shares.reduce(
      // A prior may have ruled a corner out, which then has no share.
      (sum, s, k) => (s > 0 ? sum + (s / total) * vertexLogDensities[triangles[3 * t + k]] : sum),
      0,
    );
  });
  return value;
}

function smoothTile(distribution: PlaceDistribution, tile: TileAddress, size: number): Float32Array {
  const n = Math.ceil(size / coarse) + 1;
  const grid = Float32Array.from({ length: n * n }, (_, i) => {
    const place = placeOn(tile, ((i % n) * coarse) / size, (Math.floor(i / n) * coarse) / size);
    return distribution.logProbNats(toLatLng(place));
  });
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [u, v] = [((i % size) + 0.5) / coarse, (Math.floor(i / size) + 0.5) / coarse];
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const at = (r: number, c: number) => grid[(row + r) * n + column + c];
    const [p, q] = [u - column, v - row];
    return (1 - q) * ((1 - p) * at(0, 0) + p * at(0, 1)) + q * ((1 - p) * at(1, 0) + p * at(1, 1));
  });
}

/** Nats below the peak at which the colours end. */
const range = 7;

/**
 * Matplotlib's "plasma" (Smith & van der Walt 2015, CC0), at nine even steps: even in lightness, and told apart by people
 * who see fewer colours.
 */
const plasma: readonly Vec3[] = [
  [13, 8, 135],
  [76, 2, 161],
  [126, 3, 168],
  [169, 35, 149],
  [204, 71, 120],
  [230, 108, 92],
  [248, 149, 64],
  [253, 197, 39],
  [240, 249, 33],
];

/**
 * Colours of log densities: light and nearly opaque at the peak, transparent seven nats below it.
 * @param values log densities, nats per steradian
 * @param peak the highest log density, nats per steradian
 * @returns [values, 4], 8-bit RGBA
 */
export function densityColours(values: Float32Array, peak: number): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => {
    const height = 1 + (value - peak) / range;
    if (!(height > 0)) return;
    const t = Math.min(1, height) * (plasma.length - 1);
    const low = Math.min(plasma.length - 2, Math.floor(t));
    out.set(add(scale(plasma[low], 1 - (t - low)), scale(plasma[low + 1], t - low)), 4 * i);
    out[4 * i + 3] = 255 * Math.min(0.9, 1.6 * Math.min(1, height));
  });
  return out;
}

/** The colour of a density so many nats below the peak, as CSS has it: for legends. */
export function densityColour(natsBelowPeak: number): string {
  const [r, g, b, a] = densityColours(Float32Array.of(-natsBelowPeak), 0);
  return `rgb(${r} ${g} ${b} / ${(a / 255).toFixed(2)})`;
}
