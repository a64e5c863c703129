import { describe, expect, it } from "vitest";
import { interpolatePositions } from "./interpolate-positions.js";

/** sin(1 + 3i + 5j + ij) */
const grid = (n: number) =>
  Float32Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return Math.sin(1 + 3 * i + 5 * j + i * j);
  });

describe("interpolatePositions", () => {
  // Entries 0, 1, b + 2, b² − 2 and b² − 1 of torch.nn.functional.interpolate, PyTorch 1.13, mode bicubic.
  const antialiased = { antialias: true, offset: 0 };
  const offset = { antialias: false, offset: 0.1 };
  const plain = { antialias: false, offset: 0 };
  it.each([
    [7, 5, antialiased, [0.107668824, -0.735468566, 0.15944472, -0.357419759, -0.179416984]],
    [7, 5, offset, [0.416189461, -0.810176104, 0.171997671, -0.376790766, -0.17901744]],
    [7, 5, plain, [0.382701207, -0.827460668, 0.154568674, -0.450680899, -0.1788733]],
    [5, 7, antialiased, [1.004394174, 0.31559068, -0.608248889, 0.084697917, -1.055743933]],
    [5, 7, offset, [1.069109422, 0.360613938, -0.678687315, 0.276294916, -1.040214971]],
    [9, 4, antialiased, [-0.102307349, -0.059971791, -0.247927472, 0.365991503, -0.218686298]],
    [9, 4, offset, [-0.471732807, -0.31883, -0.556488341, 0.53346178, -0.823965444]],
  ])("agrees with PyTorch from %i to %i (%o)", (from, to, options, expected) => {
    const out = interpolatePositions(grid(from), from, to, options);
    [0, 1, to + 2, to * to - 2, to * to - 1].forEach((k, i) => {
      // PyTorch antialiases in single precision.
      expect(Math.abs(out[k] - expected[i])).toBeLessThan(2e-6);
    });
  });
  it.each([antialiased, offset, plain])("keeps what is constant, every channel by itself (%o)", (options) => {
    const two = Float32Array.from({ length: 2 * 81 }, (_, k) => (k % 2 === 0 ? 3 : -1));
    const out = interpolatePositions(two, 9, 6, options);
    out.forEach((x, k) => {
      expect(x).toBeCloseTo(k % 2 === 0 ? 3 : -1, 5);
    });
  });
  it("leaves a grid of the right size as it is", () => {
    expect(interpolatePositions(grid(4), 4, 4, antialiased)).toEqual(grid(4));
  });
});
