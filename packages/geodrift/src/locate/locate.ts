/** Pictures in, results out, in order: decoding runs ahead while the network works on the batch before. */
import {
  meshDistribution,
  type PlaceDistribution,
  type Prior,
  type SampleOptions,
  sampleDistribution,
  withPrior,
} from "@geodrift/core";
import type { Named } from "../data/picture-files.js";
import { type ReadPicture, readPicture } from "../encode/read-picture.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { type Located, type LocateFailure, summarize } from "./result.js";

export interface LocateOptions extends SampleOptions {
  /** Samples per image. */
  samples: number;
  /**
   * Takes the whole distribution, on a mesh, where the method can give it: finer, with outlines, some six times slower.
   * Otherwise everything is read off the samples.
   */
  whole?: boolean;
  /** Localizability in bits below which the answer is "cannot tell". */
  abstain?: number;
  /** Keeps the way of every sample from noise to its place. */
  trajectories?: boolean;
  /** What is known besides the picture; it takes the whole distribution. */
  prior?: Prior;
}

/** Images per network call: enough rows for the matrix products, few enough for a steady progress bar. */
export const batchSize = 8;

type Read = { file: string; picture: ReadPicture } | { file: string; error: string };

/**
 * Locates pictures. Yields one answer for each of `named`, in order; one that cannot be read or located yields its
 * sentence, and the others go on.
 */
export async function* locate(
  named: readonly (string | Named)[],
  model: LoadedModel,
  options: LocateOptions,
): AsyncGenerator<Located | LocateFailure> {
  const items = named.map((n): Named => (typeof n === "string" ? { file: n } : n));
  const read = async (n: Named): Promise<Read> => {
    if ("error" in n) return n;
    try {
      return { file: n.file, picture: await readPicture(n.file, model.encoder.size) };
    } catch (e) {
      return { file: n.file, error: (e as Error).message };
    }
  };
  const batchAt = (b: number) => Promise.all(items.slice(b * batchSize, (b + 1) * batchSize).map(read));
  let ahead = batchAt(0);
  for (let b = 0; b * batchSize < items.length; b++) {
    const batch = await ahead;
    ahead = batchAt(b + 1);
    yield* locateBatch(batch, model, options);
  }
}

async function* locateBatch(
  items: readonly Read[],
  model: LoadedModel,
  options: LocateOptions,
): AsyncGenerator<Located | LocateFailure> {
  const good = items.flatMap((item) => ("picture" in item ? [item] : []));
  const started = performance.now();
  const n = options.samples;
  let [embeddings, samples] = [new Float32Array(), new Float64Array()];
  const states: Float64Array[] = [];
  const onStep = (step: number, points: Float64Array) => {
    if (options.trajectories) states.push(points);
    options.onStep?.(step, points);
  };
  let failure: string | undefined;
  try {
    if (good.length > 0) {
      embeddings = (await model.encoder.encode(good.map((g) => g.picture))) as Float32Array<ArrayBuffer>;
      samples = (await model.locator.sample(embeddings, n, { ...options, onStep })) as Float64Array<ArrayBuffer>;
    }
  } catch (e) {
    failure = (e as Error).message;
  }
  const share = (performance.now() - started) / Math.max(1, good.length);
  const { width } = model.encoder;
  for (const item of items) {
    if ("error" in item || failure !== undefined) {
      yield { image: item.file, error: "error" in item ? item.error : (failure as string) };
      continue;
    }
    const i = good.indexOf(item);
    const own = (points: Float64Array) => points.slice(3 * n * i, 3 * n * (i + 1));
    const embedding = embeddings.slice(width * i, width * (i + 1));
    const located = await answer(item, embedding, own(samples), share, model, options);
    yield "error" in located || states.length === 0 ? located : { ...located, trajectories: states.map(own) };
  }
}

async function answer(
  { file, picture }: { file: string; picture: ReadPicture },
  embedding: Float32Array,
  samples: Float64Array,
  sharedMs: number,
  model: LoadedModel,
  options: LocateOptions,
): Promise<Located | LocateFailure> {
  const then = performance.now();
  const { seed, guidance, abstain } = options;
  try {
    const distribution = await distributionOf(model, embedding, samples, options);
    const summary = summarize(distribution, samples);
    const elapsedMs = Math.round(sharedMs + performance.now() - then);
    const abstained = abstain === undefined ? {} : { abstained: summary.localizabilityBits < abstain };
    const named = { name: model.description.name, sha256: model.sha256 };
    return {
      samples,
      distribution,
      result: {
        image: file,
        sha256: picture.sha256,
        model: named,
        seed,
        ...solvingOf(model, options),
        guidance,
        ...summary,
        elapsedMs,
        ...abstained,
      },
    };
  } catch (e) {
    return { image: file, error: (e as Error).message };
  }
}

async function distributionOf(
  { locator }: LoadedModel,
  embedding: Float32Array,
  samples: Float64Array,
  { whole, prior, steps, guidance, solver }: LocateOptions,
): Promise<PlaceDistribution> {
  if (prior && !locator.distribution)
    throw new Error("a prior wants the whole distribution, which this model's method does not give");
  if (!(whole || prior) || !locator.distribution) return sampleDistribution(samples);
  const distribution = await locator.distribution(embedding, { steps, guidance, solver });
  return prior ? meshDistribution(withPrior(distribution.mesh, prior)) : distribution;
}
