/**
 * A field from photographs and the cameras that took them (Mildenhall et al. 2020, on a grid of cells as DVGO, Sun et al. 2022): each
 * photograph has an exposure of its own, people in front of the landmark count little.
 */
import type { UprightCamera } from "../field/camera.js";
import { addTotalVariation, cellsUp } from "../field/grid.js";
import type { Background, Renderer } from "../field/march.js";
import { Generator } from "../random/generator.js";
import { aimed, aimWidth, huber, settleAims, takeAim } from "./aim.js";
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
  /** Photograph `i` with so many pixels along a side, and what is behind as a camera sees it. */
  photo(i: number, size: number, camera: UprightCamera): PhotoPixels;
}

/** How a field is reconstructed. */
export interface ReconstructOptions extends Coarseness {
  seed: number;
  /** Photographs of a step. */
  views: number;
  /** Half the box's height in half its width. */
  halfHeight: number;
  /** Is it to be found where photographs were aimed? */
  aim?: boolean;
}

/** A field and the exposures of the photographs. */
export interface ReconstructState extends FieldState {
  /** Gain and offset of red, green, blue of every photograph, [photographs, 6]. */
  exposures: Float32Array;
  /** Where they were aimed, [photographs, 3]. */
  aims: Float32Array;
}

/** What a step has done. */
export interface FieldStep {
  /** Steps done. */
  step: number;
  /** Mean over pixels of what the pictures miss, 0 … 1. */
  error: number;
}

/** Weight of the total variation of the density. */
const variationWeight = 1e-3;
/** Share of the steps after which there is something to be aimed at. */
const aimFrom = 0.1;
/** Share of the least-squares exposure that a photograph's own moves by when it is seen. */
const exposureRate = 0.3;

/** The state before the first step. */
export function startReconstruction(options: ReconstructOptions, photographs: number): ReconstructState {
  const [across, { halfHeight }] = [firstAcross(options), options];
  const state = startFieldState({ across, up: cellsUp(across, halfHeight), halfHeight });
  const exposures = Float32Array.from({ length: 6 * photographs }, (_, k) => (k % 6 < 3 ? 1 : 0));
  return { ...state, exposures, aims: new Float32Array(aimWidth * photographs) };
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
  const azimuths = photos.cameras.map(({ azimuth }) => azimuth);
  while (state.step < options.steps) {
    signal?.throwIfAborted();
    refineIfDue(state, options);
    const size = sizeAt(state.step, options);
    const { grid, exposures, aims } = state;
    const gradient = new Float32Array(grid.values.length);
    const random = new Generator(options.seed, 5, state.step);
    let error = 0;
    for (let v = 0; v < options.views; v++) {
      const i = random.integer(photos.cameras.length);
      const aim = aims.subarray(aimWidth * i, aimWidth * (i + 1));
      const camera = aimed(photos.cameras[i], aim);
      const view = { camera, size, planes: grid.across, jitter: random.uniform() };
      const { pixels, background } = photos.photo(i, size, camera);
      const own = exposures.subarray(6 * i, 6 * i + 6);
      // What is behind is the photograph's own, and exposed already: γ·(C + (1 − O)·B′) + o is γ·C + o·O + (1 − O)·B for this B′.
      const area = size * size;
      const unexposed = background.map((b, k) => (b - own[3 + Math.floor(k / area)]) / own[Math.floor(k / area)]);
      const { picture, opacity } = await renderer.render(grid, view, unexposed);
      const apart = picture.map((v, k) => {
        const c = Math.floor(k / area);
        return own[c] * ((v + 1) / 2) + own[3 + c] - pixels[k];
      });
      const weights = apart.map((v, k) => own[Math.floor(k / area)] * Math.min(huber, Math.max(-huber, v)));
      error += apart.reduce((sum, v) => sum + Math.abs(v), 0);
      // The light that is stopped costs nothing: at the least price what has the colours of the ground behind it becomes glass.
      await renderer.gradient(gradient, grid, view, unexposed, weights, 0);
      const colours = picture.map((v, k) => (v + 1) / 2 - (1 - opacity[k % area]) * unexposed[k]);
      if (options.aim && state.step >= aimFrom * options.steps)
        takeAim(aim, { colours, opacity, behind: unexposed, apart, gains: own, centre: camera.shift ?? [0, 0], size });
      expose(own, { colours, opacity, wanted: pixels.map((v, k) => v - (1 - opacity[k % area]) * background[k]) });
    }
    addTotalVariation(gradient, grid, variationWeight * options.views);
    if (options.aim) settleAims(aims, azimuths);
    error /= options.views * 3 * size * size;
    stepField(state, gradient, options);
    yield { step: state.step, error };
  }
}

/** Gains are held within this of 1, and offsets of 0: a photograph is no other picture. */
const mostExposure = 0.5;

/** What a field shows by itself, and what it should: each [3, size, size], of the share that it stops of the light, [size, size]. */
interface Shown {
  colours: Float32Array;
  wanted: Float32Array;
  opacity: Float32Array;
}

/**
 * Moves an exposure towards that which fits the landmark best: for each colour the gain γ and the offset o of least squares of
 * γ·colour + o·opacity, drawn towards 1 and 0.
 * @param exposure gains, then offsets
 */
function expose(exposure: Float32Array, { colours, wanted, opacity }: Shown): void {
  const area = opacity.length;
  const drawn = 0.05 * opacity.reduce((a, b) => a + b * b, 1);
  for (let c = 0; c < 3; c++) {
    let [xx, xo, oo, xy, oy] = [drawn, 0, drawn, drawn, 0];
    for (let k = 0; k < area; k++) {
      const [x, o, y] = [colours[c * area + k], opacity[k], wanted[c * area + k]];
      xx += x * x;
      xo += x * o;
      oo += o * o;
      xy += x * y;
      oy += o * y;
    }
    const determinant = xx * oo - xo * xo;
    const gain = Math.min(1 + mostExposure, Math.max(1 - mostExposure, (xy * oo - oy * xo) / determinant));
    const offset = Math.min(mostExposure, Math.max(-mostExposure, (oy - gain * xo) / oo));
    exposure[c] += exposureRate * (gain - exposure[c]);
    exposure[3 + c] += exposureRate * (offset - exposure[3 + c]);
  }
}
