/**
 * A map of the globe that a network learns: features on grids of several finenesses, each read between its points linearly (a
 * multiresolution grid, Müller et al. 2022). What lies at a place is then learned where it lies, far sooner than by sines
 * and cosines, which have to be weighed all at once for it.
 *
 * Points of a level stand on parallels, on each as many as keep them as far apart as the parallels are (a reduced grid,
 * Hortal & Simmons 1991), so that none are wasted on the poles. A place is read off four of them: two on the parallel to
 * the north, two on that to the south.
 */
import { type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { tangentFrame } from "../sphere/frame.js";
import { combine } from "../sphere/geodesic.js";
import { earthRadiusKm, type LatLng, toLatLng } from "../sphere/point.js";
import type { Traced } from "./parameters.js";

type Arr = np.Array;

/** One level of the map: a grid of one fineness. */
export interface MapLevel {
  /** Degrees between two parallels, and roughly between two points of one; divides 180. */
  degrees: number;
  /** Features of a grid point. */
  channels: number;
  /** Places along a side of a patch at which the level is read; a patch has reads². */
  reads: number;
}

/** Levels, in any order; none for a network without a map. */
export type FeatureGridConfig = readonly MapLevel[];

/** The rows of a level: where each begins in the table, pole to pole, and in the end how many points there are. */
const rowStarts = new Map<number, Int32Array>();

function rowsOf(degrees: number): Int32Array {
  const known = rowStarts.get(degrees);
  if (known) return known;
  const rows = Math.round(180 / degrees) + 1;
  const starts = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) {
    const around = Math.round((360 / degrees) * Math.sin((i * degrees * Math.PI) / 180));
    starts[i + 1] = starts[i] + Math.max(1, around);
  }
  rowStarts.set(degrees, starts);
  return starts;
}

/** Shape of the table of a level: [points, channels]. */
export function mapShape({ degrees, channels }: Pick<MapLevel, "degrees" | "channels">): [number, number] {
  return [rowsOf(degrees).at(-1) as number, channels];
}

/** Grid points of a level in the order of its table, [points]: from the north pole, and along a parallel from 180° W. */
export function mapPoints({ degrees }: Pick<MapLevel, "degrees">): LatLng[] {
  const starts = rowsOf(degrees);
  return Array.from({ length: starts.length - 1 }, (_, i) => {
    const around = starts[i + 1] - starts[i];
    return Array.from({ length: around }, (_, j) => ({ lat: 90 - i * degrees, lng: (360 * j) / around - 180 }));
  }).flat();
}

/** Points that a place is read off. */
const corners = 4;

/**
 * Writes the four grid points about a place, and their bilinear weights, which add up to one.
 * @param points row numbers in the level's table; four are written from `at` on
 * @param shares weights of those rows
 * @param at index of the first of the four
 * @param place in degrees, in range
 */
export function cornersInto(
  points: Int32Array,
  shares: Float32Array,
  at: number,
  { lat, lng }: LatLng,
  { degrees }: Pick<MapLevel, "degrees">,
): void {
  const starts = rowsOf(degrees);
  const u = (90 - lat) / degrees;
  const north = Math.min(starts.length - 3, Math.floor(u));
  for (let k = 0; k < 2; k++) {
    const row = north + k;
    const around = starts[row + 1] - starts[row];
    const v = ((lng + 180) / 360) * around;
    const west = Math.floor(v);
    const share = k === 0 ? 1 - (u - north) : u - north;
    points[at + 2 * k] = starts[row] + (west % around);
    points[at + 2 * k + 1] = starts[row] + ((west + 1) % around);
    shares[at + 2 * k] = share * (1 - (v - west));
    shares[at + 2 * k + 1] = share * (v - west);
  }
}

/**
 * Places in a square raster over a view from straight above, north up: on the plane that touches the globe at its
 * centre (a gnomonic projection), rows from the north.
 * @param place centre of the view
 * @param groundKm width of the view on that plane in km
 * @param side places along a side
 * @returns places in degrees, [side²]
 * @throws GeodriftError `option` if the latitude or the longitude is out of range
 */
