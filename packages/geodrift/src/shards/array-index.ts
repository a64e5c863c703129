import { GeodriftError } from "@geodrift/core/errors";

/** Variables by which engines tell a task its number, and the number of the first task. */
const variables: readonly [name: string, first: number][] = [
  ["SLURM_ARRAY_TASK_ID", 0],
  ["JOB_COMPLETION_INDEX", 0],
  ["AWS_BATCH_JOB_ARRAY_INDEX", 0],
  ["CLOUD_RUN_TASK_INDEX", 0],
  ["PBS_ARRAY_INDEX", 0],
  // Grid Engine counts from 1, and says "undefined" to what is no array.
  ["SGE_TASK_ID", 1],
];

/**
 * The number of this task among those of an array job, from 0 on, as its engine says; undefined outside of one.
 * @throws GeodriftError `option` for a number that is none
 */
export function arrayIndex(env: NodeJS.ProcessEnv): number | undefined {
  for (const [name, first] of variables) {
    const said = env[name];
    if (said === undefined || said === "" || said === "undefined") continue;
    const index = Number(said) - first;
    if (Number.isInteger(index) && index >= 0) return index;
    throw new GeodriftError("option", `${name}: the number of a task is a whole one from ${first} on, got "${said}"`);
  }
  return undefined;
}

/** The shards of one of several tasks: its own number, and every so many from there on. */
export const shardsOfTask = (task: number, tasks: number, shards: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((shards - task) / tasks)) }, (_, k) => task + k * tasks);
