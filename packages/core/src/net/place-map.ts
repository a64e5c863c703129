/**
 * A map of the globe that a network learns: features on a grid of latitudes and longitudes, read between them linearly (the one
 * level of a multiresolution grid, Müller et al. 2022). What lies at a place is then learned where it lies, far sooner than
 * by sines and cosines, which have to be weighed all at once for it.
 *
 * It is read by two tents, of latitude and of longitude, so that the lookup is a matrix product whose gradient is one as well.
 * Longitude goes round, latitude ends at the poles.
 */
import { numpy as np } from "@jax-js/jax";
import { tangentFrame } from "../sphere/frame.js";
import { combine } from "../sphere/geodesic.js";
import { earthRadiusKm, type LatLng, toLatLng } from "../sphere/point.js";

type Arr = np.Array;

export interface PlaceMapConfig {
  /** Between two points of the grid; goes into 180. */
  degrees: number;
  /** Features of a point. */
  channels: number;
}

/** Points along a meridian, poles included, and along a parallel. */
export const mapSize = ({ degrees }: PlaceMapConfig): [rows: number, columns: number] => [
  180 / degrees + 1,
  360 / degrees,
];

/** Of the table of features, one row for each meridian: [columns, rows·channels]. */
export function mapShape(config: PlaceMapConfig): [number, number] {
  const [rows, columns] = mapSize(config);
  return [columns, rows * config.channels];
}

/** Tents of place `k`: weights of latitudes, [rows], and of longitudes, [columns]; two of each are not nought at the most. */
export function mapTentsInto(
  latitudes: Float32Array,
  longitudes: Float32Array,
  k: number,
  { lat, lng }: LatLng,
  config: PlaceMapConfig,
): void {
  const [rows, columns] = mapSize(config);
  const [u, v] = [(90 - lat) / config.degrees, (lng + 180) / config.degrees];
  const [i, j] = [Math.min(rows - 2, Math.floor(u)), Math.floor(v)];
  latitudes[k * rows + i] = 1 - (u - i);
  latitudes[k * rows + i + 1] = u - i;
  longitudes[k * columns + (j % columns)] = 1 - (v - j);
  longitudes[k * columns + ((j + 1) % columns)] = v - j;
}

/**
 * Middles of the patches of a view from straight above, north up: on the plane that touches the globe at its centre (a
 * gnomonic picture), rows from the north.
 */
export function patchPlaces(place: LatLng, groundKm: number, grid: number): LatLng[] {
  const { up, east, north } = tangentFrame(place);
  const step = groundKm / earthRadiusKm / grid;
  return Array.from({ length: grid * grid }, (_, k) => {
    const [row, column] = [Math.floor(k / grid), k % grid];
    const [x, y] = [(column + 0.5 - grid / 2) * step, (grid / 2 - row - 0.5) * step];
    return toLatLng(combine(1, up, 1, combine(x, east, y, north)));
  });
}

/** Tents of all patches of view `i`: [grid², rows] and [grid², columns] of [n, grid², rows] and [n, grid², columns]. */
export function patchTentsInto(
  latitudes: Float32Array,
  longitudes: Float32Array,
  i: number,
  place: LatLng,
  groundKm: number,
  { grid, map }: { grid: number; map: PlaceMapConfig },
): void {
  patchPlaces(place, groundKm, grid).forEach((middle, k) => {
    mapTentsInto(latitudes, longitudes, i * grid * grid + k, middle, map);
  });
}

/** How much larger features are than the table's numbers, so that a step of AdamW changes a place and not only its hundredth. */
const gain = 20;

/** Points of the grid, those of a meridian together, from the north. */
export function mapPoints(config: PlaceMapConfig): LatLng[] {
  const [rows, columns] = mapSize(config);
  return Array.from({ length: rows * columns }, (_, k) => ({
    lat: 90 - config.degrees * (k % rows),
    lng: config.degrees * Math.floor(k / rows) - 180,
  }));
}

/** A table of `mapShape` whose features at the points of the grid, in the order of `mapPoints`, are these. */
export const mapTable = (features: readonly (readonly number[])[]): Float32Array =>
  Float32Array.from(features.flat(), (v) => v / gain);

/**
 * @param table of `mapShape`
 * @param latitudes [n, patches, rows]
 * @param longitudes [n, patches, columns]
 * @returns [n, patches, channels]
 */
export function readMap(table: Arr, latitudes: Arr, longitudes: Arr, channels: number): Arr {
  const [n, patches, rows] = latitudes.shape;
  const meridians = np.matmul(longitudes.reshape([n * patches, longitudes.shape[2]]), table);
  const along = meridians.reshape([n * patches, rows, channels]).mul(latitudes.reshape([n * patches, rows, 1]));
  return along.sum(1).mul(gain).reshape([n, patches, channels]);
}
