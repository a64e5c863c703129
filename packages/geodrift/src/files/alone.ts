import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** A process that has not been heard of for so long is taken for dead, milliseconds; the living say so much more often. */
const patienceMs = 30_000;

/** When this process began, milliseconds since 1970, the same for all of its threads. */
const began = (): number => Date.now() - 1000 * process.uptime();

/** Clocks are set while processes run, by less than this. */
const clockMs = 10_000;

type Release = () => Promise<void>;

/**
 * Does work that no two processes may do at once: whoever comes second waits for the first, and takes over if that dies, on the same
 * machine at once.
 * @param path what is worked on; `<path>.lock` and `<path>.lock.owner` lie beside it meanwhile
 * @param options `onWait` is told once that another process is at it; `signal` ends the wait
 * @throws the signal's reason when it is aborted while it waits
 */
export async function alone<T>(
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: { onWait?: () => void; signal?: AbortSignal } = {},
): Promise<T> {
  let release = await take(path);
  if (!release) onWait?.();
  while (!release) {
    await delay(200, undefined, { signal }).catch((e: unknown) => {
      signal?.throwIfAborted();
      throw e;
    });
    release = await locked(path);
  }
  return work().finally(release);
}

/**
 * The same, unless another process is at it.
 * @returns undefined where nothing was done
 */
export async function aloneIfFree<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  const release = await take(path);
  return release && work().finally(release);
}

/** Takes what is free, or was left by the dead. */
async function take(path: string): Promise<Release | undefined> {
  await mkdir(dirname(path), { recursive: true });
  const release = await locked(path);
  if (release || !(await isDead(path))) return release;
  await rm(`${path}.lock`, { recursive: true, force: true });
  return locked(path);
}

const ownerOf = (path: string): string => `${path}.lock.owner`;

async function locked(path: string): Promise<Release | undefined> {
  // Links are not followed: what is worked on need not be there yet.
  const options = { realpath: false, stale: patienceMs, onCompromised: () => {} };
  const release = await lock(path, options).catch((e: NodeJS.ErrnoException) => {
    if (e.code !== "ELOCKED") throw e;
    return undefined;
  });
  if (!release) return undefined;
  const giveBack = async () => {
    await rm(ownerOf(path), { force: true }).catch(() => undefined);
    await release().catch(() => undefined);
  };
  await writeFile(ownerOf(path), JSON.stringify({ host: hostname(), pid: process.pid, began: began() })).catch(
    async (e: unknown) => {
      await giveBack();
      throw e;
    },
  );
  return giveBack;
}

/** Was what is locked left by a process of this machine that is no more? */
async function isDead(path: string): Promise<boolean> {
  try {
    const text = await readFile(ownerOf(path), "utf8");
    const owner = JSON.parse(text) as { host: unknown; pid: unknown; began: unknown };
    const { host, pid } = owner;
    if (host !== hostname() || typeof pid !== "number") return false;
    // In containers the next process often has the number of the last.
    if (pid === process.pid) return began() - Number(owner.began) > clockMs;
    process.kill(pid, 0);
    return false;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "ESRCH";
  }
}
