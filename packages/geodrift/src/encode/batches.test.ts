import { describe, expect, it } from "vitest";
import { asTheyAre } from "../pictures/preparation.js";
import { encodeInBatches } from "./batches.js";

const options = { size: 2, most: 3, colours: asTheyAre, width: 1 };
const grey = (value: number, side = 2) => ({
  width: side,
  height: side,
  data: new Uint8Array(3 * side * side).fill(value),
});

describe("pictures through a network", () => {
  it("go a few at a time, in their order", async () => {
    const counts: number[] = [];
    const all = await encodeInBatches(
      [10, 20, 30, 40].map((v) => grey(v)),
      options,
      async ({ data, dims }) => {
        counts.push(dims[0]);
        return Float32Array.from({ length: dims[0] }, (_, i) => 255 * (data as Float32Array)[12 * i + 11]);
      },
    );
    expect(counts).toEqual([3, 1]);
    [10, 20, 30, 40].forEach((v, i) => {
      expect(all[i]).toBeCloseTo(v, 4);
    });
  });

  it("are squares of the encoder's size", async () => {
    const encoded = encodeInBatches([grey(1), grey(1, 4)], options, async () => new Float32Array(2));
    await expect(encoded).rejects.toThrow("picture: the encoder takes 2 × 2 pixels, got 4 × 4");
  });

  it("give numbers, or the network is damaged", async () => {
    const encoded = encodeInBatches([grey(1)], options, async () => new Float32Array([Number.NaN]));
    await expect(encoded).rejects.toThrow("the encoder gives NaN");
  });
});
