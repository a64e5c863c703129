/** What a model does with examples: all that the figures of an evaluation are made of, of each example by itself. */
import { paths, sampleDistribution, toVec3, type Vec3, vectorAt } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { quickMesh } from "../locate/options.js";
import { withRegions } from "../locate/regions.js";
import type { LoadedModel } from "../models/load.js";
import type { AreaLabels } from "../pictures/dataset.js";
import { type EmbeddedDataset, embeddingOf, rowsOf } from "./embedded-dataset.js";
import { medoid, type Rule } from "./guesses.js";
import { type LogDensities, type RegionsSeen, regionsSeen } from "./spread.js";

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
}

/** What a model does with one example. */
export interface Outcome {
  id: string;
  /** The true place, a unit vector. */
  truth: Vec3;
  /** Areas of the true place, where the dataset names them. */
  areas?: AreaLabels;
  /** One guess by each rule that the method has, unit vectors. */
  guesses: Partial<Record<Rule, Vec3>>;
  /** What regions from samples say of the truth, where the method has a density. */
  regions?: RegionsSeen;
  /** Of the true place, and of the guess by the rule `sample`, where they are taken. */
  logDensity?: LogDensities;
  /** What regions of the whole distribution say of the truth, where it is taken. */
  whole?: RegionsSeen;
}

/** Examples at a time: their likelihoods share a solver, and where they are divided among several, each takes so many. */
export const outcomeBatch = 128;
/** Pictures in one network call: their activations still fit the cache. */
const sampledAtOnce = 8;

/** A minute's work. */
const euclideanLikelihoods = 64;

const inSpace = ({ description }: LoadedModel): boolean =>
  description.method === "generative" && paths[description.path].space === "euclidean";

/**
 * What a model does with examples. What becomes of each is told by its place in the dataset, whatever else is asked beside it.
 * @param at `first`: place of the first row in the whole dataset, from 0; a multiple of `outcomeBatch`. `onExample` is called after each
 * example
 * @throws GeodriftError `data` if the embeddings are not as wide as the model takes; `option` for a solver that the
 * method does not have; `model` if a flow is not a number, or too stiff for the tolerance
 */
export async function outcomesOf(
  model: LoadedModel,
  data: EmbeddedDataset,
  options: EvaluateOptions,
  { first = 0, onExample }: { first?: number; onExample?: () => void } = {},
): Promise<Outcome[]> {
  const { locator, description } = model;
  if (data.width !== locator.width)
    throw new GeodriftError(
      "data",
      `${data.name}: has embeddings of ${data.width} numbers, ${description.name} takes ${locator.width}`,
    );
  const outcomes: Outcome[] = [];
  for (let from = 0; from < data.ids.length; from += outcomeBatch) {
    const rows = rowsOf(data, from, Math.min(data.ids.length, from + outcomeBatch));
    const place = first + from;
    const own = await guessed(model, rows, options, place, onExample);
    await addLikelihoods(model, rows, own, (options.likelihoods ?? mostLikelihoods(model)) - place);
    await addWholes(model, rows, own, options, (options.whole ?? 0) - place);
    outcomes.push(...own);
  }
  return outcomes;
}

const mostLikelihoods = (model: LoadedModel): number =>
  inSpace(model) ? euclideanLikelihoods : Number.POSITIVE_INFINITY;

/** One guess per example and rule, and what the regions from samples say of the truths. */
async function guessed(
  { locator, description }: LoadedModel,
  data: EmbeddedDataset,
  { samples: count, steps, seed, solver, guidance }: EvaluateOptions,
  first: number,
  onExample?: () => void,
): Promise<Outcome[]> {
  const n = data.ids.length;
  const generative = description.method === "generative";
  const drawn = locator.pointwise ? 1 : count;
  const options = { steps, solver };
  // All guesses are independent: images that are sampled together take different rows of the noise that they share, or have noise of
  // their own.
  const guided =
    generative &&
    (await locator.sample(data.embeddings, 1, { ...options, seed: seed + 2 * first + 1, guidance, apart: true }));
  const outcomes: Outcome[] = [];
  for (let from = 0; from < n; from += sampledAtOnce) {
    const to = Math.min(n, from + sampledAtOnce);
    const c = rowsOf(data, from, to).embeddings;
    const plain = await locator.sample(c, drawn, { ...options, seed: seed + 2 * (first + from), guidance: 0 });
    for (let i = from; i < to; i++) {
      const row = first + i;
      const samples = plain.subarray(3 * drawn * (i - from), 3 * drawn * (i - from + 1));
      const guesses: Outcome["guesses"] = { sample: vectorAt(samples, row % drawn) };
      if (guided) guesses["guided-sample"] = vectorAt(guided, i);
      const outcome: Outcome = { id: data.ids[i], truth: vectorAt(data.truths, i), guesses };
      if (data.areas) outcome.areas = data.areas[i];
      if (!locator.pointwise) {
        const distribution = sampleDistribution(samples);
        guesses.mode = toVec3(distribution.best);
        guesses.medoid = medoid(samples);
        // Regions around a few points without a density would promise nothing.
        if (locator.logProb) outcome.regions = regionsSeen(distribution, data, i);
      }
      outcomes.push(outcome);
      onExample?.();
    }
  }
  return outcomes;
}

/** Log densities of the first `most` rows, without guidance. */
async function addLikelihoods(
  { locator }: LoadedModel,
  data: EmbeddedDataset,
  outcomes: readonly Outcome[],
  most: number,
): Promise<void> {
  const n = Math.min(most, outcomes.length);
  if (!locator.logProb || n <= 0) return;
  const points = new Float64Array(6 * n);
  for (let i = 0; i < n; i++) {
    points.set(outcomes[i].truth, 6 * i);
    points.set(outcomes[i].guesses.sample as Vec3, 6 * i + 3);
  }
  const logs = await locator.logProb(rowsOf(data, 0, n).embeddings, points, { guidance: 0 });
  for (let i = 0; i < n; i++) outcomes[i].logDensity = { truth: logs[2 * i], sample: logs[2 * i + 1] };
}

/** What regions of whole distributions say, of the first `most` rows. */
async function addWholes(
  { locator, description }: LoadedModel,
  data: EmbeddedDataset,
  outcomes: readonly Outcome[],
  { steps, solver }: EvaluateOptions,
  most: number,
): Promise<void> {
  if (!locator.distributions) return;
  for (let i = 0; i < Math.min(most, outcomes.length); i++) {
    const [distribution] = await locator.distributions(embeddingOf(data, i), {
      ...quickMesh,
      steps,
      solver,
      guidance: 0,
    });
    outcomes[i].whole = regionsSeen(withRegions(distribution, description), data, i);
  }
}
