/**
 * Variational score distillation (ProlificDreamer, Wang et al. 2023): the field's picture is compared with the model not as it is, but as a
 * second network knows it, which begins as the model and learns on the way how the field looks. What both agree on pulls no more: what
 * is gained is contrast, which averages of many likely pictures lack.
 */
import type { Runtime } from "@geodrift/compile";
import { tensor } from "@geodrift/compile";
import type { UprightCamera } from "../field/camera.js";
import type { ImageTransformerConfig } from "../net/image-transformer.js";
import { copyOf, type Parameters } from "../net/parameters.js";
import type { TextEncoder } from "../net/words.js";
import { imageModel } from "../solve/imagine.js";
import { type Told, toldTensors } from "../solve/told-tensors.js";
import type { DenoisingBatch } from "../train/denoising.js";
import { denoisingObjective } from "../train/denoising-objective.js";
import { type TrainState, train } from "../train/loop.js";
import { zeroMoments } from "../train/optimizer.js";
import type { LearningDenoiser } from "./distil.js";

/** Learning rate of the second network, and the share of its examples that are told nothing of the camera (threestudio's `vsd`). */
const [rate, dropped] = [1e-4, 0.1];

/** What the second network is made from. */
export interface VariationalOptions {
  config: ImageTransformerConfig;
  words: TextEncoder;
  /** The model's weights; not written to. */
  params: Parameters;
  runtime: Runtime;
  /** What is told of a camera. */
  toldOf(camera: UprightCamera): Told;
}

/** The second network before its first step. */
export function startVariational(params: Parameters): TrainState {
  const own = copyOf(params);
  return { step: 0, params: own, moments: zeroMoments(own) };
}

/**
 * The second network, learning in place in `state`, one step for every step of the field.
 * @returns with `dispose`, which frees its graphs
 */
export function variationalDenoiser(
  state: TrainState,
  { config, words, runtime, toldOf }: Omit<VariationalOptions, "params">,
): LearningDenoiser & { dispose(): Promise<void> } {
  const model = imageModel(config, state.params, words, { runtime });
  let batch: DenoisingBatch | undefined;
  async function* batches() {
    while (batch) yield batch;
  }
  const options = { steps: Number.POSITIVE_INFINITY, rate: () => rate, betas: [0.9, 0.99] as const, clip: 1 };
  const training = train(state, denoisingObjective(config, words), batches, options, { runtime });
  return {
    async denoise({ noisy, gamma, size, camera }) {
      const { fill, ...told } = toldOf(camera);
      return (await model.restore(noisy, gamma, { terms: [{ weight: 1, ...told }], fill, size })).guided;
    },
    async learn(views, random) {
      const [n, { size }] = [views.length, views[0]];
      const [pixels, area] = [new Float32Array(n * 3 * size * size), 3 * size * size];
      views.forEach(({ picture }, i) => {
        pixels.set(picture, i * area);
      });
      const told = views.map(({ camera }) => {
        const { fill, ...all } = toldOf(camera);
        return random.uniform() < dropped ? { fill } : { fill, ...all };
      });
      batch = {
        pixels: tensor(pixels, [n, 3, size, size]),
        noise: tensor(random.normals(pixels.length), [n, 3, size, size]),
        gamma: tensor(
          Float32Array.from({ length: n }, () => random.uniform()),
          [n],
        ),
        ...(await toldTensors(config, words, told)),
      };
      await training.next();
    },
    async dispose() {
      batch = undefined;
      await training.return(undefined);
      await model.dispose();
    },
  };
}
