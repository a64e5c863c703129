/** One model on one dataset: every figure that the paper's tables have, and what they lack. */
import {
  accuracyRadiiKm,
  angle,
  bootstrap,
  type Calibration,
  calibration,
  distanceMetrics,
  earthRadiusKm,
  type Interval,
  type ManifoldMetrics,
  manifoldMetrics,
  officialManifoldMetrics,
  sampleDistribution,
  toVec3,
  type Vec3,
  vectorAt,
} from "@geodrift/core";
import type { Dataset, Example } from "../data/dataset.js";
import type { LoadedModel } from "../models/load.js";

export interface EvaluateOptions {
  /** Samples per example, for modes, medoids and calibration. */
  samples: number;
  steps: number;
  solver?: string;
  seed: number;
  /** Guidance of the guided sample; the paper has 2. */
  guidance: number;
  /** Examples from the start of the dataset; all of them if left out. */
  most?: number;
  onExample?: () => void;
}

/** How a distribution becomes one guess. */
export type Rule = "sample" | "guided-sample" | "mode" | "medoid";

export interface Figure {
  value: number;
  /** 95 % by the bootstrap over examples. */
  interval: Interval;
}

export interface RuleFigures {
  rule: Rule;
  meanKm: Figure;
  medianKm: Figure;
  geoScore: Figure;
  /** Share nearer than each radius. */
  accuracy: { radiusKm: number; share: number }[];
  /** Absent for fewer than four examples, which have no third neighbours. */
  manifold?: ManifoldMetrics;
  /** In blocks of a twentieth, as the released code has it. */
  officialManifold?: ManifoldMetrics;
}

export interface Evaluation {
  model: { name: string; sha256: string; method: string };
  dataset: { name: string; fingerprint: string; examples: number };
  options: Omit<EvaluateOptions, "onExample">;
  rules: RuleFigures[];
  /** −log p of the true places; absent where the method has no density. */
  negativeLogLikelihood?: { nats: Figure; bitsPerDimension: number };
  /** Mean over the examples; absent for methods of one point. */
  localizabilityBits?: number;
  calibration?: Calibration;
}

const batchSize = 16;
/** Examples whose likelihoods share a solver. */
const likelihoodBatch = 512;

interface Collected {
  truths: number[];
  embeddings: Float32Array[];
  guesses: Record<Rule, number[]>;
  credible: number[];
  bits: number;
}

export async function evaluate(model: LoadedModel, dataset: Dataset, options: EvaluateOptions): Promise<Evaluation> {
  const count = Math.min(dataset.length, options.most ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(count)) throw new Error(`${dataset.name}: is without end; say how many examples to take`);
  const seen: Collected = {
    truths: [],
    embeddings: [],
    guesses: { sample: [], "guided-sample": [], mode: [], medoid: [] },
    credible: [],
    bits: 0,
  };
  let batch: Example[] = [];
  for await (const example of dataset.examples(0, count)) {
    batch.push(example);
    if (batch.length === batchSize) {
      await collect(batch, model, options, seen);
      batch = [];
    }
  }
  if (batch.length > 0) await collect(batch, model, options, seen);
  const n = seen.embeddings.length;
  if (n === 0) throw new Error(`${dataset.name}: holds no examples`);
  const { description } = model;
  const { onExample, ...stated } = options;
  const spread = seen.credible.length > 0;
  const nll = await negativeLogLikelihood(model, seen);
  return {
    model: { name: description.name, sha256: model.sha256, method: methodOf(model) },
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint, examples: n },
    options: stated,
    rules: (Object.keys(seen.guesses) as Rule[])
      .filter((rule) => seen.guesses[rule].length > 0)
      .map((rule) => figuresOf(rule, seen)),
    ...(nll && { negativeLogLikelihood: nll }),
    ...(spread && { localizabilityBits: seen.bits / n, calibration: calibration(seen.credible) }),
  };
}

const methodOf = ({ description }: LoadedModel): string =>
  description.method === "generative" ? description.path : description.method;

