/** One process that reads pictures, as the one that has started it sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { GeodriftError } from "@geodrift/core/errors";
import { room } from "./memory-budget.js";
import type { FromPictureProcess, PictureAnswer, ToPictureProcess } from "./picture-messages.js";
import type { PictureTasks } from "./picture-tasks.js";

/** MiB of JavaScript's own memory: pixels and files lie outside of it. */
const heap = 512;

/** The process is there no more; the message says how it ended. */
export class Ended extends Error {}

interface Task {
  answer(answer: PictureAnswer): void;
  fail(e: Error): void;
  /** What it has been granted. */
  rooms: (() => void)[];
  /** Ends it when it takes too long; not while it waits for room. */
  timer?: NodeJS.Timeout;
  seconds: number;
}

/** Starts with its making; keeps this process from ending only while it has tasks. */
export class PictureChild {
  private readonly child: ChildProcess;
  private readonly tasks = new Map<number, Task>();
  private next = 0;
  private ends = false;

  constructor() {
    this.child = fork(new URL("./picture-process.js", import.meta.url), {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${heap}`],
      // What a decoder says as it ends is for nobody.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.child.on("message", (message: FromPictureProcess) => void this.hear(message));
    this.child.on("exit", (code, signal) => this.failAll(new Ended(signal ?? `code ${code}`)));
    this.child.on("error", (e) => this.failAll(new Ended(e.message, { cause: e })));
    this.letGo();
  }

  /** Can it be given tasks? */
  get alive(): boolean {
    return this.child.connected;
  }

  /** How many tasks it has. */
  get busy(): number {
    return this.tasks.size;
  }

  /**
   * Does a task beside others.
   * @param seconds that it may take; what takes longer ends the process, as a decoder cannot be stopped otherwise
   * @throws Ended for whatever else it had to do then; GeodriftError `picture` for what took too long
   */
  async do(task: keyof PictureTasks, args: unknown[], seconds: number): Promise<PictureAnswer> {
    const id = this.next++;
    this.hold();
    try {
      return await new Promise<PictureAnswer>((answer, fail) => {
        this.tasks.set(id, { answer, fail, rooms: [], seconds });
        this.say({ id, task, args });
      });
    } finally {
      const { rooms, timer } = this.tasks.get(id) as Task;
      this.tasks.delete(id);
      clearTimeout(timer);
      for (const giveBack of rooms) giveBack();
      if (this.tasks.size === 0) this.letGo();
      if (this.ends && this.tasks.size === 0) this.end();
    }
  }

  /** Ends it. */
  end(): void {
    this.child.kill("SIGKILL");
  }

  /** Ends it when it has nothing to do. */
  endWhenDone(): void {
    this.ends = true;
    if (this.tasks.size === 0) this.end();
  }

  private async hear(message: FromPictureProcess): Promise<void> {
    const task = this.tasks.get(message.id);
    if (!task) return;
    clearTimeout(task.timer);
    if (!("needs" in message)) return task.answer(message);
    const giveBack = await room(message.needs, message.amount);
    if (!this.tasks.has(message.id)) return giveBack();
    task.rooms.push(giveBack);
    this.say({ id: message.id, granted: true });
  }

  private say(message: ToPictureProcess): void {
    const task = this.tasks.get(message.id) as Task;
    const late = () => {
      task.fail(new GeodriftError("picture", `it takes more than ${task.seconds} s to read`));
      this.end();
    };
    task.timer = setTimeout(late, 1000 * task.seconds);
    this.child.send(message, (e) => e && this.failAll(new Ended(e.message, { cause: e })));
  }

  private failAll(e: Ended): void {
    for (const task of this.tasks.values()) task.fail(e);
  }

  private hold(): void {
    this.child.ref();
    this.child.channel?.ref();
  }

  private letGo(): void {
    this.child.unref();
    this.child.channel?.unref();
  }
}
