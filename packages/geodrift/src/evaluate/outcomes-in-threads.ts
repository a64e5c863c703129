/** The outcomes of many examples, taken in several threads. */
import { gainsByThreads, openManyThreads } from "../engine/many-threads.js";
import type { LoadedModel, ResolvedModel } from "../models/load.js";
import { threads } from "../runtime/threads.js";
import { type EmbeddedDataset, rowsOf } from "./embedded-dataset.js";
import { type EvaluateOptions, type Outcome, outcomeBatch, outcomesOf } from "./outcomes.js";
import type { OutcomeRows, OutcomesData } from "./outcomes-worker.js";

/**
 * What a model does with examples, as `outcomesOf` tells it: by the model that is open, or where there are many, by as many threads as
 * there are cores that each open their own, then to seven digits, as sums depend on the number of threads.
 * @param resolved what the model was opened from
 * @param options with the encoder in place of the model's own, as it was named
 * @param at `first`: place of the first row in the whole dataset, from 0; a multiple of `outcomeBatch`. `onExample` is called after each
 * example
 * @throws GeodriftError if the model cannot be opened, and as `outcomesOf`
 */
export function outcomesBy(
  resolved: ResolvedModel,
  model: LoadedModel,
  data: EmbeddedDataset,
  { encoder, ...options }: EvaluateOptions & { encoder?: string },
  at: { first?: number; onExample?: () => void },
): Promise<Outcome[]> {
  const count = Math.min(threads(), Math.floor(data.ids.length / outcomeBatch));
  return count > 1 && gainsByThreads(resolved)
    ? outcomesInThreads(data, { model: resolved.name, encoder, options }, { ...at, count })
    : outcomesOf(model, data, options, at);
}

async function outcomesInThreads(
  data: EmbeddedDataset,
  asked: OutcomesData,
  { first = 0, count, onExample }: { first?: number; count: number; onExample?: () => void },
): Promise<Outcome[]> {
  const worker = new URL("./outcomes-worker.js", import.meta.url);
  const threads = await openManyThreads<OutcomeRows, Outcome[], undefined>(worker, asked, count);
  try {
    const pieces: Promise<Outcome[]>[] = [];
    for (let from = 0; from < data.ids.length; from += outcomeBatch) {
      const make = (): OutcomeRows => {
        const { embeddings, ...rows } = rowsOf(data, from, Math.min(data.ids.length, from + outcomeBatch));
        // Copies of their own: of a view a message takes the whole of what it looks at.
        const own = { ...rows, embeddings: embeddings.slice(), truths: rows.truths.slice() };
        return { data: own, first: first + from };
      };
      pieces.push(threads.ask(make, onExample));
    }
    return (await Promise.all(pieces)).flat();
  } finally {
    await threads.close();
  }
}
