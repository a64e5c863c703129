import { expect, it } from "vitest";
import { channels } from "../field/grid.js";
import { refineIfDue, startFieldState, stepField } from "./field-state.js";

it("densities and colours move at their own rates, on fine cells at half of them", () => {
  const coarseness = { steps: 10, size: 16, across: 8, coarse: true };
  const state = startFieldState({ across: 4, up: 4, halfHeight: 1 });
  /** How far each channel of a cell has moved in a step, against a gradient of ones: Adam's first step is its rate. */
  const moved = () => {
    const before = state.grid.values.slice(0, channels);
    stepField(state, new Float32Array(state.grid.values.length).fill(1), coarseness);
    return Array.from(before, (v, c) => v - state.grid.values[c]);
  };
  const near = (values: number[]) => values.map((v) => expect.closeTo(v, 5));
  expect(moved()).toEqual(near([0.4, 0.05, 0.05, 0.05]));
  state.step = 6;
  refineIfDue(state, coarseness);
  expect(state.grid.across).toBe(8);
  expect(moved()).toEqual(near([0.2, 0.025, 0.025, 0.025]));
});
