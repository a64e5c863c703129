/**
 * Pictures that are read in processes of their own: decoders are native code, and what a damaged file does to one costs that file its
 * answer, and nobody else's.
 */
import { stat } from "node:fs/promises";
import { fromMessage, GeodriftError } from "@geodrift/core/errors";
import PQueue from "p-queue";
import { threads } from "../runtime/threads.js";
import { Ended, PictureChild } from "./picture-child.js";
import type { PictureAnswer } from "./picture-messages.js";
import type { PictureReader, PictureTasks } from "./picture-tasks.js";

/** How such processes are kept. */
export interface PictureProcessesOptions {
  /** Processes; as many as threads compute if left out. */
  count?: number;
  /** Seconds that a picture may take, from when there is room for it, beside the reading of its file; 120 if left out. */
  seconds?: number;
}

/** Pictures that one process reads at a time: it is not to wait for messages. */
const atOnce = 4;

/** Bytes a second that a file has at least, from wherever it is read. */
const leastBytesASecond = 2 ** 18;

/** Bytes that are sent to a process, which takes them several times in memory; what lies in a file of its own is read there. */
const mostSent = 2 ** 27;

/** Bytes that a process may keep between two pictures: one that has more is followed by a new one. */
const mostResident = 320 * 2 ** 20;

/** Reads pictures in processes that are started when they are needed, and end with this one. */
export class PictureProcesses implements PictureReader {
  private readonly queue: PQueue;
  /** For pictures whose process has ended: which of them it was that ended it is found out one by one. */
  private readonly again = new PQueue({ concurrency: 1 });
  private readonly seconds: number;
  private readonly count: number;
  private children: PictureChild[] = [];
  private closed = false;

  constructor({ count = threads(), seconds = 120 }: PictureProcessesOptions = {}) {
    this.queue = new PQueue({ concurrency: atOnce * count });
    this.count = count;
    this.seconds = seconds;
  }

  /** Starts one process ahead of the first picture. */
  start(): this {
    if (this.children.length === 0) this.children.push(new PictureChild());
    return this;
  }

  /**
   * Does a task when its turn comes.
   * @throws as the task does; GeodriftError `picture` if its process ends of it, or it takes too long, `stopped` if the process does not
   * start, or is ended by somebody else, twice
   */
  do<K extends keyof PictureTasks>(task: K, ...args: Parameters<PictureTasks[K]>): ReturnType<PictureTasks[K]> {
    return this.queue.add(() => this.doNow(task, args)) as ReturnType<PictureTasks[K]>;
  }

  /** Reads no more: ends the processes, with whatever they read, and resolves when they are gone. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.children.splice(0).map((child) => child.end()));
  }

  private async doNow(task: keyof PictureTasks, args: unknown[]): Promise<unknown> {
    this.checkOpen();
    const [origin] = args;
    if (origin instanceof Uint8Array && origin.length > mostSent)
      throw new GeodriftError(
        "picture",
        `it has ${Math.round(origin.length / 2 ** 20)} MiB, and may have ${mostSent / 2 ** 20} where it does not lie in a file of its own`,
      );
    const bytes = typeof origin === "string" ? ((await stat(origin).catch(() => undefined))?.size ?? 0) : 0;
    const seconds = this.seconds + bytes / leastBytesASecond;
    const answer = await this.inChild(task, args, seconds).catch((e: unknown) => {
      if (!(e instanceof Ended)) throw e;
      return this.again.add(() => {
        this.checkOpen();
        return alone(task, args, seconds);
      });
    });
    if ("thrown" in answer) throw fromMessage(answer.thrown);
    return answer.done;
  }

  private checkOpen(): void {
    if (this.closed) throw new GeodriftError("stopped", "pictures are read no more");
  }

  private async inChild(task: keyof PictureTasks, args: unknown[], seconds: number): Promise<PictureAnswer> {
    const child = this.leastBusy();
    const answer = await child.do(task, args, seconds);
    if (child.busy === 0 && answer.resident > mostResident) void child.end();
    return answer;
  }

  /** The child that has least to do; a new one while there may be more and none is idle. */
  private leastBusy(): PictureChild {
    this.children = this.children.filter((child) => child.alive);
    const [least] = [...this.children].sort((a, b) => a.busy - b.busy);
    if (least && (least.busy === 0 || this.children.length >= this.count)) return least;
    const child = new PictureChild();
    this.children.push(child);
    return child;
  }
}

/** In a process that reads nothing else. */
async function alone(task: keyof PictureTasks, args: unknown[], seconds: number): Promise<PictureAnswer> {
  const child = new PictureChild();
  try {
    return await child.do(task, args, seconds);
  } catch (e) {
    if (!(e instanceof Ended)) throw e;
    throw e.byItself
      ? new GeodriftError("picture", `the process that reads it ends of it (${e.message})`, { cause: e })
      : new GeodriftError("stopped", `the process that reads pictures was ended, twice (${e.message})`, { cause: e });
  } finally {
    void child.end();
  }
}
