/** Whether the machine was busy with something else while something was timed: such times are no comparison. */
import { readFileSync } from "node:fs";

/** Of one core, in a second: more of it for other work than this, and no ratio is printed. */
const allowed = 0.1;

/** Seconds that the machine's processors have worked for anybody, and for others than this machine ("steal"). */
function machineSeconds() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

/** Seconds that a process has worked, its threads included. */
function processSeconds(pid) {
  // The name, in brackets, may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Watches from now on.
 * @param pids of the processes that are timed
 * @returns tells how many cores were busy with something else since; undefined where the system does not say (it is no Linux)
 */
export function watchLoad(pids) {
  const seconds = () => {
    try {
      return {
        all: machineSeconds(),
        own: pids.reduce((sum, pid) => sum + processSeconds(pid), 0),
        at: performance.now(),
      };
    } catch {
      return undefined;
    }
  };
  const before = seconds();
  return () => {
    const after = seconds();
    if (!before || !after) return undefined;
    const others = after.all - before.all - (after.own - before.own);
    return Math.max(0, others) / ((after.at - before.at) / 1000);
  };
}

/** The ratio of two times, or why there is none. */
export function times(theirs, ours, busy) {
  if (busy === undefined) return { times: "not known: the system does not say what else it did" };
  if (busy > allowed)
    return { times: `none: the machine was busy with something else, ${busy.toFixed(2)} cores of it` };
  return { times: Number((theirs / ours).toFixed(2)) };
}
