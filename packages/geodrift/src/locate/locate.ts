/** Pictures in, results out, in order: decoding runs ahead while the network works on the batch before. */
import type { SampleOptions } from "@geodrift/core";
import { type ReadPicture, readPicture } from "../encode/read-picture.js";
import type { LoadedModel } from "../models/load.js";
import { type Located, type LocateFailure, summarize } from "./result.js";

export interface LocateOptions extends SampleOptions {
  /** Samples per image. */
  samples: number;
}

/** Images per network call: enough rows for the matrix products, few enough for a steady progress bar. */
const batchSize = 8;

type Read = { file: string; picture: ReadPicture } | { file: string; error: string };

/**
 * Locates pictures. Yields one answer per file, in the order of the files; a file that cannot be read yields its
 * sentence, and the others go on.
 */
export async function* locate(
  files: readonly string[],
  model: LoadedModel,
  options: LocateOptions,
): AsyncGenerator<Located | LocateFailure> {
  const read = (file: string): Promise<Read> =>
    readPicture(file, model.encoder.size).then(
      (picture) => ({ file, picture }),
      (e: Error) => ({ file, error: e.message }),
    );
  const batches = Array.from({ length: Math.ceil(files.length / batchSize) }, (_, b) =>
    files.slice(b * batchSize, (b + 1) * batchSize),
  );
  let ahead = Promise.all((batches[0] ?? []).map(read));
  for (let b = 0; b < batches.length; b++) {
    const items = await ahead;
    ahead = Promise.all((batches[b + 1] ?? []).map(read));
    yield* locateBatch(items, model, options);
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
  const samples =
    good.length > 0
      ? await model.locator.sample(await model.encoder.encode(good.map((g) => g.picture)), n, options)
      : new Float64Array();
  const share = (performance.now() - started) / Math.max(1, good.length);
  for (const item of items) {
    if ("error" in item) {
      yield { image: item.file, error: item.error };
      continue;
    }
    const then = performance.now();
    const i = good.indexOf(item);
    const own = samples.slice(3 * n * i, 3 * n * (i + 1));
    const summary = summarize(own);
    const { name } = model.description;
    yield {
      samples: own,
      result: {
        image: item.file,
        sha256: item.picture.sha256,
        model: { name, sha256: model.sha256 },
        seed: options.seed,
        steps: options.steps,
        guidance: options.guidance,
        ...summary,
        elapsedMs: Math.round(share + performance.now() - then),
      },
    };
  }
}
