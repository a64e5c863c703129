/**
 * A field from photographs and the cameras that took them (Mildenhall et al. 2020, on a grid of cells as DVGO, Sun et al. 2022): each
 * photograph has an exposure of its own, people in front of the landmark count little.
 */
import type { UprightCamera } from "../field/camera.js";
import { addTotalVariation, cellsUp } from "../field/grid.js";
import type { Background, Renderer } from "../field/march.js";
import { Generator } from "../random/generator.js";
import {
  type Coarseness,
  type FieldState,
  firstAcross,
  refineIfDue,
  sizeAt,
  startFieldState,
  stepField,
} from "./field-state.js";

/** A photograph in one size. */
export interface PhotoPixels {
  /** [3, size, size] in 0 … 1. */
  pixels: Float32Array;
  /** What is behind the landmark, [3, size, size] in 0 … 1. */
  background: Background;
}

/** Photographs with their cameras. */
export interface PosedPhotos {
  /** Cameras in the field's unit, half the box's width. */
  cameras: readonly UprightCamera[];
  /** Photograph `i` with so many pixels along a side. */
  photo(i: number, size: number): PhotoPixels;
}

/** How a field is reconstructed. */
export interface ReconstructOptions extends Coarseness {
  seed: number;
  /** Photographs of a step. */
  views: number;
  /** Half the box's height in half its width. */
  halfHeight: number;
}

/** A field and the exposures of the photographs. */
export interface ReconstructState extends FieldState {
  /** Gain and offset of red, green, blue of every photograph, [photographs, 6]. */
  exposures: Float32Array;
}

/** What a step has done. */
export interface FieldStep {
  /** Steps done. */
  step: number;
  /** Mean over pixels of what the pictures miss, 0 … 1. */
  error: number;
}

/** Weights of the light that is stopped, per pixel, and of the total variation of the density. */
const [opacityWeight, variationWeight] = [0.002, 1e-3];
/** Beyond this difference a pixel counts no more: somebody stands in front. */
const huber = 0.15;
/** Share of the least-squares exposure that a photograph's own moves by when it is seen. */
const exposureRate = 0.3;

/** The state before the first step. */
export function startReconstruction(options: ReconstructOptions, photographs: number): ReconstructState {
  const [across, { halfHeight }] = [firstAcross(options), options];
  const state = startFieldState({ across, up: cellsUp(across, halfHeight), halfHeight });
  const exposures = Float32Array.from({ length: 6 * photographs }, (_, k) => (k % 6 < 3 ? 1 : 0));
  return { ...state, exposures };
}

/**
 * Fits a field to photographs, updating the state in place in every step. The caller may save the state between any two steps; going on
 * from there gives the same field to the bit.
 * @param signal ends it before the next step
 */
export async function* reconstruct(
  state: ReconstructState,
  renderer: Renderer,
  photos: PosedPhotos,
  options: ReconstructOptions,
  signal?: AbortSignal,
): AsyncGenerator<FieldStep> {
  while (state.step < options.steps) {
    signal?.throwIfAborted();
    refineIfDue(state, options);
    const size = sizeAt(state.step, options);
    const { grid, exposures } = state;
    const gradient = new Float32Array(grid.values.length);
    const random = new Generator(options.seed, 5, state.step);
    let error = 0;
    for (let v = 0; v < options.views; v++) {
      const i = random.integer(photos.cameras.length);
      const view = { camera: photos.cameras[i], size, planes: grid.across, jitter: random.uniform() };
      const { pixels, background } = photos.photo(i, size);
      const { picture } = await renderer.render(grid, view, background);
      const own = exposures.subarray(6 * i, 6 * i + 6);
      expose(own, picture, pixels);
      const weights = new Float32Array(picture.length);
      const area = size * size;
      for (let k = 0; k < weights.length; k++) {
        const c = Math.floor(k / area);
        const apart = own[c] * ((picture[k] + 1) / 2) + own[3 + c] - pixels[k];
        weights[k] = own[c] * Math.min(huber, Math.max(-huber, apart));
        error += Math.abs(apart);
      }
      await renderer.gradient(gradient, grid, view, background, weights, opacityWeight);
    }
    addTotalVariation(gradient, grid, variationWeight * options.views);
    error /= options.views * 3 * size * size;
    stepField(state, gradient, options);
    yield { step: state.step, error };
  }
}

/** Gains are held within this of 1, and offsets of 0: a photograph is no other picture. */
const mostExposure = 0.5;

/**
 * Moves an exposure towards that which fits best: for each colour the gain and the offset of least squares, drawn towards 1 and 0.
 * @param exposure gains, then offsets
 * @param picture in −1 … 1
 * @param pixels in 0 … 1
 */
function expose(exposure: Float32Array, picture: Float32Array, pixels: Float32Array): void {
  const area = picture.length / 3;
  const drawn = 0.05 * area;
  for (let c = 0; c < 3; c++) {
    let [x, y, xx, xy] = [0, 0, 0, 0];
    for (let k = c * area; k < (c + 1) * area; k++) {
      const v = (picture[k] + 1) / 2;
      x += v;
      y += pixels[k];
      xx += v * v;
      xy += v * pixels[k];
    }
    const [meanX, meanY] = [x / area, y / area];
    const gain = (xy - area * meanX * meanY + drawn) / (xx - area * meanX * meanX + drawn);
    const held = Math.min(1 + mostExposure, Math.max(1 - mostExposure, gain));
    const offset = Math.min(mostExposure, Math.max(-mostExposure, meanY - held * meanX));
    exposure[c] += exposureRate * (held - exposure[c]);
    exposure[3 + c] += exposureRate * (offset - exposure[3 + c]);
  }
}
