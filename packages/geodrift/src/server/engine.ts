/** The computing thread as the server sees it: a bounded queue before it, answers and steps out of it. */
import { Worker } from "node:worker_threads";
import { tensor } from "@geodrift/compile";
import { type PlaceDistribution, readDistribution } from "@geodrift/core";
import PQueue from "p-queue";
import type { LocateResult } from "../locate/result.js";
import type { Answer, FromEngine, LocateJob, ToEngine } from "./engine-messages.js";

/** The queue is full: come back later. */
export class BusyError extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super(`the server is busy; try again in ${retryAfterSeconds} s`);
  }
}

/** What the request asks for cannot be done. */
export class AskedError extends Error {}

/** The thread that computes has stopped. */
export class EngineStoppedError extends Error {}

export interface EngineAnswer {
  result: LocateResult;
  distribution: PlaceDistribution;
  samples: Float64Array;
}

export interface EngineOptions {
  /** Requests that may wait. */
  mostWaiting: number;
}

export interface LocateCall {
  signal: AbortSignal;
  /** Before others: higher numbers first. */
  priority?: number;
  onStep?: (step: { step: number; steps: number; points: Float32Array }) => void;
}

/** One computes while the next is decoded. */
const atOnce = 2;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
  onStep?: LocateCall["onStep"];
}

export class Engine {
  private worker: Worker | undefined;
  private readonly queue = new PQueue({ concurrency: atOnce });
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private closed = false;
  /** Of a request from its start to its end, running mean in seconds. */
  private seconds = 0.3;
  /** Requests whose pictures are still on their way. */
  private reserved = 0;

  constructor(private readonly options: EngineOptions) {}

  get load(): { running: number; waiting: number; most: number } {
    return { running: this.queue.pending, waiting: this.queue.size + this.reserved, most: this.options.mostWaiting };
  }

  /**
   * Keeps a place in the queue while a picture is read, so that those that would be refused are refused before.
   * @throws BusyError if there is none
   * @returns gives the place back
   */
  reserve(): () => void {
    const { waiting, most } = this.load;
    if (waiting >= most) throw new BusyError(Math.max(1, Math.ceil((waiting * this.seconds) / atOnce)));
    this.reserved++;
    let held = true;
    return () => {
      if (held) this.reserved--;
      held = false;
    };
  }

  /** @throws AskedError, EngineStoppedError, or the signal's reason */
  async locate(job: LocateJob, { signal, priority = 1, onStep }: LocateCall): Promise<EngineAnswer> {
    const answer = await this.queue.add(() => this.run(job, signal, onStep), { signal, priority });
    const tensors = Object.entries(answer.tensors).map(([name, { data, dims, type }]) => [
      name,
      tensor(data as Float32Array, [...dims], type as "float32"),
    ]);
    return { result: answer.result, ...readDistribution(Object.fromEntries(tensors)) };
  }

  private async run(job: LocateJob, signal: AbortSignal, onStep: LocateCall["onStep"]): Promise<Answer> {
    signal.throwIfAborted();
    const id = this.next++;
    const started = performance.now();
    const cancel = () => this.send({ type: "cancel", id });
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject, onStep });
        this.send({ type: "locate", id, job });
      });
      this.seconds += (performance.now() - started - 1000 * this.seconds) / 10_000;
      return answer;
    } catch (e) {
      signal.throwIfAborted();
      throw e;
    } finally {
      signal.removeEventListener("abort", cancel);
      this.waiting.delete(id);
    }
  }

  private send(message: ToEngine): void {
    if (this.closed) throw new EngineStoppedError("the server is stopping");
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(new URL("./engine-worker.js", import.meta.url));
    worker.on("message", (message: FromEngine) => {
      const call = this.waiting.get(message.id);
      if (!call) return;
      if (message.type === "step") call.onStep?.(message);
      else if (message.type === "answer") call.resolve(message.answer);
      else call.reject(message.asked ? new AskedError(message.message) : new Error(message.message));
    });
    const stopped = (why: string) => {
      if (this.worker === worker) this.worker = undefined;
      for (const call of this.waiting.values()) call.reject(new EngineStoppedError(why));
    };
    worker.on("error", (e: Error) => stopped(`the thread that computes has failed: ${e.message}`));
    worker.on("exit", () => stopped("the thread that computes has stopped"));
    return worker;
  }

  /** Resolves when everything that runs or waits is done. */
  async idle(): Promise<void> {
    await this.queue.onIdle();
  }

  async close(): Promise<void> {
    this.queue.clear();
    await this.queue.onIdle();
    this.closed = true;
    await this.worker?.terminate();
  }
}
