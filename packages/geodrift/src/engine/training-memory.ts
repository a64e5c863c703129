/** The training's views in a thread of their own: reading the rasters and listing the views takes half a minute, once. */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { fromMessage } from "@geodrift/core/errors";
import PQueue from "p-queue";
import type { AlikeView } from "../imagine/training-views.js";
import { BusyError } from "./errors.js";
import type { MemoryAnswer, MemoryQuestion, MemoryWork } from "./training-memory-messages.js";

/** Questions that may wait: the page asks once for every picture. */
const mostWaiting = 32;

/** The training's views of one model, opened in a thread with the first question. */
export class TrainingMemory {
  private worker: Worker | undefined;
  private readonly queue = new PQueue({ concurrency: 1 });

  constructor(private readonly work: MemoryWork) {}

  /**
   * Of the training views near a place, the one that is most like a picture.
   * @returns undefined where there is none of the kind
   * @throws BusyError (GeodriftError `busy`) if 32 questions wait already, what the thread has thrown, or the signal's
   * reason
   */
  async nearest(question: MemoryQuestion, signal: AbortSignal): Promise<AlikeView | undefined> {
    if (this.queue.size >= mostWaiting) throw new BusyError(10);
    return this.queue.add(() => {
      signal.throwIfAborted();
      return this.ask(question);
    });
  }

  private async ask(question: MemoryQuestion): Promise<AlikeView | undefined> {
    this.worker ??= new Worker(new URL("./training-memory-worker.js", import.meta.url), { workerData: this.work });
    const answered = once(this.worker, "message").catch((e: Error) => {
      this.worker = undefined;
      throw e;
    });
    this.worker.postMessage(question);
    const [answer] = (await answered) as [MemoryAnswer];
    if ("thrown" in answer) throw fromMessage(answer.thrown);
    return answer.view;
  }

  /** Ends the thread; what waits is forgotten. */
  async close(): Promise<void> {
    this.queue.clear();
    await this.worker?.terminate();
  }
}
