/** A mountain out of an elevation model: a disc of it, closed at the side, with colours by rules. Its shape is real, its colours are not. */
import { GeodriftError } from "@geodrift/core/errors";
import type { Elevation } from "./elevation.js";
import type { Mesh } from "./mesh.js";

/** How a landmark is cut out of an elevation model. */
export interface TerrainOptions {
  /** Easting and northing of its middle, metres. */
  centre: readonly [easting: number, northing: number];
  /** Of the disc, metres. */
  radiusM: number;
  /** How many times as high as it is. */
  exaggeration: number;
  /** Snow lies above this height, metres above the sea, where it is not steeper than 35°. */
  snowM: number;
  /** Forest grows below this height, metres above the sea. */
  forestM: number;
  /** North of the middle lies pumice, where an eruption went. */
  pumiceNorth: boolean;
}

type Colour = readonly [number, number, number];
/** sRGB, 0…1. */
const [snow, pumice, rock, forest]: Colour[] = [
  [0.93, 0.95, 0.98],
  [0.62, 0.6, 0.57],
  [0.42, 0.36, 0.31],
  [0.2, 0.32, 0.19],
];

/**
 * The mesh of a disc of an elevation model: its ground, and a wall down to its lowest point.
 * @throws GeodriftError `data` if the disc reaches beyond what was measured
 */
export function terrain(elevation: Elevation, options: TerrainOptions): Mesh {
  const { heights, columns, rows, step, origin } = elevation;
  const { centre, radiusM, exaggeration, snowM, forestM, pumiceNorth } = options;
  const n = Math.floor(radiusM / step);
  const [c0, r0] = centre.map((v, axis) => Math.round((v - origin[axis]) / step));
  if (c0 - n < 1 || r0 - n < 1 || c0 + n > columns - 2 || r0 + n > rows - 2)
    throw new GeodriftError(
      "data",
      `a disc of ${radiusM} m about ${centre.join(", ")} reaches beyond the elevation model`,
    );
  const heightAt = (i: number, j: number) => heights[(c0 + i) * rows + r0 + j];
  const side = 2 * n + 1;
  const index = new Int32Array(side * side).fill(-1);
  const positions: number[] = [];
  const normals: number[] = [];
  const colours: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = -n; i <= n; i++)
    for (let j = -n; j <= n; j++) {
      if (Math.hypot(i, j) > n) continue;
      const h = heightAt(i, j);
      if (!Number.isFinite(h)) throw new GeodriftError("data", "a height inside of the disc was not measured");
      lowest = Math.min(lowest, h);
      const [east, north] = [heightAt(i + 1, j) - heightAt(i - 1, j), heightAt(i, j + 1) - heightAt(i, j - 1)].map(
        (d) => d / (2 * step),
      );
      const slope = (Math.atan(Math.hypot(east, north)) * 180) / Math.PI;
      const length = Math.hypot(exaggeration * east, exaggeration * north, 1);
      index[(i + n) * side + j + n] = positions.length / 3;
      positions.push(i * step, j * step, h * exaggeration);
      normals.push((-exaggeration * east) / length, (-exaggeration * north) / length, 1 / length);
      const northern = pumiceNorth && j * step > 0.1 * radiusM && Math.abs(i) < 1.2 * j + 0.2 * n;
      if (h > snowM && slope < 35) colours.push(...snow);
      else if (northern) colours.push(...pumice);
      else colours.push(...(h < forestM ? forest : rock));
    }
  const triangles: number[] = [];
  const edges = new Map<number, number>();
  const corners = positions.length / 3;
  const add = (a: number, b: number, c: number) => {
    triangles.push(a, b, c);
    for (const [p, q] of [
      [a, b],
      [b, c],
      [c, a],
    ]) {
      if (edges.get(q * corners + p)) edges.delete(q * corners + p);
      else edges.set(p * corners + q, 1);
    }
  };
  for (let i = 0; i < side - 1; i++)
    for (let j = 0; j < side - 1; j++) {
      const [a, b, c, d] = [i * side + j, (i + 1) * side + j, (i + 1) * side + j + 1, i * side + j + 1].map(
        (k) => index[k],
      );
      if (a >= 0 && b >= 0 && c >= 0) add(a, b, c);
      if (a >= 0 && c >= 0 && d >= 0) add(a, c, d);
    }
  const ground = {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    colours: Float32Array.from(colours),
    colour: [1, 1, 1] as const,
    triangles: Uint32Array.from(triangles),
  };
  const wall: number[] = [];
  for (const key of edges.keys()) {
    const [p, q] = [Math.floor(key / corners), key % corners].map((k) => positions.slice(3 * k, 3 * k + 3));
    const [pLow, qLow] = [p, q].map(([x, y]) => [x, y, lowest * exaggeration]);
    wall.push(...p, ...pLow, ...qLow, ...p, ...qLow, ...q);
  }
  const side1 = {
    positions: Float32Array.from(wall),
    colour: rock,
    triangles: Uint32Array.from({ length: wall.length / 3 }, (_, k) => k),
  };
  return { parts: [ground, side1] };
}
