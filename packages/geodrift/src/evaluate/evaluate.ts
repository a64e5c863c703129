/** One model on one dataset: every figure that the paper's tables have, and what they lack. */
import {
  type LatLng,
  paths,
  type RecallAgainstArea,
  sampleDistribution,
  toLatLng,
  toVec3,
  vectorAt,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { quickMesh } from "../locate/options.js";
import { withRegions } from "../locate/regions.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { gazetteer } from "../places/bundled-towns.js";
import type { Gazetteer } from "../places/gazetteer.js";
import { labelsOf } from "./areas.js";
import { type EmbeddedDataset, embeddingOf, truthOf } from "./embedded-dataset.js";
import { distancesKm, medoid, type Rule, type RuleFigures, ruleFigures } from "./guesses.js";
import {
  circleRecall,
  type LikelihoodFigures,
  likelihoodFigures,
  type RegionFigures,
  type RegionsSeen,
  regionFigures,
  regionsSeen,
} from "./spread.js";

/** How a model is evaluated. */
export interface EvaluateOptions {
  /** Samples per example, for modes, medoids and regions. */
  samples: number;
  /** Solver of flows and diffusions; the method's default if left out. */
  solver?: string;
  /** Steps of the solver; its own number if left out, then more with guidance. */
  steps?: number;
  /** Of the noise and the samples. */
  seed: number;
  /** w of classifier-free guidance, (1 + w) ψ(c) − w ψ(∅), of the guided sample; the paper has 2. */
  guidance: number;
  /**
   * Examples from the start whose likelihood is taken. If left out, all; of methods in R³, where a density of directions
   * is an integral of densities, 64.
   */
  likelihoods?: number;
  /** Examples from the start whose distribution is also taken whole, on a mesh as `locate` does, where the method has one. */
  whole?: number;
  /** Are areas told as the released code does? See `AreaRule`. */
  official?: boolean;
}

/** Every figure of one model on one dataset. */
export interface Evaluation {
  /** Name, hash of the weights, and method (of generative models their path). */
  model: { name: string; sha256: string; method: string };
  /** Name, fingerprint, and number of examples. */
  dataset: { name: string; fingerprint: string; examples: number };
  /** The options, with the solver and the steps that were taken without guidance. */
  options: EvaluateOptions;
  /** Metrics of single guesses, by the rule that chooses them. */
  rules: RuleFigures[];
  /** Likelihood and localizability; absent where the method has no density. */
  likelihood?: LikelihoodFigures;
  /** Calibration of the density's own regions, from samples; absent for methods without a density. */
  regions?: RegionFigures;
  /** Calibration of regions of whole distributions on a mesh, if they were asked for: those that the model promises. */
  wholeRegions?: RegionFigures;
  /** Recall against area of circles around the modes, or where there are none, the samples. */
  circles: RecallAgainstArea;
}

/** What became of one example. */
export interface ExampleOutcome {
  id: string;
  /** The true place, degrees. */
  truth: LatLng;
  /** The mode, or the only point, degrees. */
  guess: LatLng;
  /** Great-circle distance of the guess from the truth, km. */
  distanceKm: number;
  /** Localizability of the distribution from samples, bits. */
  localizabilityBits?: number;
  /** Probability of the smallest highest-density region that holds the truth, 0 … 1. */
  credibleLevel?: number;
}

/** An evaluation, and what became of every example. */
export interface EvaluationRun {
  evaluation: Evaluation;
  examples: ExampleOutcome[];
}

/** Pictures in one network call: their activations still fit the cache. */
const batchSize = 8;
/** Guided samples of each, of which one is taken. */
const guidedRows = 4;

/** A minute's work. */
const euclideanLikelihoods = 64;

const inSpace = ({ description }: LoadedModel): boolean =>
  description.method === "generative" && paths[description.path].space === "euclidean";

/**
 * Evaluates a model on a dataset.
 * @param extra `towns` tell the areas, those that come with the package if left out; `onExample` is called after each
 * example
 * @throws GeodriftError `data` if the embeddings are not as wide as the model takes; `option` for a solver that the
 * method does not have
 */
export async function evaluate(
  model: LoadedModel,
  data: EmbeddedDataset,
  options: EvaluateOptions,
  { towns, onExample }: { towns?: Gazetteer; onExample?: () => void } = {},
): Promise<EvaluationRun> {
  const { locator, description } = model;
  if (data.width !== locator.width)
    throw new GeodriftError(
      "data",
      `${data.name}: has embeddings of ${data.width} numbers, ${description.name} takes ${locator.width}`,
    );
  const n = data.ids.length;
  const { guesses, seen } = await guess(model, data, options, onExample);
  const rule = { gazetteer: towns ?? gazetteer(), official: options.official ?? false };
  const truths = { places: data.truths, areas: data.areas ?? labelsOf(data.truths, rule), rule };
  const likelihoods = Math.min(n, options.likelihoods ?? (inSpace(model) ? euclideanLikelihoods : n));
  const likelihood = await likelihoodFigures(locator, data, guesses.sample as Float64Array, likelihoods);
  const wholes = await wholeRegionsSeen(model, data, options);
  const best = guesses.mode ?? (guesses.sample as Float64Array);
  const km = distancesKm(data.truths, best);
  return {
    evaluation: {
      model: { name: description.name, sha256: model.sha256, method: methodOf(model) },
      dataset: { name: data.name, fingerprint: data.fingerprint, examples: n },
      options: { ...options, ...solvingOf(description, options, 0) },
      rules: Object.entries(guesses).map(([name, own]) => ruleFigures(name as Rule, own, truths)),
      ...(likelihood && { likelihood }),
      ...(seen.length > 0 && { regions: regionFigures("samples", seen) }),
      ...(wholes.length > 0 && { wholeRegions: regionFigures("mesh", wholes) }),
      circles: circleRecall(km),
    },
    examples: data.ids.map((id, i) => ({
      id,
      truth: truthOf(data, i),
      guess: toLatLng(vectorAt(best, i)),
      distanceKm: km[i],
      ...(seen[i] && { localizabilityBits: seen[i].bits, credibleLevel: seen[i].credible }),
    })),
  };
}

/** The method's name: of generative models, their path. */
export const methodOf = ({ description }: LoadedModel): string =>
  description.method === "generative" ? description.path : description.method;

/** One guess per example and rule, [n, 3] each, and what the regions from samples say of the truths. */
async function guess(
  { locator, description }: LoadedModel,
  data: EmbeddedDataset,
  { samples: count, steps, seed, solver, guidance }: EvaluateOptions,
  onExample?: () => void,
): Promise<{ guesses: Partial<Record<Rule, Float64Array>>; seen: RegionsSeen[] }> {
  const n = data.ids.length;
  const generative = description.method === "generative";
  const drawn = locator.pointwise ? 1 : count;
  const rules: Rule[] = ["sample", ...(generative ? (["guided-sample"] as const) : [])];
  if (!locator.pointwise) rules.push("mode", "medoid");
  const guesses = Object.fromEntries(rules.map((rule) => [rule, new Float64Array(3 * n)])) as Record<
    Rule,
    Float64Array
  >;
  const seen: RegionsSeen[] = [];
  for (let from = 0; from < n; from += batchSize) {
    const to = Math.min(n, from + batchSize);
    const c = data.embeddings.subarray(from * data.width, to * data.width);
    // The images of a batch share their noise. Batches have noise of their own, and examples take different rows of it, so
    // that all guesses are independent.
    const own = seed + 2 * from;
    const plain = await locator.sample(c, drawn, { seed: own, steps, solver, guidance: 0 });
    const guided = generative && (await locator.sample(c, guidedRows, { seed: own + 1, steps, solver, guidance }));
    for (let i = from; i < to; i++) {
      const samples = plain.subarray(3 * drawn * (i - from), 3 * drawn * (i - from + 1));
      guesses.sample.set(vectorAt(samples, i % drawn), 3 * i);
      if (guided) guesses["guided-sample"].set(vectorAt(guided, guidedRows * (i - from) + (i % guidedRows)), 3 * i);
      if (!locator.pointwise) {
        const distribution = sampleDistribution(samples);
        guesses.mode.set(toVec3(distribution.best), 3 * i);
        guesses.medoid.set(medoid(samples), 3 * i);
        // Regions around a few points without a density would promise nothing.
        if (locator.logProb) seen.push(regionsSeen(distribution, data, i));
      }
      onExample?.();
    }
  }
  return { guesses, seen };
}

async function wholeRegionsSeen(
  { locator, description }: LoadedModel,
  data: EmbeddedDataset,
  { whole = 0, steps, solver }: EvaluateOptions,
): Promise<RegionsSeen[]> {
  const seen: RegionsSeen[] = [];
  if (!locator.distributions) return seen;
  for (let i = 0; i < Math.min(whole, data.ids.length); i++) {
    const [distribution] = await locator.distributions(embeddingOf(data, i), {
      ...quickMesh,
      steps,
      solver,
      guidance: 0,
    });
    seen.push(regionsSeen(withRegions(distribution, description), data, i));
  }
  return seen;
}
