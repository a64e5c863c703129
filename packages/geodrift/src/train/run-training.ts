/** One training from its last checkpoint to its end: state, log and progress, whatever is learned. */
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { type Objective, type TrainMetrics, type TrainOptions, type TrainState, train } from "@geodrift/core";
import { threads } from "../runtime/threads.js";
import { metricsLog } from "./metrics-log.js";
import { type Provenance, resumeState, saveState } from "./state-file.js";

/** What a training runs with. */
export interface TrainingContext {
  /** What computes. */
  runtime: Runtime;
  /** Is told the progress, in sentences for people. */
  report(line: string): void;
}

/** What a step has done, and to which group of batches its batch belongs. */
export interface LoggedStep extends TrainMetrics {
  /** What `groupOf` says of its batch; 0 without it. */
  group: number;
}

/** One training: what is learned, from what, how long, and what is logged. */
export interface TrainingRun<Batch, Line extends { step: number }> {
  /** Name of its state and its log. */
  name: string;
  /** Folder of both. */
  out: string;
  /** Steps between checkpoints. */
  checkpointEvery: number;
  /** Steps between lines of the log. */
  logEvery: number;
  /** What must be the same for the training to go on. */
  provenance: Provenance;
  objective: Objective<Batch>;
  /** Before the first step; what was saved takes its place. */
  state: TrainState;
  /** Batches from a step on, counted from 0; that of a step must not depend on where one began. */
  batches(from: number): AsyncIterable<Batch>;
  options: TrainOptions;
  /** What is said in the beginning, beside the steps. */
  about?: string;
  /** What the log tells apart, such as the size of pictures; all are of one group if left out. */
  groupOf?(batch: Batch): number;
  /** Lines of the log from the steps since the last, each with what people are told of it. */
  lines(recent: readonly LoggedStep[]): { line: Line; said: string }[];
}

/** Path of the saved state of a training. */
export const stateFile = (out: string, name: string): string => join(out, `${name}.state.safetensors`);

/**
 * Trains to the last step, going on from the state that is saved, with a log and checkpoints.
 * @returns the state after the last step
 * @throws GeodriftError `data` if what is saved was made with other settings or data, `training` if the training
 * diverges, `disk` if a checkpoint cannot be written
 */
export async function runTraining<Batch, Line extends { step: number }>(
  {
    name,
    out,
    checkpointEvery,
    logEvery,
    provenance,
    objective,
    state,
    options,
    about,
    ...run
  }: TrainingRun<Batch, Line>,
  { runtime, report }: TrainingContext,
): Promise<TrainState> {
  const { steps } = options;
  const file = stateFile(out, name);
  const { threads: before, recent: unlogged = [] } = await resumeState<LoggedStep>(file, state, provenance);
  const log = metricsLog<Line>(join(out, `${name}.jsonl`), state.step);
  if (state.step < steps) report(`${name}: from step ${state.step} to ${steps}${about ? `, ${about}` : ""}`);
  // Sums over batches are added in another order by another number of threads.
  if (state.step < steps && before !== undefined && before !== threads())
    report(
      `${name}: was computed by ${before} threads and goes on with ${threads()}; only --threads ${before} gives the same bits`,
    );
  let group = 0;
  const batches = async function* (from: number) {
    for await (const next of run.batches(from)) {
      group = run.groupOf?.(next) ?? 0;
      yield next;
    }
  };
  // Steps before the checkpoint that no line has told of yet: the next one is then that of a training which nobody has stopped.
  let recent: LoggedStep[] = unlogged;
  for await (const m of train(state, objective, batches, options, { runtime })) {
    recent.push({ ...m, group });
    if (m.step % logEvery === 0 || m.step === steps) {
      for (const { line, said } of run.lines(recent)) {
        log(line);
        report(said);
      }
      recent = [];
    }
    if (m.step % checkpointEvery === 0 || m.step === steps) await saveState(file, state, provenance, recent);
  }
  return state;
}

/** The mean of a number over steps. */
export const meanOver = <T>(steps: readonly T[], of: (step: T) => number): number =>
  steps.reduce((sum, step) => sum + of(step), 0) / steps.length;

/** Examples per second of one step of so many examples. */
export const perSecond = (examples: number, { elapsedMs }: Pick<TrainMetrics, "elapsedMs">): number =>
  (1000 * examples) / elapsedMs;
