import { describe, expect, it } from "vitest";
import { fieldTensors, readField } from "./field-tensors.js";
import { startGrid } from "./grid.js";
import { volumeOf } from "./volume.js";

/** A box of one colour and density. */
function uniform(density: number, colour: number) {
  const grid = startGrid({ across: 8, up: 12, halfHeight: 1.5 });
  for (let k = 0; k < grid.values.length; k++) grid.values[k] = k % 4 === 0 ? density : colour;
  return grid;
}

describe("a field as a volume", () => {
  it("has every cell where it is, east, north, up, with its colours first", () => {
    const grid = uniform(-30, 0);
    const [i, j, k] = [6, 2, 9];
    grid.values.set([50, 1, 2, 3], ((j * 8 + i) * 12 + k) * 4);
    const { dims, data } = volumeOf(grid);
    expect(dims).toEqual([8, 8, 12]);
    const dense = Array.from({ length: data.length / 4 }, (_, at) => at).filter((at) => data[4 * at + 3] > 0);
    expect(dense).toEqual([(k * 8 + j) * 8 + i]);
    expect([...data.subarray(4 * dense[0], 4 * dense[0] + 4)]).toEqual([1, 2, 3, 50]);
  });
});

describe("a field as tensors", () => {
  it("is read as it was written", () => {
    const grid = uniform(1, 2);
    expect(readField(fieldTensors({ grid, unitM: 12.5 }))).toEqual({ grid, unitM: 12.5 });
  });

  it("is none without its numbers, or with a size that is none", () => {
    const whole = fieldTensors({ grid: uniform(1, 2), unitM: 1 });
    const wrong: Partial<typeof whole>[] = [
      { tensors: {} },
      { metadata: {} },
      { metadata: { halfHeight: "-1", unitM: "1" } },
    ];
    for (const changed of wrong) expect(() => readField({ ...whole, ...changed })).toThrow(/is no field/);
  });
});
