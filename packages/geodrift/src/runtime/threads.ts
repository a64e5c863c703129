/** How many threads compute: as many as are asked for, else as many as this process may use. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";

/** Where the number is asked for; threads of the program inherit it. */
const variable = "GEODRIFT_THREADS";

/** More than any machine has. */
export const maxThreads = 1024;

/** Asks for so many threads, for this process and the workers that it starts from here on. */
export function useThreads(count: number): void {
  process.env[variable] = String(count);
}

/**
 * Threads that a session of ONNX Runtime computes with: those asked for by `useThreads` or GEODRIFT_THREADS, else the
 * processors that this process may run on, within the quota of its control groups.
 * @throws GeodriftError `option` if GEODRIFT_THREADS is no whole number from 1 to 1024
 */
export function threads(): number {
  const asked = process.env[variable];
  if (asked === undefined || asked === "") return Math.max(1, Math.min(availableParallelism(), Math.floor(quota())));
  const count = Number(asked);
  if (!Number.isInteger(count) || count < 1 || count > maxThreads)
    throw new GeodriftError("option", `${variable}: a whole number from 1 to ${maxThreads} is needed, got "${asked}"`);
  return count;
}

/**
 * Processors that the control groups of this process grant it, of version 2 or 1; infinity where there is no limit.
 * @param root where the kernel shows processes and control groups; given in tests
 */
export function quota(root = "/"): number {
  const read = (...path: string[]): string | undefined => {
    try {
      return readFileSync(join(root, ...path), "utf8").trim();
    } catch {
      return undefined;
    }
  };
  let least = Number.POSITIVE_INFINITY;
  for (const line of read("proc/self/cgroup")?.split("\n") ?? []) {
    const [id, controllers, path] = line.split(":");
    const isFirst = controllers?.split(",").includes("cpu");
    if (path === undefined || !(isFirst || id === "0")) continue;
    // The group's own limit and those of all groups that it lies in; within a container, the path may lead nowhere.
    for (let group = path; ; group = dirname(group)) {
      const limit = isFirst
        ? ["cfs_quota_us", "cfs_period_us"].map((name) => read("sys/fs/cgroup/cpu", group, `cpu.${name}`))
        : (read("sys/fs/cgroup", group, "cpu.max")?.split(" ") ?? []);
      const share = Number(limit[0]) / Number(limit[1]);
      if (share > 0) least = Math.min(least, share);
      if (group === dirname(group)) break;
    }
  }
  return least;
}
