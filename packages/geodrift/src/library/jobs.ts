/** What the library is busy with while its pages are looked at: one thing at a time. */

import { Worker } from "node:worker_threads";
import { failureOf, fromMessage, GeodriftError } from "@geodrift/core/errors";
import type { z } from "zod";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { job } from "./contract.js";
import { type EstimateOptions, estimateQueue, type LocatePicture } from "./estimate-queue.js";
import type { Library } from "./library.js";
import { takeLooks } from "./looks.js";
import type { ScanMessage, ScanTask } from "./scan-worker.js";

const names = { scan: "a scan", estimate: "estimates", looks: "looking at pictures" } as const;

/** What the library is busy with, or was last. */
export type JobState = z.infer<typeof job>;

/** Runs scans, estimates and looks in the background, one at a time. */
export class Jobs {
  private job: JobState | undefined;
  private cancel: (() => void) | undefined;
  private end = Promise.resolve();
  private startedAt = 0;

  /** @param onFailure told of what was thrown by a job that failed */
  constructor(
    private readonly library: Library,
    private readonly onFailure?: (thrown: unknown) => void,
  ) {}

  /** What is under way, or was last; undefined if nothing was yet. */
  get state(): JobState | undefined {
    if (this.job?.running) this.job.elapsedMs = Date.now() - this.startedAt;
    return this.job;
  }

  /**
   * Starts a scan of folders in a thread of its own.
   * @throws GeodriftError `conflict` if something else is under way
   */
  scan(folders: string[]): void {
    const workerData: ScanTask = { library: this.library.name, folders };
    this.start("scan", (job) => {
      const worker = new Worker(new URL("./scan-worker.js", import.meta.url), { workerData });
      this.cancel = () => worker.postMessage("stop");
      return new Promise((resolve, reject) => {
        worker.on("message", (message: ScanMessage) => {
          if ("progress" in message) {
            Object.assign(job.progress, message.progress);
            // The thread has a connection of its own, which tells nobody of a file that is open here.
            void this.library.store.changed("pictures").catch(() => {});
          } else if ("thrown" in message) reject(fromMessage(message.thrown));
        });
        worker.on("error", reject);
        worker.on("exit", () => resolve());
      });
    });
  }

  /**
   * Starts to estimate the queue.
   * @param locate makes what locates, given the signal that stops the job
   * @throws GeodriftError `conflict` if something else is under way
   */
  estimate(locate: (signal: AbortSignal) => LocatePicture, options: EstimateOptions): void {
    const stop = new AbortController();
    this.start("estimate", async (job) => {
      this.cancel = () => stop.abort();
      await estimateQueue(this.library, locate(stop.signal), {
        ...options,
        signal: stop.signal,
        onProgress: (progress) => Object.assign(job.progress, progress),
        onFailure: (_, thrown) => this.onFailure?.(thrown),
      });
    });
  }

  /**
   * Starts to look at all pictures that nobody has looked at.
   * @throws GeodriftError `conflict` if something else is under way
   */
  looks(reader: PictureReader): void {
    const stop = new AbortController();
    this.start("looks", async (job) => {
      this.cancel = () => stop.abort();
      await takeLooks(this.library, reader, {
        signal: stop.signal,
        onProgress: (progress) => Object.assign(job.progress, progress),
      });
    });
  }

  private start(kind: JobState["kind"], work: (job: JobState) => Promise<void>): void {
    if (this.job?.running) throw new GeodriftError("conflict", `the library is busy with ${names[this.job.kind]}`);
    const job: JobState = { kind, progress: {}, running: true, elapsedMs: 0 };
    this.job = job;
    this.startedAt = Date.now();
    this.end = work(job)
      .catch((e: unknown) => {
        Object.assign(job, failureOf(e));
        this.onFailure?.(e);
      })
      .finally(() => {
        job.running = false;
        this.cancel = undefined;
      });
  }

  /** Stops what runs, and resolves when it has stopped. */
  async stop(): Promise<void> {
    this.cancel?.();
    await this.end;
  }
}
