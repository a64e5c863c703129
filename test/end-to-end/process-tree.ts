/** A program with the processes that it has started, as Linux shows them. */
import { readdirSync, readFileSync } from "node:fs";

/** Numbers of the processes that one has started, directly. */
export function childrenOf(pid: number): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const parent = /^\d+$/.test(name) && /^PPid:\s+(\d+)$/m.exec(told(name, "status"))?.[1];
    return Number(parent) === pid ? [Number(name)] : [];
  });
}

/** MiB in memory of a process and of those that it has started, what several share divided among them. */
export const residentMiB = (pid: number): number =>
  [pid, ...childrenOf(pid)].reduce(
    (sum, one) => sum + Number(/^Pss:\s+(\d+) kB/m.exec(told(one, "smaps_rollup"))?.[1] ?? 0) / 1024,
    0,
  );

/** The command line of a process; nothing if it has ended. */
export const commandOf = (pid: number): string => told(pid, "cmdline");

/** Has a process loaded a library? */
export const hasLoaded = (pid: number, library: string): boolean => told(pid, "maps").includes(library);

/** Nothing where it has ended, or there is no such thing here. */
function told(pid: number | string, what: "status" | "smaps_rollup" | "cmdline" | "maps"): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8");
  } catch {
    return "";
  }
}
