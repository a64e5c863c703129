/**
 * Several threads that do the same work side by side, each with one thread of kernels and a model of its own: what is small enough that
 * two threads of kernels hardly share it gains half as much again, as arithmetic and what is read off it go on at once.
 */
import { Worker } from "node:worker_threads";
import { fromMessage } from "@geodrift/core/errors";
import PQueue from "p-queue";
import type { ResolvedModel } from "../models/load.js";
import { device } from "../runtime/device.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { openThread } from "../runtime/open-threads.js";
import type { FromThread, ToThread } from "./many-threads-messages.js";

/**
 * Does a model gain by several threads? Large encoders keep all cores busy by themselves, and they, or all the pictures that a
 * model knows, would be in memory several times.
 */
export const gainsByThreads = ({ encoder, description }: ResolvedModel): boolean =>
  encoder.config.kind === "places" && description.method === "generative" && device() === "cpu";

/** Threads that are open. */
export interface ManyThreads<Ask, Answer, Ready> {
  /** What each says before it begins. */
  ready: Ready;
  /**
   * Has the next free thread do a piece of work.
   * @param make the piece, made when a thread is free for it
   * @param onProgress called whenever the thread says that it is further
   * @throws as the work of the thread
   */
  ask(make: () => Ask, onProgress?: () => void): Promise<Answer>;
  /** Ends them; nobody hears of what was still asked. */
  close(): Promise<void>;
}

/** One of them. */
interface OneThread<Ask, Answer, Ready> {
  ready: Promise<Ready>;
  ask(ask: Ask, onProgress?: () => void): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Opens threads.
 * @param worker what runs in each: a module that calls `answerAsked`
 * @param data what each begins with
 * @param count how many
 * @throws GeodriftError if one of them cannot begin
 */
export async function openManyThreads<Ask, Answer, Ready>(
  worker: URL,
  data: unknown,
  count: number,
): Promise<ManyThreads<Ask, Answer, Ready>> {
  // Whether there are native kernels is told once.
  await onnxRuntime();
  const threads = Array.from({ length: count }, () => startThread<Ask, Answer, Ready>(worker, data));
  const close = async () => void (await Promise.all(threads.map((thread) => thread.close())));
  try {
    const [ready] = await Promise.all(threads.map((thread) => thread.ready));
    const free = [...threads];
    const queue = new PQueue({ concurrency: count });
    let failure: unknown;
    return {
      ready,
      ask: (make, onProgress) =>
        queue.add(async () => {
          const thread = free.shift();
          // One that has failed is not asked again, nor one that is busy.
          if (!thread) throw failure;
          const answer = await thread.ask(make(), onProgress).catch((e: unknown) => {
            failure = e;
            throw e;
          });
          free.push(thread);
          return answer;
        }),
      close,
    };
  } catch (e) {
    await close();
    throw e;
  }
}

function startThread<Ask, Answer, Ready>(module: URL, workerData: unknown): OneThread<Ask, Answer, Ready> {
  const worker = new Worker(module, { workerData, env: { ...process.env, GEODRIFT_THREADS: "1" } });
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(e: unknown): void; onProgress?(): void }>();
  let next = 0;
  let closed = false;
  let failure: Error | undefined;
  const ready = new Promise<Ready>((resolve, reject) => {
    const failed = (e: Error) => {
      failure ??= e;
      reject(failure);
      for (const call of waiting.values()) call.reject(failure);
    };
    worker.on("message", (message: FromThread<Answer, Ready>) => {
      if (message.type === "ready") resolve(message.ready);
      else if (message.type === "failed") failed(fromMessage(message.thrown));
      else if (message.type === "progress") waiting.get(message.id)?.onProgress?.();
      else waiting.get(message.id)?.resolve(message.answer);
    });
    worker.on("error", failed);
    worker.on("exit", () => failed(new Error("a thread with a model has ended before its work")));
  });
  // Of several threads that cannot begin one is heard.
  ready.catch(() => undefined);
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const say = (message: ToThread<Ask>) => worker.postMessage(message);
  return {
    ready,
    async ask(ask, onProgress) {
      // Nobody waits for what is asked of a thread that was told to end.
      if (closed) return new Promise(() => {});
      if (failure) throw failure;
      const id = next++;
      say({ id, ask });
      const answer = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject, onProgress }));
      return answer.finally(() => waiting.delete(id));
    },
    close: openThread(async () => {
      closed = true;
      waiting.clear();
      say("close");
      await ended;
    }),
  };
}
