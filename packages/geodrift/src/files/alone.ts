import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** A process that has not been heard of for so long is taken for dead, milliseconds; the living say so much more often. */
const patienceMs = 30_000;

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
  await mkdir(dirname(path), { recursive: true });
  const owner = `${path}.lock.owner`;
  // Links are not followed: what is worked on need not be there yet.
  const options = { realpath: false, stale: patienceMs, onCompromised: () => {} };
  const unlessLocked = (e: NodeJS.ErrnoException) => {
    if (e.code !== "ELOCKED") throw e;
    return undefined;
  };
  let release = await lock(path, options).catch(unlessLocked);
  if (!release && (await isDead(owner))) {
    await rm(`${path}.lock`, { recursive: true, force: true });
    release = await lock(path, options).catch(unlessLocked);
  }
  if (!release) {
    onWait?.();
    while (!release) {
      await delay(200, undefined, { signal }).catch((e: unknown) => {
        signal?.throwIfAborted();
        throw e;
      });
      release = await lock(path, options).catch(unlessLocked);
    }
  }
  try {
    await writeFile(owner, JSON.stringify({ host: hostname(), pid: process.pid }));
    return await work();
  } finally {
    await rm(owner, { force: true }).catch(() => undefined);
    await release().catch(() => undefined);
  }
}

/** Was what is locked left by a process of this machine that is no more? */
async function isDead(owner: string): Promise<boolean> {
  try {
    const { host, pid } = JSON.parse(await readFile(owner, "utf8")) as { host: unknown; pid: unknown };
    if (host !== hostname() || typeof pid !== "number" || pid === process.pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "ESRCH";
  }
}
