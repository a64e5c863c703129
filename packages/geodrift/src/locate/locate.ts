/** Pictures in, results out, in order: decoding runs ahead while the network works on the batch before. */
import type { SampleOptions } from "@geodrift/core";
import type { Named } from "../data/picture-files.js";
import { type ReadPicture, readPicture } from "../encode/read-picture.js";
import type { LoadedModel } from "../models/load.js";
import { type Located, type LocateFailure, summarize } from "./result.js";

export interface LocateOptions extends SampleOptions {
  /** Samples per image. */
  samples: number;
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
  let samples: Float64Array = new Float64Array();
  let failure: string | undefined;
  try {
    if (good.length > 0)
      samples = await model.locator.sample(await model.encoder.encode(good.map((g) => g.picture)), n, options);
  } catch (e) {
    failure = (e as Error).message;
  }
  const share = (performance.now() - started) / Math.max(1, good.length);
  for (const item of items) {
    if ("error" in item || failure !== undefined) {
      yield { image: item.file, error: "error" in item ? item.error : (failure as string) };
      continue;
    }
    const i = good.indexOf(item);
    yield answer(item, samples.slice(3 * n * i, 3 * n * (i + 1)), share, model, options);
  }
}

function answer(
  { file, picture }: { file: string; picture: ReadPicture },
  samples: Float64Array,
  networkMs: number,
  model: LoadedModel,
  { seed, steps, guidance }: LocateOptions,
): Located | LocateFailure {
  const then = performance.now();
  try {
    const summary = summarize(samples);
    const elapsedMs = Math.round(networkMs + performance.now() - then);
    const named = { name: model.description.name, sha256: model.sha256 };
    return {
      samples,
      result: { image: file, sha256: picture.sha256, model: named, seed, steps, guidance, ...summary, elapsedMs },
    };
  } catch (e) {
    return { image: file, error: (e as Error).message };
  }
}