export function viewPlaces(place: LatLng, groundKm: number, side: number): LatLng[] {
  const { up, east, north } = tangentFrame(place);
  const step = groundKm / earthRadiusKm / side;
  return Array.from({ length: side * side }, (_, k) => {
    const [row, column] = [Math.floor(k / side), k % side];
    const [x, y] = [(column + 0.5 - side / 2) * step, (side / 2 - row - 0.5) * step];
    return toLatLng(combine(1, up, 1, combine(x, east, y, north)));
  });
}

/** Where the patches of n views are to be read off a map. */
export interface GridLookup {
  /** Row numbers in the tables, level after level, [n, patches, mapReads]. */
  points: Int32Array;
  /** Weights of those rows, of the same shape. */
  shares: Float32Array;
}

/** Number of rows of all tables that one patch is read off. */
export const mapReads = (map: FeatureGridConfig): number =>
  map.reduce((sum, { reads }) => sum + corners * reads * reads, 0);

/** Number of features that one patch has from all levels. */
export const mapFeatures = (map: FeatureGridConfig): number =>
  map.reduce((sum, { reads, channels }) => sum + channels * reads * reads, 0);

/** A lookup of `n` views of grid² patches that are nowhere yet: all weights are zero. */
export function emptyLookup(n: number, { grid, map }: { grid: number; map: FeatureGridConfig }): GridLookup {
  const rows = n * grid * grid * mapReads(map);
  return { points: new Int32Array(rows), shares: new Float32Array(rows) };
}

/**
 * Writes where view `i` is to be read.
 * @param place centre of the view
 * @param groundKm width of the view in km
 * @throws GeodriftError `option` if the latitude or the longitude is out of range
 */
export function lookupInto(
  { points, shares }: GridLookup,
  i: number,
  place: LatLng,
  groundKm: number,
  { grid, map }: { grid: number; map: FeatureGridConfig },
): void {
  const all = mapReads(map);
  let before = 0;
  for (const level of map) {
    const { reads } = level;
    const side = grid * reads;
    viewPlaces(place, groundKm, side).forEach((at, k) => {
      const [row, column] = [Math.floor(k / side), k % side];
      const patch = grid * Math.floor(row / reads) + Math.floor(column / reads);
      const read = reads * (row % reads) + (column % reads);
      cornersInto(points, shares, (i * grid * grid + patch) * all + before + corners * read, at, level);
    });
    before += corners * reads * reads;
  }
}

/**
 * A lookup of `n` views as tensors [n, grid², mapReads], points int32 and shares float32; nothing for a network without
 * a map.
 */
export function lookupTensors(
  { points, shares }: GridLookup,
  n: number,
  { grid, map }: { grid: number; map: FeatureGridConfig },
): { points?: Tensor; shares?: Tensor } {
  if (map.length === 0) return {};
  const shape = [n, grid * grid, mapReads(map)];
  return { points: tensor(points, shape, "int32"), shares: tensor(shares, shape) };
}

/** How much larger features are than the table's numbers, so that a step of AdamW changes a place by more than a thousandth. */
const gain = 5;

/**
 * The table that a level must have for its points to have the given features.
 * @param features [points, channels]
 * @returns weights of the same shape (`mapShape`)
 */
export const mapTable = (features: Float32Array): Float32Array => features.map((v) => v / gain);

/**
 * Reads the features of patches off the map, as weighted sums of grid points.
 * @param p with a table of `mapShape` for each level, `map.0`, `map.1`, …
 * @param points [n, patches, mapReads], int32
 * @param shares weights, of the same shape
 * @returns [n, patches, mapFeatures]
 */
export function readMap(p: Traced, map: FeatureGridConfig, points: Arr, shares: Arr): Arr {
  const [n, patches] = points.shape;
  const ends = map.map((_, l) => mapReads(map.slice(0, l + 1))).slice(0, -1);
  const [own, weights] = [np.split(points, ends, 2) as Arr[], np.split(shares, ends, 2) as Arr[]];
  const features = map.map(({ reads, channels }, l) => {
    const rows = np.take(p[`map.${l}`].ref, own[l].reshape([-1]), 0);
    const shared = rows.mul(weights[l].reshape([-1, 1]));
    const read = shared.reshape([n * patches * reads * reads, corners, channels]).sum(1);
    return read.mul(gain).reshape([n, patches, reads * reads * channels]);
  });
  return np.concatenate(features, -1);
}
