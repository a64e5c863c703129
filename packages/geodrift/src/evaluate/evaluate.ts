/** One model on one dataset: every figure that the paper's tables have, and what they lack. */
import { type LatLng, type RecallAgainstArea, toLatLng, type Vec3 } from "@geodrift/core";
import type { LoadedModel } from "../models/load.js";
import type { ModelDescription } from "../models/schema.js";
import { solvingOf } from "../models/solving.js";
import { gazetteer } from "../places/bundled-towns.js";
import type { Gazetteer } from "../places/gazetteer.js";
import { labelsOf } from "./areas.js";
import type { EmbeddedDataset } from "./embedded-dataset.js";
import { distancesKm, type Rule, type RuleFigures, ruleFigures } from "./guesses.js";
import { type EvaluateOptions, type Outcome, outcomesOf } from "./outcomes.js";
import {
  circleRecall,
  type LikelihoodFigures,
  likelihoodFigures,
  type RegionFigures,
  regionFigures,
} from "./spread.js";

/** How an evaluation is made. */
export interface FigureOptions extends EvaluateOptions {
  /** Are areas told as the released code does? See `AreaRule`. */
  official?: boolean;
}

/** What is said of the model that was evaluated. */
export interface EvaluatedModel {
  description: ModelDescription;
  /** Of all weights, hexadecimal. */
  sha256: string;
}

/** Every figure of one model on one dataset. */
export interface Evaluation {
  /** Name, hash of the weights, and method (of generative models their path). */
  model: { name: string; sha256: string; method: string };
  /** Name, fingerprint, and number of examples. */
  dataset: { name: string; fingerprint: string; examples: number };
  /** The options, with the solver and the steps that were taken without guidance. */
  options: FigureOptions;
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

/**
 * Evaluates a model on a dataset.
 * @param extra `towns` tell the areas, those that come with the package if left out; `onExample` is called after each
 * example
 * @throws GeodriftError as `outcomesOf`
 */
export async function evaluate(
  model: LoadedModel,
  data: EmbeddedDataset,
  { official, ...options }: FigureOptions,
  { towns, onExample }: { towns?: Gazetteer; onExample?: () => void } = {},
): Promise<EvaluationRun> {
  const outcomes = await outcomesOf(model, data, options, { onExample });
  return evaluationOf(model, data, outcomes, { ...options, official }, towns);
}

/**
 * The figures of outcomes.
 * @param outcomes of all examples, in order
 * @param towns tell the areas
 */
export function evaluationOf(
  { description, sha256 }: EvaluatedModel,
  { name, fingerprint }: Pick<EmbeddedDataset, "name" | "fingerprint">,
  outcomes: readonly Outcome[],
  { samples, seed, guidance, likelihoods, whole, official, ...solving }: FigureOptions,
  towns: Gazetteer = gazetteer(),
): EvaluationRun {
  const rule = { gazetteer: towns, official: official ?? false };
  const places = flat(outcomes.map((o) => o.truth));
  const areas = outcomes.some((o) => o.areas) ? outcomes.map((o) => o.areas ?? {}) : labelsOf(places, rule);
  const rules = Object.keys(outcomes[0].guesses) as Rule[];
  const guessesBy = (own: Rule) => flat(outcomes.map((o) => o.guesses[own] as Vec3));
  const km = distancesKm(places, guessesBy(bestRule(outcomes[0])));
  const likelihood = likelihoodFigures(outcomes.flatMap((o) => o.logDensity ?? []));
  const seen = outcomes.flatMap((o) => o.regions ?? []);
  const wholes = outcomes.flatMap((o) => o.whole ?? []);
  return {
    evaluation: {
      model: { name: description.name, sha256, method: methodOf(description) },
      dataset: { name, fingerprint, examples: outcomes.length },
      options: {
        ...{ samples, seed, guidance, likelihoods, whole, official },
        ...solvingOf(description, solving, 0),
      },
      rules: rules.map((own) => ruleFigures(own, guessesBy(own), { places, areas, rule })),
      ...(likelihood && { likelihood }),
      ...(seen.length > 0 && { regions: regionFigures("samples", seen) }),
      ...(wholes.length > 0 && { wholeRegions: regionFigures("mesh", wholes) }),
      circles: circleRecall(km),
    },
    examples: outcomes.map((outcome, i) => ({
      id: outcome.id,
      truth: toLatLng(outcome.truth),
      guess: toLatLng(outcome.guesses[bestRule(outcome)] as Vec3),
      distanceKm: km[i],
      ...(outcome.regions && {
        localizabilityBits: outcome.regions.bits,
        credibleLevel: outcome.regions.credible,
      }),
    })),
  };
}

const bestRule = ({ guesses }: Outcome): Rule => (guesses.mode ? "mode" : "sample");

/** Vectors one after another, [n, 3]. */
const flat = (vectors: readonly Vec3[]): Float64Array => Float64Array.from(vectors.flat());

/** The method's name: of generative models, their path. */
export const methodOf = (description: ModelDescription): string =>
  description.method === "generative" ? description.path : description.method;
