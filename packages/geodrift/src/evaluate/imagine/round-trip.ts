/** There and back: a picture made at a place, located by a model that had nothing to do with making it. */
import { distanceKm, distanceMetrics, type LatLng } from "@geodrift/core";
import { infer } from "../../locate/infer.js";
import { withRegions } from "../../locate/regions.js";
import type { LoadedModel } from "../../models/load.js";
import type { Picture } from "../../pictures/picture.js";
import { toPng } from "../../pictures/png.js";
import { decodeSquare } from "../../pictures/read-picture.js";
import { type Figure, figures } from "../figure.js";

/** How near pictures are located to the places that they were made for. */
export interface RoundTrip {
  /** Median distance, km. */
  medianKm: Figure;
  /** Mean GeoScore, 0 … 5000. */
  geoScore: Figure;
  /** Share of the places, 0 … 1, that lie in the highest-density region of 90 %. */
  covered: Figure;
}

/** Pictures in one run. */
const atOnce = 16;

/**
 * Locates pictures, and compares the best guesses and distributions with the places that the pictures were made for. 256
 * samples each, where the model has no whole distribution.
 * @param places degrees, one for every picture
 */
export async function roundTrip(
  model: LoadedModel,
  pictures: readonly Picture[],
  places: readonly LatLng[],
): Promise<RoundTrip> {
  const distances = new Float64Array(pictures.length);
  const covered = new Float64Array(pictures.length);
  for (let from = 0; from < pictures.length; from += atOnce) {
    const part = pictures.slice(from, from + atOnce);
    // As from a file: they may be of another size than the encoder takes.
    const files = await Promise.all(part.map((picture) => toPng(picture)));
    const squares = await Promise.all(files.map((file) => decodeSquare(file, model.encoder.preparation)));
    const embeddings = await model.encoder.encode(squares);
    const inferred = await infer(model.locator, embeddings, { samples: 256, seed: 0, guidance: 0 });
    inferred.forEach(({ distribution }, i) => {
      const place = places[from + i];
      distances[from + i] = distanceKm(distribution.best, place);
      covered[from + i] = withRegions(distribution, model.description).credibleLevel(place) <= 0.9 ? 1 : 0;
    });
  }
  return figures(pictures.length, (indices) => {
    const own = distanceMetrics(Float64Array.from(indices, (i) => distances[i]));
    const within = indices.reduce((sum, i) => sum + covered[i], 0) / indices.length;
    return { medianKm: own.medianKm, geoScore: own.meanGeoScore, covered: within };
  });
}
