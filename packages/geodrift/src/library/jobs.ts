/** What the library is busy with while its pages are looked at: one thing at a time. */
import { Worker } from "node:worker_threads";
import { type EstimateOptions, estimateQueue, type LocatePicture } from "./estimate-queue.js";
import type { Library } from "./library.js";
import type { ScanMessage, ScanTask } from "./scan-worker.js";

export interface JobState {
  kind: "scan" | "estimate";
  /** Of a scan: pictures met and read; of estimates: done, failed, and of how many. */
  progress: Record<string, number>;
  running: boolean;
  /** One sentence, if it failed. */
  error?: string;
}

export class BusyWithJob extends Error {}

export class Jobs {
  private job: JobState | undefined;
  private cancel: (() => void) | undefined;
  private end = Promise.resolve();

  constructor(private readonly library: Library) {}

  get state(): JobState | undefined {
    return this.job;
  }

  /** @throws BusyWithJob */
  scan(folders: string[]): void {
    const workerData: ScanTask = { library: this.library.folder, folders };
    this.start("scan", (job) => {
      const worker = new Worker(new URL("./scan-worker.js", import.meta.url), { workerData });
      this.cancel = () => void worker.terminate();
      return new Promise((resolve, reject) => {
        worker.on("message", (message: ScanMessage) => {
          if ("progress" in message) Object.assign(job.progress, message.progress);
          else if ("error" in message) reject(new Error(message.error));
        });
        worker.on("error", reject);
        worker.on("exit", () => resolve());
      });
    });
  }

  /** @throws BusyWithJob */
  estimate(locate: (signal: AbortSignal) => LocatePicture, options: EstimateOptions): void {
    const stop = new AbortController();
    this.start("estimate", async (job) => {
      this.cancel = () => stop.abort();
      await estimateQueue(this.library, locate(stop.signal), {
        ...options,
        signal: stop.signal,
        onProgress: (progress) => Object.assign(job.progress, progress),
      });
    });
  }

  private start(kind: JobState["kind"], work: (job: JobState) => Promise<void>): void {
    if (this.job?.running) throw new BusyWithJob(`the library is busy with a ${this.job.kind}`);
    const job: JobState = { kind, progress: {}, running: true };
    this.job = job;
    this.end = work(job)
      .catch((e: Error) => {
        job.error = e.message;
      })
      .finally(() => {
        job.running = false;
        this.cancel = undefined;
      });
  }

  /** Resolves when what ran has stopped. */
  async stop(): Promise<void> {
    this.cancel?.();
    await this.end;
  }
}
