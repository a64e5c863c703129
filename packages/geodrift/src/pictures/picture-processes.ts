/**
 * Pictures that are read in processes of their own: decoders are native code, and what a damaged file does to one costs that file its
 * answer, and nobody else's.
 */
import { fromMessage, GeodriftError } from "@geodrift/core/errors";
import PQueue from "p-queue";
import { threads } from "../runtime/threads.js";
import { Ended, PictureChild } from "./picture-child.js";
import type { PictureReader, PictureTasks } from "./picture-tasks.js";

/** How such processes are kept. */
export interface PictureProcessesOptions {
  /** Processes; as many as threads compute if left out. */
  count?: number;
  /** Seconds that a picture may take, from when there is room for it; 120 if left out. */
  seconds?: number;
}

/** Pictures that one process reads at a time: it is not to wait for messages. */
const atOnce = 4;

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
   * @throws as the task does, and GeodriftError `picture` if its process ends of it, or it takes too long
   */
  do<K extends keyof PictureTasks>(task: K, ...args: Parameters<PictureTasks[K]>): ReturnType<PictureTasks[K]> {
    return this.queue.add(() => this.doNow(task, args)) as ReturnType<PictureTasks[K]>;
  }

  /** Ends the processes when what they read is read; the next task starts new ones. */
  async close(): Promise<void> {
    await this.queue.onIdle();
    for (const child of this.children.splice(0)) child.end();
  }

  private async doNow(task: keyof PictureTasks, args: unknown[]): Promise<unknown> {
    const answer = await this.inChild(this.leastBusy(), task, args).catch((e: unknown) => {
      if (!(e instanceof Ended)) throw e;
      return this.again.add(() => this.alone(task, args));
    });
    if ("thrown" in answer) throw fromMessage(answer.thrown);
    return answer.done;
  }

  private async inChild(child: PictureChild, task: keyof PictureTasks, args: unknown[]) {
    const answer = await child.do(task, args, this.seconds);
    if (answer.resident > mostResident) this.retire(child);
    return answer;
  }

  private async alone(task: keyof PictureTasks, args: unknown[]) {
    const child = new PictureChild();
    try {
      return await child.do(task, args, this.seconds);
    } catch (e) {
      if (!(e instanceof Ended)) throw e;
      throw new GeodriftError("picture", `the process that reads it ends of it (${e.message})`, { cause: e });
    } finally {
      child.end();
    }
  }

  /** Takes no more pictures, and ends after those that it has. */
  private retire(child: PictureChild): void {
    this.children = this.children.filter((other) => other !== child);
    child.endWhenDone();
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
