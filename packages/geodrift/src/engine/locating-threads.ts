/**
 * Many pictures through several threads, each with one thread of kernels and a model of its own: what is small enough that two threads of
 * kernels hardly share it gains half as much again, as arithmetic and what is read off it go on side by side.
 */
import { Worker } from "node:worker_threads";
import { fromMessage } from "@geodrift/core/errors";
import PQueue from "p-queue";
import { batchSize, readNamed } from "../locate/locate.js";
import { failedAnswer, type LocateFailure, type LocateResult } from "../locate/result.js";
import type { Named } from "../pictures/picture-files.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { Preparation } from "../pictures/preparation.js";
import type { ReadPicture } from "../pictures/read-picture.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { openThread } from "../runtime/open-threads.js";
import type { FromLocating, LocatingData, PlainAnswer, ToLocating } from "./locating-messages.js";

/** An answer without what maps are drawn from. */
type Answer = { result: LocateResult; camera?: string } | LocateFailure;

/** A thread, and what is asked of it. */
interface LocatingThread {
  /** What pictures have to be. @throws GeodriftError as `loadModel` and `readPrior` */
  preparation: Promise<Preparation>;
  locate(pictures: { file: string; picture: ReadPicture }[]): Promise<PlainAnswer[]>;
  close(): Promise<void>;
}

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
  // Whether there are native kernels is told once.
  await onnxRuntime();
  const threads = Array.from({ length: count }, () => startThread(data));
  try {
    const [preparation] = await Promise.all(threads.map((thread) => thread.preparation));
    const free = [...threads];
    const queue = new PQueue({ concurrency: count });
    const answered = async (items: readonly Named[]): Promise<Answer[]> => {
      const read = await Promise.all(items.map((item) => readNamed(item, reader, preparation)));
      const good = read.flatMap((item) => ("picture" in item ? [item] : []));
      const plain = await queue.add(async () => {
        const thread = free.shift() ?? threads[0];
        const found = await thread.locate(good);
        // One that has failed is not asked again.
        free.push(thread);
        return found;
      });
      let at = 0;
      return read.map((item) =>
        "failure" in item ? failedAnswer(item.file, item.failure) : answerOf((plain as PlainAnswer[])[at++]),
      );
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
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

const answerOf = (plain: PlainAnswer): Answer =>
  "failure" in plain
    ? Object.defineProperty({ ...plain.failure }, "thrown", { value: fromMessage(plain.thrown) })
    : plain;

function startThread(workerData: LocatingData): LocatingThread {
  const worker = new Worker(new URL("./locating-worker.js", import.meta.url), {
    workerData,
    env: { ...process.env, GEODRIFT_THREADS: "1" },
  });
  const waiting = new Map<number, { resolve(answers: PlainAnswer[]): void; reject(e: unknown): void }>();
  let next = 0;
  let closed = false;
  let failure: Error | undefined;
  const preparation = new Promise<Preparation>((resolve, reject) => {
    const failed = (e: Error) => {
      failure ??= e;
      reject(failure);
      for (const call of waiting.values()) call.reject(failure);
    };
    worker.on("message", (message: FromLocating) => {
      if (message.type === "ready") resolve(message.preparation);
      else if (message.type === "failed") failed(fromMessage(message.thrown));
      else waiting.get(message.id)?.resolve(message.answers);
    });
    worker.on("error", failed);
    worker.on("exit", () => failed(new Error("a thread that locates has ended before its work")));
  });
  // Of several threads that cannot begin one is heard.
  preparation.catch(() => undefined);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const say = (message: ToLocating) => worker.postMessage(message);
  return {
    preparation,
    async locate(pictures) {
      // Nobody waits for what is asked of a thread that was told to end.
      if (closed) return new Promise(() => {});
      if (failure) throw failure;
      const id = next++;
      say({ id, pictures });
      const answers = new Promise<PlainAnswer[]>((resolve, reject) => waiting.set(id, { resolve, reject }));
      return answers.finally(() => waiting.delete(id));
    },
    close: openThread(async () => {
      closed = true;
      waiting.clear();
      say("close");
      await ended;
    }),
  };
}
