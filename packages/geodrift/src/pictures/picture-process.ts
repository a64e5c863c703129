/** A process that reads pictures for another one, which outlives it whatever a file does to its decoder. */
import { AsyncLocalStorage } from "node:async_hooks";
import { writeFileSync } from "node:fs";
import { toMessage } from "@geodrift/core/errors";
import { roomFrom } from "./memory-budget.js";
import type { FromPictureProcess, ToPictureProcess } from "./picture-messages.js";
import { pictureTasks } from "./picture-tasks.js";

const say = (message: FromPictureProcess): void => void process.send?.(message);
const resident = (): number => process.memoryUsage.rss();

// Where there is no memory left, Linux is to take this process, and not the one that has all other answers.
try {
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {}

// A terminal tells all of its processes to end; whoever has started this one decides when.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// Not by `exit`, which waits for what is being decoded.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

/** The task that a piece of work is of. */
const current = new AsyncLocalStorage<number>();
/** Tasks that wait for room: each for one kind at a time. */
const waiting = new Map<number, () => void>();

/** MiB, or millions of pixels, that are not worth a question: a few pictures are read at a time. */
const small = 4;

// What is granted is given back by the other side, when the task has ended in whatever way.
roomFrom(async (needs, amount) => {
  if (amount <= small) return () => undefined;
  const id = current.getStore();
  if (id === undefined) throw new Error("room is needed for no task");
  const granted = new Promise<void>((resolve) => waiting.set(id, resolve));
  say({ id, needs, amount });
  await granted;
  return () => undefined;
});

process.on("message", async (message: ToPictureProcess) => {
  const { id } = message;
  if ("granted" in message) {
    waiting.get(id)?.();
    waiting.delete(id);
    return;
  }
  try {
    const task = pictureTasks[message.task] as (...args: unknown[]) => Promise<unknown>;
    const done = await current.run(id, () => task(...message.args));
    say({ id, done, resident: resident() });
  } catch (e) {
    say({ id, thrown: toMessage(e), resident: resident() });
  }
});
say({ ready: true });
