/** The computing thread as the server sees it: a bounded queue before it, answers and steps out of it. */
import { Worker } from "node:worker_threads";
import { receivedTensors } from "@geodrift/compile";
import { type PlaceDistribution, readDistribution } from "@geodrift/core";
import { fromMessage, GeodriftError } from "@geodrift/core/errors";
import PQueue from "p-queue";
import type { LocateResult } from "../locate/result.js";
import { withoutTelemetry } from "../runtime/without-telemetry.js";
import type {
  Answer,
  DrawingStep,
  FromEngine,
  ImagineJob,
  LiftAnswer,
  LiftJob,
  LiftStep,
  LocateJob,
  ToEngine,
} from "./engine-messages.js";
import { BusyError } from "./errors.js";

/** An answer with its distribution. */
export interface EngineAnswer {
  result: LocateResult;
  distribution: PlaceDistribution;
  /** Unit vectors [n, 3]. */
  samples: Float64Array;
  /** Of the tensors that both are read from. */
  bytes: number;
}

/** How much may wait before the computing thread. */
export interface EngineOptions {
  /** Requests that may wait. */
  mostWaiting: number;
  /** Bytes of pictures that may wait, 512 MiB if left out; one picture that has more by itself may wait alone. */
  maxBytes?: number;
}

/** Who waits for an answer, and what they hear on the way. */
export interface LocateCall {
  /** Withdraws the request. */
  signal: AbortSignal;
  /** Before others: higher numbers first; 1 if left out. */
  priority?: number;
  /** Hears of every step of the solver; points [n, 3]. */
  onStep?: (step: { step: number; steps: number; points: Float32Array }) => void;
}

/** One computes while the next is decoded. */
const atOnce = 2;

const defaultMaxBytes = 512 * 2 ** 20;

/** How long the thread may take to put its models away. */
const patienceMs = 10_000;

/** Who waits for pictures, and what they hear on the way. */
export interface ImagineCall {
  /** Withdraws the request. */
  signal: AbortSignal;
  /** Hears of every step of every picture. */
  onDrawing(drawing: DrawingStep): void;
}

/** A place in the queue, from before a picture is read to its answer. */
export interface Place {
  /** Counts bytes that have come. @throws BusyError if others hold too many for that */
  hold(bytes: number): void;
  /** To be called when the request has its answer. */
  giveBack(): void;
}

/** Who waits for a field, and what they hear on the way. */
export interface LiftingCall {
  /** Withdraws the request; what has been done is kept. */
  signal: AbortSignal;
  onLifting(at: LiftStep): void;
}

/** Lifts take minutes: one is under way, between whose steps other requests have their turn, and few wait. */
const mostLiftsWaiting = 3;
/** What a lift is guessed to take before one has been made, seconds. */
const liftSeconds = 120;

/** Whoever waits for the thread's messages about one job. */
interface Waiting {
  hear(message: Said): void;
  reject(error: Error): void;
}

type Said = Exclude<FromEngine, { type: "error" }>;

/** The computing thread, started with the first request, and the queue before it; two requests are in it at a time. */
export class Engine {
  private worker: Worker | undefined;
  private readonly queue = new PQueue({ concurrency: atOnce });
  private readonly lifts = new PQueue({ concurrency: 1 });
  private readonly ending = new AbortController();
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private closed = false;
  /** Of a request from its start to its end, running mean in seconds. */
  private seconds = 0.3;
  /** Requests that hold a place, from before their picture is read to their answer, and the bytes they may have. */
  private places = 0;
  private bytes = 0;

  constructor(private readonly options: EngineOptions) {}

  /** How many requests run and wait, and how many may wait. */
  get load(): { running: number; waiting: number; most: number } {
    const { pending } = this.queue;
    return { running: pending, waiting: Math.max(0, this.places - pending), most: this.options.mostWaiting };
  }

  /**
   * Keeps a place for a request, from before its picture is read, so that those that would be refused are refused before.
   * @param announced bytes that its picture may have; only those that it is said to hold are counted
   * @throws BusyError (GeodriftError `busy`) if there is none
   */
  reserve(announced = 0): Place {
    const { mostWaiting, maxBytes = defaultMaxBytes } = this.options;
    const busy = () => new BusyError(Math.max(1, Math.ceil((this.places * this.seconds) / atOnce)));
    const tooMuch = (more: number) => this.places > 0 && this.bytes + more > maxBytes;
    if (this.places >= mostWaiting + atOnce || tooMuch(announced)) throw busy();
    this.places++;
    let [held, own] = [true, 0];
    return {
      hold: (bytes) => {
        // Alone, it may have more than there is for all.
        if (this.places > 1 && this.bytes + bytes > maxBytes) throw busy();
        own += bytes;
        this.bytes += bytes;
      },
      giveBack: () => {
        if (!held) return;
        held = false;
        this.places--;
        this.bytes -= own;
      },
    };
  }

