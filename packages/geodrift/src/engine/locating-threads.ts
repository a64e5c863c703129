/** Many pictures through several threads. */
import { fromMessage } from "@geodrift/core/errors";
import { batchSize, readNamed } from "../locate/locate.js";
import { failedAnswer, type LocateFailure, type LocateResult } from "../locate/result.js";
import type { Named } from "../pictures/picture-files.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { Preparation } from "../pictures/preparation.js";
import type { LocatingData, PlainAnswer, ReadFile } from "./locating-worker.js";
import { openManyThreads } from "./many-threads.js";

/** An answer without what maps are drawn from. */
type Answer = { result: LocateResult; camera?: string } | LocateFailure;

/**
 * Locates pictures as `locate` does, to the same answers, but for what maps are drawn from.
 * @param reader who reads the files
 * @param count threads
 * @throws GeodriftError if the model or the prior cannot be opened
 */
export async function* locateInThreads(
  named: readonly Named[],
  data: LocatingData,
  reader: PictureReader,
  count: number,
): AsyncGenerator<Answer> {
  const worker = new URL("./locating-worker.js", import.meta.url);
  const threads = await openManyThreads<ReadFile[], PlainAnswer[], Preparation>(worker, data, count);
  try {
    const answered = async (items: readonly Named[]): Promise<Answer[]> => {
      const read = await Promise.all(items.map((item) => readNamed(item, reader, threads.ready)));
      const good = read.flatMap((item) => ("picture" in item ? [item] : []));
      const plain = await threads.ask(() => good);
      let at = 0;
      return read.map((item) => ("failure" in item ? failedAnswer(item.file, item.failure) : answerOf(plain[at++])));
    };
    const begun: Promise<Answer[]>[] = [];
    for (let from = 0; from < named.length || begun.length > 0; ) {
      // One batch is read for every one that is computed.
      for (; from < named.length && begun.length < 2 * count; from += batchSize) {
        const next = answered(named.slice(from, from + batchSize));
        // Whoever takes no more answers does not hear what became of it.
        next.catch(() => undefined);
        begun.push(next);
      }
      yield* await (begun.shift() as Promise<Answer[]>);
    }
  } finally {
    await threads.close();
  }
}

const answerOf = (plain: PlainAnswer): Answer =>
  "failure" in plain
    ? Object.defineProperty({ ...plain.failure }, "thrown", { value: fromMessage(plain.thrown) })
    : plain;
