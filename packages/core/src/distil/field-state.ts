/** A field while it is fitted: its numbers, their moments, and how it grows from coarse to fine. */
import { channels, doubled, type FieldGrid, type GridShape, startGrid } from "../field/grid.js";
import { adamw } from "../train/adamw.js";

/** Everything that the next step depends on. */
export interface FieldState {
  /** Steps done. */
  step: number;
  grid: FieldGrid;
  /** First and second moments of the values. */
  first: Float32Array;
  second: Float32Array;
}

/**
 * How a field is optimised (DVGO, Sun et al. 2022; the rate of colours is that of SJC, Wang et al. 2023). Densities have a rate of their
 * own: a cell of 32 or 64 stops half of the light at 11 or 22, where a colour needs four, and at one rate with colours all is glass for
 * hundreds of steps, and seems farther away than it is.
 */
export const fieldOptimizer = { colourRate: 0.05, densityRate: 0.4, betas: [0.9, 0.99], eps: 1e-8 } as const;

/** Share of the steps with half as many pixels and cells along every side. */
const coarseShare = 0.6;

/** A schedule from coarse to fine. */
export interface Coarseness {
  /** Steps in all. */
  steps: number;
  /** Pixels along a side, and cells across, at the end: even numbers. */
  size: number;
  across: number;
  /** Does it begin with half as many of both? */
  coarse: boolean;
}

/** Steps with half as many pixels and cells. */
export const coarseSteps = ({ steps, coarse }: Pick<Coarseness, "steps" | "coarse">): number =>
  coarse ? Math.floor(coarseShare * steps) : 0;

/** Cells across in the beginning. */
export const firstAcross = ({ across, coarse }: Pick<Coarseness, "across" | "coarse">): number =>
  coarse ? across / 2 : across;

/** Pixels along a side at a step, counted from 0. */
export const sizeAt = (step: number, coarseness: Coarseness): number =>
  step < coarseSteps(coarseness) ? coarseness.size / 2 : coarseness.size;

/** The state before the first step. */
export function startFieldState(shape: GridShape): FieldState {
  const grid = startGrid(shape);
  const zeros = () => new Float32Array(grid.values.length);
  return { step: 0, grid, first: zeros(), second: zeros() };
}

/** Halves the cells of a state where its step asks for it; moments begin anew. Call it before every step. */
export function refineIfDue(state: FieldState, coarseness: Coarseness): void {
  if (state.step < coarseSteps(coarseness) || state.grid.across >= coarseness.across) return;
  state.grid = doubled(state.grid);
  state.first = new Float32Array(state.grid.values.length);
  state.second = new Float32Array(state.grid.values.length);
}

/** One step of Adam on the values, with half the rates on fine cells. @param gradient of the values; overwritten */
export function stepField(state: FieldState, gradient: Float32Array, coarseness: Coarseness): void {
  const { colourRate, densityRate, ...options } = fieldOptimizer;
  const coarse = coarseSteps(coarseness);
  const fine = state.step >= coarse;
  const { grid, first, second } = state;
  const slot = { weights: grid.values, gradient, first, second, average: undefined, axes: 1 };
  const cells = grid.values.length / channels;
  const before = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell++) before[cell] = grid.values[channels * cell];
  adamw(slot, fine ? colourRate / 2 : colourRate, state.step - (fine ? coarse : 0) + 1, options);
  for (let cell = 0; cell < cells; cell++) {
    const at = channels * cell;
    grid.values[at] = before[cell] + (densityRate / colourRate) * (grid.values[at] - before[cell]);
  }
  state.step++;
}
