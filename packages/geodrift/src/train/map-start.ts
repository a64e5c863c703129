/**
 * Where the learned map of places begins: with the principal components of the colours that the training's rasters show at its
 * points, every kind of view in its share of the examples; of a finer level, of what the coarser one before it
 * has not said. Begun at zero it takes far longer until it tells more than a coast.
 */
import { type Tensor, tensor } from "@geodrift/compile";
import {
  cornersInto,
  earthRadiusKm,
  type FeatureGridConfig,
  type LatLng,
  type MapLevel,
  mapPoints,
  mapShape,
  mapTable,
} from "@geodrift/core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { CaptionedViewsOptions, EarthSource } from "../earth/captioned-views.js";
import { isHeldOut } from "../earth/held-out.js";
import type { Raster } from "../earth/raster.js";
import { renderViewInto } from "../earth/view.js";

type Layers = readonly (readonly [raster: Raster, share: number])[];

/**
 * Features of unit variance over the globe. Points in held-out discs have the mean of all, which is zero; near their
 * borders the finer level knows their colours, which views from outside show as well.
 * @param config levels of the map, from coarse to fine
 * @returns `map.0`, `map.1`, …: a table of `mapShape` for every level
 */
export function mapStart(
  source: EarthSource,
  { kinds, heldOut }: Pick<CaptionedViewsOptions, "kinds" | "heldOut">,
  config: FeatureGridConfig,
): Record<string, Tensor> {
  const months = [...source.months.values()];
  const layers: Layers = [
    ...months.map((raster): [Raster, number] => [raster, (1 - kinds.relief - kinds.night) / months.length]),
    [source.relief, kinds.relief],
    [source.night, kinds.night],
  ];
  const tables: Record<string, Tensor> = {};
  let before: { level: MapLevel; colours: Float32Array } | undefined;
  for (const [l, level] of config.entries()) {
    const points = mapPoints(level);
    const colours = coloursOf(layers, points, (level.degrees * Math.PI * earthRadiusKm) / 180);
    const rest = before ? withoutCoarser(colours, points, before.colours, before.level) : colours;
    const seen = points.map((place) => !isHeldOut(heldOut, place));
    tables[`map.${l}`] = tensor(mapTable(principalComponents(rest, points, seen, level.channels)), mapShape(level));
    before = { level, colours };
  }
  return tables;
}

/** Red, green and blue of every layer. */
const numbersOf = (layers: Layers): number => 3 * layers.length;

/** Mean colours about points by the root of a layer's share, since their squares are what an error costs: [points, numbers]. */
function coloursOf(layers: Layers, points: readonly LatLng[], widthKm: number): Float32Array {
  const numbers = numbersOf(layers);
  const out = new Float32Array(points.length * numbers);
  const rgba = new Uint8Array(4);
  points.forEach((place, i) => {
    layers.forEach(([raster, share], l) => {
      renderViewInto(rgba, raster, { place, heading: 0, widthKm }, 1);
      for (let c = 0; c < 3; c++) out[i * numbers + 3 * l + c] = Math.sqrt(share) * rgba[c];
    });
  });
  return out;
}

/** Colours less what a coarser level says between its own points. */
function withoutCoarser(
  colours: Float32Array,
  points: readonly LatLng[],
  coarser: Float32Array,
  level: MapLevel,
): Float32Array {
  const numbers = colours.length / points.length;
  const [rows, shares] = [new Int32Array(4), new Float32Array(4)];
  const out = colours.slice();
  points.forEach((place, i) => {
    cornersInto(rows, shares, 0, place, level);
    for (let k = 0; k < 4; k++)
      for (let c = 0; c < numbers; c++) out[i * numbers + c] -= shares[k] * coarser[rows[k] * numbers + c];
  });
  return out;
}

/** The first components over the points that are seen, of mean zero and variance one: [points, channels]. */
function principalComponents(
  values: Float32Array,
  points: readonly LatLng[],
  seen: readonly boolean[],
  channels: number,
): Float32Array {
  const numbers = values.length / points.length;
  const rows = points.flatMap((_, i) => (seen[i] ? [i] : []));
  const at = (i: number, c: number) => values[i * numbers + c];
  const mean = Array.from({ length: numbers }, (_, c) => rows.reduce((sum, i) => sum + at(i, c), 0) / rows.length);
  const covariance = Matrix.zeros(numbers, numbers);
  const own = new Float64Array(numbers);
  for (const i of rows) {
    for (let c = 0; c < numbers; c++) own[c] = at(i, c) - mean[c];
    for (let c = 0; c < numbers; c++)
      for (let d = 0; d <= c; d++) covariance.set(c, d, covariance.get(c, d) + (own[c] * own[d]) / rows.length);
  }
  for (let c = 0; c < numbers; c++) for (let d = 0; d < c; d++) covariance.set(d, c, covariance.get(c, d));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const out = new Float32Array(points.length * channels);
  // Eigenvalues come in rising order. What varies by less than a level of 255 is no more than noise.
  for (let k = 0; k < Math.min(channels, numbers); k++) {
    const direction = eigenvectorMatrix.getColumn(numbers - 1 - k);
    const deviation = Math.sqrt(Math.max(1, realEigenvalues[numbers - 1 - k]));
    for (const i of rows)
      out[i * channels + k] = direction.reduce((sum, v, c) => sum + v * (at(i, c) - mean[c]), 0) / deviation;
  }
  return out;
}
