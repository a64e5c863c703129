import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { fieldTensors, readField } from "./field-tensors.js";
import { startGrid } from "./grid.js";
import { fieldRenderer } from "./march.js";
import { volumeOf } from "./volume.js";

/** A box of one colour and density. */
function uniform(density: number, colour: number) {
  const grid = startGrid({ across: 8, up: 12, halfHeight: 1.5 });
  for (let k = 0; k < grid.values.length; k++) grid.values[k] = k % 4 === 0 ? density : colour;
  return grid;
}

describe("a field as a volume", () => {
  const renderer = fieldRenderer({ runtime: ort });
  afterAll(() => renderer.dispose());

  it("has the colour, and stops the light, that the field does", async () => {
    const grid = uniform(-1.2, 0.4);
    const { dims, data } = volumeOf(grid);
    expect(dims).toEqual([8, 8, 12]);
    expect(data[0] / 255).toBeCloseTo(1 / (1 + Math.exp(-0.4)), 2);
    const camera = { azimuth: 0, distance: 40, height: 0, focal: 40 };
    const black = new Float32Array(3 * 9 * 9);
    const { opacity } = await renderer.render(grid, { camera, size: 9, planes: 64 }, black);
    // Straight through eight cells, with half a cell's border on either side.
    expect(1 - (1 - data[3] / 255) ** 8).toBeCloseTo(opacity[40], 1);
  });

  it("puts each cell where it is: east, north, up", () => {
    const grid = uniform(-30, 0);
    const [i, j, k] = [6, 2, 9];
    grid.values[((j * 8 + i) * 12 + k) * 4] = 50;
    const { data } = volumeOf(grid);
    const opaque = Array.from({ length: data.length / 4 }, (_, at) => at).filter((at) => data[4 * at + 3] > 0);
    expect(opaque).toEqual([(k * 8 + j) * 8 + i]);
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
