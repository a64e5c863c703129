/** One process that reads pictures, as the one that has started it sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { GeodriftError } from "@geodrift/core/errors";
import { room } from "./memory-budget.js";
import type { FromPictureProcess, PictureAnswer, ToPictureProcess } from "./picture-messages.js";
import type { PictureTasks } from "./picture-tasks.js";

/** MiB of JavaScript's own memory: pixels and files lie outside of it. */
const heap = 512;

/** The process is there no more; the message says how it ended. */
export class Ended extends Error {
  /** @param byItself as a decoder ends it, and not somebody else, or before it had begun */
  constructor(
    how: string,
    readonly byItself: boolean,
    options?: ErrorOptions,
  ) {
    super(how, options);
  }
}

/** Signals by which a process ends by its own fault. */
const faults: ReadonlySet<string | null> = new Set(["SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGTRAP"]);

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
  private ending = false;
  /** Has it said anything? */
  private begun = false;

  /** @throws GeodriftError `stopped` where the system starts no process */
  constructor() {
    this.child = forked();
    this.child.on("message", (message: FromPictureProcess) => void this.hear(message));
    this.child.on("exit", (code, signal) => {
      this.ending = true;
      this.failAll(new Ended(signal ?? `code ${code}`, this.begun && (signal === null || faults.has(signal))));
    });
    this.child.on("error", (e) => this.failAll(new Ended(e.message, false, { cause: e })));
    this.letGo();
  }

  /** Can it be given tasks? */
  get alive(): boolean {
    return this.child.connected && !this.ending;
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
    }
  }

  /** Ends it, with whatever it has to do; resolves when it is gone. */
  async end(): Promise<void> {
    this.ending = true;
    const { exitCode, signalCode, pid } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    // Waited for, so that the system need not keep what is left of it.
    this.child.ref();
    const gone = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.kill("SIGKILL");
    await gone;
  }

  private async hear(message: FromPictureProcess): Promise<void> {
    this.begun = true;
    if ("ready" in message) return;
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
      // Of several it is not known which one holds up the others.
      if (this.tasks.size > 1) this.failAll(new Ended("takes too long", true));
      else task.fail(new GeodriftError("picture", `it takes more than ${Math.round(task.seconds)} s to read`));
      void this.end();
    };
    task.timer = setTimeout(late, 1000 * task.seconds);
    this.child.send(message, (e) => {
      if (!e) return;
      this.failAll(new Ended(e.message, false, { cause: e }));
      void this.end();
    });
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

/** @throws GeodriftError `stopped` where the system starts no process */
function forked(): ChildProcess {
  const cannot = (cause?: unknown) =>
    new GeodriftError("stopped", "no process can be started that reads pictures", { cause });
  let child: ChildProcess;
  try {
    child = fork(new URL("./picture-process.js", import.meta.url), {
      serialization: "advanced",
      execArgv: [`--max-old-space-size=${heap}`],
      // What a decoder says as it ends is for nobody.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
  } catch (e) {
    throw cannot(e);
  }
  if (child.channel) return child;
  child.on("error", () => undefined);
  throw cannot();
}