async function collect(batch: Example[], model: LoadedModel, options: EvaluateOptions, seen: Collected): Promise<void> {
  const { samples: n, steps, seed, solver, guidance, onExample } = options;
  const { width } = model.encoder;
  const embeddings = await model.encoder.encode(batch.map((e) => e.picture));
  const generative = model.description.method === "generative";
  const pointwise = model.description.method === "regression";
  const plain = await model.locator.sample(embeddings, pointwise ? 1 : n, { seed, steps, solver, guidance: 0 });
  // Every image gets the same noise; examples take different rows of it, so that no single draw decides a figure.
  const rows = batchSize;
  const guided =
    generative && (await model.locator.sample(embeddings, rows, { seed: seed + 1, steps, solver, guidance }));
  batch.forEach((example, i) => {
    const index = seen.embeddings.length;
    seen.truths.push(...toVec3(example.place));
    seen.embeddings.push(embeddings.slice(width * i, width * (i + 1)));
    if (pointwise) seen.guesses.sample.push(...vectorAt(plain, i));
    else {
      const own = plain.subarray(3 * n * i, 3 * n * (i + 1));
      const d = sampleDistribution(own);
      seen.guesses.sample.push(...vectorAt(own, index % n));
      seen.guesses.mode.push(...toVec3(d.best));
      seen.guesses.medoid.push(...medoid(own));
      // The credible level of the truth: the share of places at least as dense, the truth itself among them.
      const truth = d.logProbNats(example.place);
      const denser = d.sampleLogProbsNats.filter((p) => p > truth).length + 1;
      seen.credible.push(denser / (n + 1));
      seen.bits += d.localizabilityBits;
    }
    if (guided) seen.guesses["guided-sample"].push(...vectorAt(guided, rows * i + (index % rows)));
    onExample?.();
  });
}

/** The sample with the least sum of distances to the others. */
function medoid(points: Float64Array): Vec3 {
  const n = points.length / 3;
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n && sum < least; j++)
      sum +=
        2 *
        Math.asin(
          Math.min(
            1,
            Math.sqrt(
              (points[3 * i] - points[3 * j]) ** 2 +
                (points[3 * i + 1] - points[3 * j + 1]) ** 2 +
                (points[3 * i + 2] - points[3 * j + 2]) ** 2,
            ) / 2,
          ),
        );
    if (sum < least) [best, least] = [i, sum];
  }
  return vectorAt(points, best);
}

function figuresOf(rule: Rule, { truths, guesses }: Collected): RuleFigures {
  const n = truths.length / 3;
  const own = guesses[rule];
  const km = Float64Array.from({ length: n }, (_, i) => earthRadiusKm * angle(vectorAt(truths, i), vectorAt(own, i)));
  const all = distanceMetrics(km);
  const figure = (of: (d: ReturnType<typeof distanceMetrics>) => number): Figure => ({
    value: of(all),
    interval: bootstrap(n, (indices) => of(distanceMetrics(Float64Array.from(indices, (i) => km[i]))), { rounds: 200 }),
  });
  const [t, g] = [Float64Array.from(truths), Float64Array.from(own)];
  return {
    rule,
    meanKm: figure((d) => d.meanKm),
    medianKm: figure((d) => d.medianKm),
    geoScore: figure((d) => d.meanGeoScore),
    accuracy: accuracyRadiiKm.map((radiusKm, i) => ({ radiusKm, share: all.accuracy[i] })),
    ...(n > 3 && { manifold: manifoldMetrics(t, g) }),
    // Blocks of a twentieth need more than three examples each.
    ...(n > 80 && { officialManifold: officialManifoldMetrics(t, g) }),
  };
}

async function negativeLogLikelihood(
  { locator }: LoadedModel,
  { truths, embeddings }: Collected,
): Promise<Evaluation["negativeLogLikelihood"]> {
  if (!locator.logProb) return undefined;
  const n = embeddings.length;
  const nats: number[] = [];
  for (let from = 0; from < n; from += likelihoodBatch) {
    const some = embeddings.slice(from, from + likelihoodBatch);
    const together = new Float32Array(some.length * locator.width);
    some.forEach((e, i) => {
      together.set(e, i * locator.width);
    });
    const points = Float64Array.from(truths.slice(3 * from, 3 * (from + some.length)));
    nats.push(...(await locator.logProb(together, points, { guidance: 0, tolerance: 1e-4 })).map((l) => -l));
  }
  const mean = (indices: Uint32Array) => indices.reduce((sum, i) => sum + nats[i], 0) / indices.length;
  const value = mean(Uint32Array.from({ length: n }, (_, i) => i));
  return {
    nats: { value, interval: bootstrap(n, mean, { rounds: 200 }) },
    // As the paper counts: three dimensions, though the sphere has two.
    bitsPerDimension: value / (3 * Math.LN2),
  };
}
