/**
 * Score distillation (DreamFusion, Poole et al. 2023; Feng et al. 2025, §3.3): a field whose pictures, from every side, a model of
 * pictures by angle finds likely. The model's own derivative is left out; only the renderer's is gone back through.
 */
import type { UprightCamera } from "../field/camera.js";
import { addTotalVariation, cellsUp } from "../field/grid.js";
import type { Background, Renderer } from "../field/march.js";
import { Generator } from "../random/generator.js";
import { debiasedBound } from "./debiased.js";
import {
  type Coarseness,
  type FieldState,
  firstAcross,
  refineIfDue,
  sizeAt,
  startFieldState,
  stepField,
} from "./field-state.js";
import { type DistillationWeight, distillationWeights, levelWindow } from "./weights.js";

/** A camera, and what is behind the field. */
export interface DistilledView {
  /** In the field's unit. */
  camera: UprightCamera;
  background: Background;
}

/** A noisy picture of a side. */
export interface Asked {
  /** γ·picture + (1−γ)·noise, [3, size, size]. */
  noisy: Float32Array;
  gamma: number;
  size: number;
  camera: UprightCamera;
  /** Share of the steps done, 0 … 1. */
  progress: number;
}

/** What says how a noisy picture of a side should have looked. */
export interface Denoiser {
  /** @returns the picture before the noise, guided, −1 … 1 */
  denoise(asked: Asked): Promise<Float32Array>;
}

/** A picture that the field has shown. */
export interface ShownView {
  /** [3, size, size], −1 … 1. */
  picture: Float32Array;
  size: number;
  camera: UprightCamera;
}

/** What learns how the field looks: its word, instead of the picture itself, is compared with the model's (`variationalDenoiser`). */
export interface LearningDenoiser extends Denoiser {
  /** Learns from the pictures of a step. */
  learn(views: readonly ShownView[], random: Generator): Promise<void>;
}

/** How a field is distilled. */
export interface DistilOptions extends Coarseness {
  seed: number;
  /** Sides of a step, evenly around. */
  views: number;
  /** Half the box's height in half its width. */
  halfHeight: number;
  weight: DistillationWeight;
  /** Is the residual held within a bound that widens (`debiasedBound`)? */
  debiased?: boolean;
  /** A view from about an azimuth, degrees. */
  viewAt(azimuth: number, size: number, random: Generator): DistilledView;
}

/** What a step has done. */
export interface DistilStep {
  /** Steps done. */
  step: number;
  /** Level of the step's last view, 0 … 1. */
  gamma: number;
  /** Mean |x − x̂| of its pictures, as far as it counts. */
  residual: number;
}

/**
 * What a field pays in a distillation: for the light that it stops, per pixel, in the first step and in the last, and for the total
 * variation of its density. The first falls to nothing: it clears away the fog of the beginning, and what goes on paying for it becomes
 * glass, and shrinks.
 */
export const distillationPrices = { stopped: [0.02, 0], variation: 1e-3 } as const;
/** Steps without total variation: it would hold a field that knows nothing yet. */
const withoutVariation = 100;

/** The state before the first step. */
export function startDistillation(options: Pick<DistilOptions, "across" | "coarse" | "halfHeight">): FieldState {
  const across = firstAcross(options);
  return startFieldState({ across, up: cellsUp(across, options.halfHeight), halfHeight: options.halfHeight });
}

/** No picture has colours beyond black and white. */
const held = (value: number): number => Math.min(1, Math.max(-1, value));

/**
 * Distils a field, updating the state in place in every step; every draw is a function of seed, step and view. The caller may save the
 * state between any two steps; going on from there gives the same field to the bit.
 * @param call `believed` takes the place of the field's own picture in the residual, and learns along; its state is the caller's to save.
 * `signal` ends it before the next step
 */
export async function* distil(
  state: FieldState,
  renderer: Renderer,
  denoiser: Denoiser,
  options: DistilOptions,
  call: { believed?: LearningDenoiser; signal?: AbortSignal } = {},
): AsyncGenerator<DistilStep> {
  const { believed, signal } = call;
  const weightOf = distillationWeights[options.weight];
  while (state.step < options.steps) {
    signal?.throwIfAborted();
    refineIfDue(state, options);
    const size = sizeAt(state.step, options);
    const { grid } = state;
    const gradient = new Float32Array(grid.values.length);
    const random = new Generator(options.seed, 6, state.step);
    const progress = state.step / options.steps;
    const window = levelWindow(progress);
    const stopped = distillationPrices.stopped[0] * (1 - progress) + distillationPrices.stopped[1] * progress;
    const shown: ShownView[] = [];
    let [gamma, residual] = [0, 0];
    for (let v = 0; v < options.views; v++) {
      const azimuth = ((v + random.uniform()) / options.views) * 360;
      const { camera, background } = options.viewAt(azimuth, size, random);
      const view = { camera, size, planes: grid.across, jitter: random.uniform() };
      const { picture } = await renderer.render(grid, view, background);
      gamma = random.uniform(...window);
      const noise = random.normals(picture.length);
      const noisy = picture.map((x, k) => gamma * x + (1 - gamma) * noise[k]);
      const asked = { noisy, gamma, size, camera, progress };
      const restored = await denoiser.denoise(asked);
      const own = believed ? (await believed.denoise(asked)).map(held) : picture;
      if (believed) shown.push({ picture, size, camera });
      const weight = weightOf(gamma) / options.views;
      const bound = options.debiased ? debiasedBound(progress) : Number.POSITIVE_INFINITY;
      const weights = own.map((x, k) => weight * Math.min(bound, Math.max(-bound, x - held(restored[k]))));
      residual += weights.reduce((sum, w) => sum + Math.abs(w), 0) / (weight * picture.length * options.views);
      await renderer.gradient(gradient, grid, view, background, weights, stopped / options.views);
    }
    if (state.step >= withoutVariation) addTotalVariation(gradient, grid, distillationPrices.variation);
    stepField(state, gradient, options);
    await believed?.learn(shown, random);
    yield { step: state.step, gamma, residual };
  }
}
