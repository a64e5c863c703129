import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";

/** A process that has not been heard of for so long is taken for dead, milliseconds; the living say so much more often. */
const patienceMs = 30_000;

/**
 * Does work that no two processes may do at once: whoever comes second waits for the first, and takes over if that dies.
 * @param path what is worked on; `<path>.lock` lies beside it meanwhile
 * @param onWait is told once that another process is at it
 */
export async function alone<T>(path: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  // Links are not followed: what is worked on need not be there yet.
  const options = { realpath: false, stale: patienceMs, onCompromised: () => {} };
  const atOnce = await lock(path, options).catch((e: NodeJS.ErrnoException) => {
    if (e.code !== "ELOCKED") throw e;
    onWait();
    return undefined;
  });
  const retries = { forever: true, factor: 1, minTimeout: 200, maxTimeout: 200 };
  const release = atOnce ?? (await lock(path, { ...options, retries }));
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
