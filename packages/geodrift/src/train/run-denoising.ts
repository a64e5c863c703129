/** One training of what restores pictures from noise, whatever the pictures are of. */
import {
  type DenoisingBatch,
  denoisingObjective,
  Generator,
  type ImageTransformerConfig,
  initTrainState,
  type Parameters,
  type TextEncoder,
  type TrainState,
  warmedDecay,
  warmupConstantDecay,
} from "@geodrift/core";
import type { ImagesTraining } from "./config.js";
import { type LoggedStep, meanOver, perSecond, runTraining, type TrainingContext } from "./run-training.js";
import type { Provenance } from "./state-file.js";

/** What is learned, and from what. */
interface Denoising {
  network: ImageTransformerConfig;
  words: TextEncoder;
  /** Weights that take the place of fresh ones. */
  given?: Parameters;
  /** Batches from a step on, counted from 0. */
  batches(from: number): AsyncIterable<DenoisingBatch>;
  provenance: Provenance;
  /** Steps between lines of the log. */
  logEvery: number;
}

/** What of a config says how it is trained. */
type Settings = Omit<ImagesTraining, "kind" | "rasters" | "views" | "heldOut" | "network" | "dropped">;

/**
 * Trains to the last step, as `runTraining` does.
 * @returns the state after it
 */
export const runDenoising = (
  config: Settings,
  { network, words, given, batches, provenance, logEvery }: Denoising,
  context: TrainingContext,
): Promise<TrainState> => {
  const objective = denoisingObjective(network, words);
  return runTraining(
    {
      name: config.name,
      out: config.out,
      checkpointEvery: config.checkpointEvery,
      logEvery,
      provenance,
      objective,
      state: initTrainState(objective, new Generator(config.seed, 0), { average: true, given }),
      batches,
      options: {
        steps: config.steps,
        rate: warmupConstantDecay(config.rate, config.warmup, config.decay, config.steps),
        betas: config.betas,
        clip: config.clip,
        ema: (step) => warmedDecay(config.ema, step),
      },
      groupOf: ({ pixels }) => pixels.dims[2],
      lines: (recent) => linesBySize(config, recent),
    },
    context,
  );
};

/** A line for every size of pictures among the steps. */
export function linesBySize(config: Pick<ImagesTraining, "sizes" | "name" | "batch">, recent: readonly LoggedStep[]) {
  const { step, rate } = recent[recent.length - 1];
  return config.sizes.flatMap(({ size }) => {
    const own = recent.filter((r) => r.group === size);
    if (own.length === 0) return [];
    const line = {
      step,
      size,
      loss: Number(meanOver(own, (r) => r.loss).toFixed(5)),
      gradient: Number(meanOver(own, (r) => r.gradientNorm ?? 0).toFixed(4)),
      rate,
      picturesPerSecond: Math.round(meanOver(own, (r) => perSecond(config.batch, r))),
    };
    const said = `${config.name} ${step}: ${size} px, loss ${line.loss}, ${line.picturesPerSecond} pictures/s`;
    return [{ line, said }];
  });
}
