/** Training states as files: everything that the next step depends on, with what it was made from. */
import { existsSync } from "node:fs";
import { prefixed, subtree, type TrainState } from "@geodrift/core";
import { versions } from "../files/versions.js";
import { checkMadeOf, loadTensors, saveTensors } from "../models/tensor-file.js";
import { threads } from "../runtime/threads.js";

/** What must be the same for training to go on. */
export interface Provenance {
  /** The settings, as JSON. */
  config: string;
  /** Fingerprint of the data. */
  data: string;
  /** The seed, in decimal. */
  seed: string;
}

/**
 * Writes a state as a safetensors file, in single precision.
 * @param recent steps that the log has not told of yet
 * @throws GeodriftError `disk` if the file cannot be written
 */
export async function saveState(
  file: string,
  state: TrainState,
  provenance: Provenance,
  recent: readonly unknown[] = [],
): Promise<void> {
  await saveTensors(file, {
    tensors: {
      ...prefixed(state.params, "params"),
      ...prefixed(state.moments.first, "first"),
      ...prefixed(state.moments.second, "second"),
      ...prefixed(state.average ?? {}, "average"),
    },
    metadata: {
      ...provenance,
      ...{ versions: await versions(), threads: String(threads()), step: String(state.step) },
      recent: JSON.stringify(recent),
    },
  });
}

/**
 * Puts a saved state into `state`, if there is one.
 * @returns with how many threads it was computed and which steps the log has not told of, if that is known
 * @throws GeodriftError `data` if it was made with other settings or data, `file` if it is damaged
 */
export async function resumeState<Step>(
  file: string,
  state: TrainState,
  provenance: Provenance,
): Promise<{ threads?: number; recent?: Step[] }> {
  if (!existsSync(file)) return {};
  const { tensors, metadata } = await loadTensors(file);
  checkMadeOf(file, metadata, provenance);
  state.step = Number(metadata.step);
  state.params = subtree(tensors, "params");
  state.moments = { first: subtree(tensors, "first"), second: subtree(tensors, "second") };
  if (state.average) state.average = subtree(tensors, "average");
  return {
    ...(metadata.threads !== undefined && { threads: Number(metadata.threads) }),
    ...(metadata.recent !== undefined && { recent: JSON.parse(metadata.recent) as Step[] }),
  };
}
