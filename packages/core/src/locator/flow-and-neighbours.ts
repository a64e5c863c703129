/**
 * A flow and the nearest neighbours in one distribution: p = w · flow + (1 − w) · a von Mises–Fisher kernel on each of the
 * places of the most similar pictures. The two err differently (LocDiff, Wang et al. 2025): a flow has learned what pictures
 * of a place have in common, neighbours remember the very place.
 */
import { logSumExp } from "../density/log-sum-exp.js";
import { type MeshDistribution, meshDistribution } from "../density/mesh-distribution.js";
import { meshOfDensity } from "../density/mesh-of-density.js";
import { GeodriftError } from "../errors/geodrift-error.js";
import { Generator } from "../random/generator.js";
import { earthRadiusKm, type Vec3, vectorAt } from "../sphere/point.js";
import { logPeakDensity, sampleVonMisesFisher } from "../sphere/von-mises-fisher.js";
import { meshForPriors, stepsAt, wholeMesh } from "./fineness.js";
import type { Locator } from "./locator.js";
import type { NeighbourSearch } from "./neighbour-search.js";

/** How a flow and neighbours are mixed. */
export interface FlowAndNeighboursOptions {
  /** Standard deviation of the kernels, km. */
  widthKm: number;
  /** Share of the flow, w, 0 … 1. */
  weight: number;
}

/** Stream of the seed that decides which samples are neighbours'. */
const stream = 7;

/** Samples of the flow that tell the mesh where to begin fine. */
const hinted = 162;

/**
 * Mixes a flow with kernels on the places of the nearest pictures, each with an equal share. Whole distributions are without guidance (GeodriftError
 * `option`), and as fine whether they are wanted quickly or not.
 * @param flow a locator with a density on the sphere
 * @param search finds the nearest pictures; both are disposed of with this locator
 */
export function flowAndNeighboursLocator(
  flow: Locator & Required<Pick<Locator, "logProb">>,
  search: NeighbourSearch,
  { widthKm, weight }: FlowAndNeighboursOptions,
): Locator {
  const { width } = flow;
  const { neighbours } = search;
  const kappa = (earthRadiusKm / widthKm) ** 2;

  const placesNear = async (embeddings: Float32Array) => placesOfEach(await search.nearest(embeddings), neighbours);

  /** Adds the kernels to log densities of the flow, in place. */
  function mixed(flowLogs: Float64Array, points: Float64Array, near: readonly Vec3[]): Float64Array {
    for (let i = 0; i < flowLogs.length; i++) {
      const kernels = kernelLogDensity(vectorAt(points, i), near, kappa);
      flowLogs[i] = logSumExp([Math.log(weight) + flowLogs[i], Math.log1p(-weight) + kernels]);
    }
    return flowLogs;
  }

  return {
    width,
    async sample(embeddings, n, o) {
      const all = await flow.sample(embeddings, n, o);
      (await placesNear(embeddings)).forEach((near, i) => {
        // The same random numbers for every image: results do not depend on what else is in the batch.
        const random = new Generator(o.seed, stream);
        for (let k = 0; k < n; k++) {
          const own = random.uniform() < weight;
          const drawn = sampleVonMisesFisher(near[random.integer(neighbours)], kappa, random);
          if (!own) all.set(drawn, 3 * (i * n + k));
        }
      });
      return all;
    },
    async logProb(embeddings, points, o) {
      const logs = await flow.logProb(embeddings, points, o);
      const near = await placesNear(embeddings);
      const n = logs.length / near.length;
      near.forEach((places, i) => {
        mixed(logs.subarray(i * n, (i + 1) * n), points.subarray(3 * i * n, 3 * (i + 1) * n), places);
      });
      return logs;
    },
    async distributions(embeddings, { priors, stop, quick, level, tolerance, steps: _, ...o }) {
      // Guidance bends a flow until it folds, and then its map has no density that could be mixed with another.
      if (o.guidance > 0)
        throw new GeodriftError(
          "option",
          `a flow with neighbours has no whole distribution with guidance, got ${o.guidance}`,
        );
      // There is one mesh here, and what would make a quick one coarse is not meant for it.
      const asked = quick
        ? {}
        : { ...(level !== undefined && { level }), ...(tolerance !== undefined && { tolerance }) };
      const near = await placesNear(embeddings);
      const drawn = await flow.sample(embeddings, hinted, { ...o, seed: 0 });
      const maps: MeshDistribution[] = [];
      for (const [i, places] of near.entries()) {
        const c = embeddings.subarray(i * width, (i + 1) * width);
        const fineness = priors?.[i] ? meshForPriors : wholeMesh;
        const logDensity = async (points: Float64Array, anywhere: boolean) => {
          stop?.();
          const steps = stepsAt(fineness, anywhere);
          return mixed(await flow.logProb(c, points, { mode: "map", guidance: 0, steps }), points, places);
        };
        const samples = drawn.slice(3 * hinted * i, 3 * hinted * (i + 1));
        const peaks = places.map((centre) => ({ centre, radius: 0.5 / Math.sqrt(kappa) }));
        maps.push(
          meshDistribution(
            await meshOfDensity(logDensity, { samples, peaks }, { ...fineness, ...o, ...asked, prior: priors?.[i] }),
          ),
        );
      }
      return maps;
    },
    async dispose() {
      await flow.dispose();
      await search.dispose();
    },
  };
}