  /**
   * Locates a picture when its turn comes.
   * @throws what the thread has thrown, GeodriftError `stopped` if it has ended, or the signal's reason
   */
  async locate(job: LocateJob, { signal, priority = 1, onStep }: LocateCall): Promise<EngineAnswer> {
    const answer = await this.queued<Answer>(
      (id) => ({ type: "locate", id, job }),
      { signal, priority },
      (message, done) => {
        if (message.type === "step") onStep?.(message);
        else if (message.type === "answer") done(message.answer);
      },
    );
    return readLater(answer);
  }

  /**
   * Makes the pictures of a plan.
   * @returns which model did
   * @throws as `locate`
   */
  imagine(job: ImagineJob, { signal, onDrawing }: ImagineCall): Promise<{ name: string; sha256: string }> {
    return this.queued(
      (id) => ({ type: "imagine", id, job }),
      { signal, priority: 1 },
      (message, done) => {
        if (message.type === "drawing") onDrawing(message.drawing);
        else if (message.type === "drawn") done(message.model);
      },
    );
  }

  /**
   * Lifts a landmark's model into a field, after those that were asked for before.
   * @throws as `locate`, and BusyError (GeodriftError `busy`) if too many wait
   */
  async lift(job: LiftJob, { signal, onLifting }: LiftingCall): Promise<LiftAnswer> {
    if (this.lifts.size >= mostLiftsWaiting) throw new BusyError(liftSeconds);
    return this.queued(
      (id) => ({ type: "lift", id, job }),
      { signal: AbortSignal.any([signal, this.ending.signal]), priority: 0, queue: this.lifts },
      (message, done) => {
        if (message.type === "lifting") onLifting(message.at);
        else if (message.type === "lifted") done(message.answer);
      },
    );
  }

  /** Ends the lifts that are under way or wait: asked for again, they go on from where they were. */
  endLifts(): void {
    this.ending.abort(new GeodriftError("stopped", "the server is stopping"));
  }

  private async queued<T>(
    ask: (id: number) => ToEngine,
    { signal, priority, queue = this.queue }: { signal: AbortSignal; priority: number; queue?: PQueue },
    hear: (message: Said, done: (result: T) => void) => void,
  ): Promise<T> {
    // What waits can be taken out of the queue; what runs holds its place until it has really ended.
    const queued = new AbortController();
    let started = false;
    const leave = () => {
      if (!started) queued.abort(signal.reason);
    };
    signal.throwIfAborted();
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await queue.add(
        () => {
          started = true;
          return queue === this.queue ? this.timed(() => this.run(ask, signal, hear)) : this.run(ask, signal, hear);
        },
        { signal: queued.signal, priority },
      );
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.seconds += (performance.now() - started - 1000 * this.seconds) / 10_000;
    return result;
  }

  private async run<T>(
    ask: (id: number) => ToEngine,
    signal: AbortSignal,
    hear: (message: Said, done: (result: T) => void) => void,
  ): Promise<T> {
    const id = this.next++;
    const cancel = () => this.send({ type: "cancel", id });
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await new Promise<T>((resolve, reject) => {
        this.waiting.set(id, { hear: (message) => hear(message, resolve), reject });
        this.send(ask(id));
      });
    } catch (e) {
      signal.throwIfAborted();
      throw e;
    } finally {
      signal.removeEventListener("abort", cancel);
      this.waiting.delete(id);
    }
  }

  private send(message: ToEngine): void {
    if (this.closed) throw new GeodriftError("stopped", "the server is stopping");
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    withoutTelemetry();
    const worker = new Worker(new URL("./engine-worker.js", import.meta.url));
    worker.on("message", (message: FromEngine) => {
      const call = this.waiting.get(message.id);
      if (!call) return;
      if (message.type === "error") call.reject(fromMessage(message.thrown));
      else call.hear(message);
    });
    const stopped = (why: string, cause?: Error) => {
      // It may have been followed by another, whose requests go on.
      if (this.worker !== worker) return;
      this.worker = undefined;
      for (const call of this.waiting.values()) call.reject(new GeodriftError("stopped", why, { cause }));
    };
    worker.on("error", (e: Error) => stopped(`the thread that computes has failed: ${e.message}`, e));
    worker.on("exit", () => stopped("the thread that computes has stopped"));
    return worker;
  }

  /** Resolves when everything that runs or waits is done. */
  async idle(): Promise<void> {
    await Promise.all([this.queue.onIdle(), this.lifts.onIdle()]);
  }

  /** Waits for what runs, then at most 10 seconds for the thread to put its models away; what waits is forgotten. */
  async close(): Promise<void> {
    this.queue.clear();
    this.endLifts();
    await this.idle();
    const { worker } = this;
    if (worker) this.send({ type: "close" });
    this.closed = true;
    if (!worker) return;
    const late = new Promise((resolve) => setTimeout(resolve, patienceMs).unref());
    await Promise.race([new Promise((resolve) => worker.once("exit", resolve)), late]);
  }
}

/** Modes and the like were computed by the thread already: here they are wanted only of a density that is asked something. */
function readLater({ result, tensors }: Answer): EngineAnswer {
  let read: ReturnType<typeof readDistribution> | undefined;
  const density = () => {
    read ??= readDistribution(receivedTensors(tensors));
    return read;
  };
  return {
    result,
    bytes: Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0),
    get distribution() {
      return density().distribution;
    },
    get samples() {
      return density().samples;
    },
  };
}
