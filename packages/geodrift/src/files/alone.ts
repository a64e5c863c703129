import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** A process that holds something touches its lock so often, milliseconds. */
const touchMs = 5_000;

/**
 * One that has not touched it for so long is taken for dead, milliseconds. By a clock that nobody sets: a machine that was asleep, or whose
 * clock was put forward, has not been idle.
 */
const patienceMs = 30_000;

/** By the clock of the world no lock is ever too old. */
const never = 2 ** 42;

/** What a lock's owner says of itself, and of which lock. */
interface Owner {
  host: string;
  pid: number;
  /** When it began, as `beganAt` tells; absent where no system tells. */
  began?: string;
  /** The lock as `markOf` tells it: a lock may be followed by another before its owner's file is. */
  mark: string;
}

type Release = () => Promise<void>;

/**
 * Does work that no two processes may do at once: whoever comes second waits for the first, and takes over if that dies, on the same
 * machine at once.
 * @param path what is worked on; `<path>.lock` and `<path>.lock.owner` lie beside it meanwhile, and `<path>.lock.lock` for a moment where a dead
 * one's are cleared away
 * @param options `onWait` is told once that another process is at it; `signal` ends the wait
 * @throws the signal's reason when it is aborted while it waits
 */
export async function alone<T>(
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: { onWait?: () => void; signal?: AbortSignal } = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let release = await take(path);
  if (!release) onWait?.();
  const isSilent = silence(path);
  while (!release) {
    await delay(200, undefined, { signal }).catch((e: unknown) => {
      signal?.throwIfAborted();
      throw e;
    });
    release = await take(path, () => isSilent(patienceMs));
  }
  return work().finally(release);
}

/**
 * The same, unless another process is at it.
 * @returns undefined where nothing was done
 */
export async function aloneIfFree<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  await mkdir(dirname(path), { recursive: true });
  const release = (await take(path)) ?? (await takeIfOld(path));
  return release && work().finally(release);
}

/**
 * Takes what is free, or was left by the dead.
 * @param isSilent tells whether its owner, whoever it is, is to be taken for dead
 */
async function take(path: string, isSilent?: () => Promise<boolean>): Promise<Release | undefined> {
  const isLeft = async () => (await isDead(path)) || (await isSilent?.()) === true;
  const release = await locked(path);
  if (release || !(await isLeft())) return release;
  // Of several that see the same dead owner one clears up after it, or the next would clear away the lock of the first.
  const clearing = await lockOrNot(lockOf(path), { stale: patienceMs });
  if (!clearing) return undefined;
  try {
    if (!(await isLeft())) return undefined;
    // Its owner first: a lock without one is of somebody who is about to say so.
    await rm(ownerOf(path), { force: true });
    await rm(lockOf(path), { recursive: true, force: true });
    return await locked(path);
  } finally {
    await clearing().catch(() => undefined);
  }
}

/** What looks old by the clock of the world, and is not touched while it is watched, was left by the dead. */
async function takeIfOld(path: string): Promise<Release | undefined> {
  const touched = await touchedAt(path);
  if (touched === undefined || Date.now() - touched < patienceMs) return undefined;
  const isSilent = silence(path);
  await isSilent(0);
  await delay(2 * touchMs);
  return take(path, () => isSilent(2 * touchMs));
}

/** Watches a lock: tells whether its owner has been silent for so many milliseconds since it was watched. */
function silence(path: string): (ms: number) => Promise<boolean> {
  let [last, since]: [number | undefined, number] = [undefined, performance.now()];
  return async (ms) => {
    const touched = await touchedAt(path);
    if (touched === undefined || touched !== last) [last, since] = [touched, performance.now()];
    return touched !== undefined && performance.now() - since >= ms;
  };
}

const lockOf = (path: string): string => `${path}.lock`;

/** When a lock was touched last; undefined if there is none. */
const touchedAt = async (path: string): Promise<number | undefined> =>
  (await stat(lockOf(path)).catch(() => undefined))?.mtimeMs;

const ownerOf = (path: string): string => `${path}.lock.owner`;

/** A lock that is free, taken; undefined where another has it. */
function lockOrNot(path: string, options: { stale: number; update?: number }): Promise<Release | undefined> {
  // Links are not followed: what is worked on need not be there yet.
  return lock(path, { realpath: false, onCompromised: () => {}, ...options }).catch((e: NodeJS.ErrnoException) => {
    if (e.code !== "ELOCKED") throw e;
    return undefined;
  });
}

async function locked(path: string): Promise<Release | undefined> {
  const release = await lockOrNot(path, { stale: never, update: touchMs });
  if (!release) return undefined;
  const giveBack = async () => {
    await rm(ownerOf(path), { force: true }).catch(() => undefined);
    await release().catch(() => undefined);
  };
  const say = async () => {
    const { pid } = process;
    const owner: Owner = { host: hostname(), pid, began: await beganAt(pid), mark: (await markOf(path)) ?? "" };
    await writeFile(ownerOf(path), JSON.stringify(owner));
  };
  await say().catch(async (e: unknown) => {
    await giveBack();
    throw e;
  });
  return giveBack;
}

/** Tells a lock from those before and after it. */
const markOf = async (path: string): Promise<string | undefined> => {
  const found = await stat(lockOf(path)).catch(() => undefined);
  return found && `${found.ino} ${found.birthtimeMs}`;
};

/**
 * When a process began, in ticks since the machine did: no clock that is set, and no sleep, changes it, and all threads are told the same.
 * @returns undefined where there is no such process, or the system does not say so
 */
const beganAt = async (pid: number): Promise<string | undefined> => {
  const said = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // After the name, which may hold anything: a letter for its state, Z where it has ended and nobody has noticed, and 19th from there this.
  const [state, ...numbers] = said.slice(said.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? "ended" : numbers[18];
};

/** Was what is locked left by a process of this machine that is no more? */
async function isDead(path: string): Promise<boolean> {
  const said = await readFile(ownerOf(path), "utf8").catch(() => "{}");
  let owner: Partial<Owner>;
  try {
    owner = JSON.parse(said);
  } catch {
    return false;
  }
  const { host, pid, began, mark } = owner;
  if (host !== hostname() || typeof pid !== "number" || mark !== (await markOf(path))) return false;
  // In containers, and after years, another process has the number.
  const now = await beganAt(pid);
  if (now !== undefined) return began !== undefined && began !== now;
  try {
    process.kill(pid, 0);
    return false;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "ESRCH";
  }
}