/** Places that a search has found, by image. @param found unit vectors, [images, neighbours, 3] */
export const placesOfEach = (found: Float64Array, neighbours: number): Vec3[][] =>
  Array.from({ length: found.length / (3 * neighbours) }, (_, i) =>
    Array.from({ length: neighbours }, (_, k) => vectorAt(found, i * neighbours + k)),
  );

/**
 * Log density of equal von Mises–Fisher kernels at a point, nats per steradian.
 * @param kappa their concentration
 */
export function kernelLogDensity(x: Vec3, centres: readonly Vec3[], kappa: number): number {
  // κ (1 − cos) by the chord, which keeps its digits near a centre.
  const chords = centres.map((c) => (x[0] - c[0]) ** 2 + (x[1] - c[1]) ** 2 + (x[2] - c[2]) ** 2);
  return logPeakDensity(kappa) - Math.log(centres.length) + logSumExp(chords.map((chord) => (-kappa * chord) / 2));
}

/** A mixture as it fits best, and what it is worth. */
export interface FittedMixture {
  widthKm: number;
  weight: number;
  /** Mean log density of the true places, nats per steradian. */
  nats: number;
}

/**
 * The width of the kernels and the share of the flow by greatest likelihood: for every width the share by expectation
 * maximisation (Dempster, Laird & Rubin 1977), which has one maximum here, and the best of them.
 * @param flowLogs log densities of the flow at the true places of pictures that neither flow nor index has seen
 * @param near places of each one's neighbours
 * @param truths their true places
 * @param widthsKm what is tried
 * @throws GeodriftError `model` if a density is not a number
 */
export function fitMixture(
  flowLogs: ArrayLike<number>,
  near: readonly (readonly Vec3[])[],
  truths: readonly Vec3[],
  widthsKm: readonly number[],
): FittedMixture {
  const fits = widthsKm.map((widthKm): FittedMixture => {
    const kernels = truths.map((x, i) => kernelLogDensity(x, near[i], (earthRadiusKm / widthKm) ** 2));
    let weight = 0.5;
    let nats = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < rounds; round++) {
      let [shares, total] = [0, 0];
      kernels.forEach((kernel, i) => {
        const [a, b] = [Math.log(weight) + flowLogs[i], Math.log1p(-weight) + kernel];
        const sum = logSumExp([a, b]);
        shares += Math.exp(a - sum);
        total += sum;
      });
      const gained = total / truths.length - nats;
      nats = total / truths.length;
      // Neither of the two is ever thought impossible.
      weight = Math.min(0.999, Math.max(0.001, shares / truths.length));
      if (gained < 1e-9) break;
    }
    return { widthKm, weight, nats };
  });
  const odd = fits.find(({ nats }) => !Number.isFinite(nats));
  if (odd) throw new GeodriftError("model", `a mixture that is ${odd.nats} nats likely cannot be fitted`);
  return fits.reduce((best, fit) => (fit.nats > best.nats ? fit : best));
}

/** Most rounds of expectation maximisation. */
const rounds = 1000;
