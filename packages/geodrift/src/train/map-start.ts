/**
 * Where the learned map of places begins: with the principal components of the colours that the training's rasters show at its
 * points, every kind of view in its share of the examples. Begun at nought it takes far longer until it
 * tells more than a coast.
 */
import { earthRadiusKm, type LatLng, mapPoints, mapTable, type PlaceMapConfig } from "@geodrift/core";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { CaptionedViewsOptions, EarthSource } from "../data/captioned-views.js";
import { isHeldOut } from "../data/held-out.js";
import type { Raster } from "../data/raster.js";
import { renderViewInto } from "../data/view.js";

/**
 * Features of unit variance over the globe. Points in held-out discs have the mean of all, which is nought.
 * @returns the table of `mapShape`
 */
export function mapStart(
  source: EarthSource,
  { kinds, heldOut }: Pick<CaptionedViewsOptions, "kinds" | "heldOut">,
  config: PlaceMapConfig,
): Float32Array {
  const months = [...source.months.values()];
  const layers: [raster: Raster, share: number][] = [
    ...months.map((raster): [Raster, number] => [raster, (1 - kinds.relief - kinds.night) / months.length]),
    [source.relief, kinds.relief],
    [source.night, kinds.night],
  ];
  const points = mapPoints(config);
  const seen = points.map((place) => !isHeldOut(heldOut, place));
  const widthKm = (config.degrees * Math.PI * earthRadiusKm) / 180;
  const colours = new Matrix(points.filter((_, i) => seen[i]).map((place) => coloursAt(layers, place, widthKm)));
  // Points lie the closer the nearer to a pole.
  const areas = points.flatMap(({ lat }, i) => (seen[i] ? [Math.max(0, Math.cos((lat * Math.PI) / 180))] : []));
  const all = areas.reduce((sum, area) => sum + area);
  const shares = areas.map((area) => area / all);
  const mean = Matrix.rowVector(shares).mmul(colours);
  colours.subRowVector(mean.getRow(0));
  const covariance = colours.transpose().mmul(colours.clone().mulColumnVector(shares));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  // Eigenvalues come in rising order.
  const first = Array.from({ length: config.channels }, (_, k) => covariance.columns - 1 - k).filter((k) => k >= 0);
  const features = colours.mmul(eigenvectorMatrix.subMatrixColumn(first));
  // What varies by less than a level of 255 is no more than noise.
  features.divRowVector(first.map((k) => Math.sqrt(Math.max(1, realEigenvalues[k]))));
  const rows = features.to2DArray().values();
  const none = new Array<number>(config.channels).fill(0);
  return mapTable(seen.map((is) => (is ? [...(rows.next().value as number[]), ...none.slice(first.length)] : none)));
}

/** Mean red, green and blue of every layer, by the root of its share: their squares are what an error costs. */
function coloursAt(layers: readonly (readonly [Raster, number])[], place: LatLng, widthKm: number): number[] {
  const rgba = new Uint8Array(4);
  return layers.flatMap(([raster, share]) => {
    renderViewInto(rgba, raster, { place, heading: 0, widthKm }, 1);
    return [...rgba.subarray(0, 3)].map((v) => Math.sqrt(share) * v);
  });
}
