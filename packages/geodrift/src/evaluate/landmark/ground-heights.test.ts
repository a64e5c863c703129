import { describe, expect, it } from "vitest";
import type { Mesh } from "../../landmarks/mesh.js";
import { groundHeights } from "./ground-heights.js";

/** A sheet of triangles over a square that is wider than the disc of radius 1. */
function sheet(height: (x: number, y: number) => number, n = 80, reach = 1.2): Mesh {
  const at = (k: number) => ((2 * k) / n - 1) * reach;
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let j = 0; j <= n; j++)
    for (let i = 0; i <= n; i++) {
      positions.push(at(i), at(j), height(at(i), at(j)));
      if (i === n || j === n) continue;
      const a = j * (n + 1) + i;
      triangles.push(a, a + 1, a + n + 2, a, a + n + 2, a + n + 1);
    }
  return {
    parts: [{ positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles), colour: [1, 1, 1] }],
  };
}
const cone = (x: number, y: number) => 1 - Math.hypot(x, y);

describe("the ground of a field", () => {
  it("is as far off as it was moved, in metres of the world", () => {
    const { meanM, medianM, covered } = groundHeights(
      sheet((x, y) => cone(x, y) + 0.1),
      sheet(cone),
      1,
      500,
    );
    expect([meanM, medianM]).toEqual([expect.closeTo(50, 3), expect.closeTo(50, 3)]);
    expect(covered).toBe(1);
  });
  it("of a slope that is tilted is off by the mean of the difference", () => {
    // The mean of |x| over a disc of radius r is 4r / 3π.
    const { meanM } = groundHeights(
      sheet((x) => x),
      sheet(() => 0),
      1,
      1,
    );
    expect(meanM).toBeCloseTo((4 * 0.9) / (3 * Math.PI), 2);
  });
  it("is seen from above: what lies below, or stands upright, does not count", () => {
    const below = sheet((x, y) => cone(x, y) - 0.5).parts;
    const wall = { positions: Float32Array.of(0, -1, 0, 0, 1, 0, 0, 0, 9), triangles: Uint32Array.of(0, 1, 2) };
    const own: Mesh = { parts: [...below, ...sheet(cone).parts, { ...wall, colour: [1, 1, 1] }] };
    expect(groundHeights(own, sheet(cone), 1, 1).meanM).toBeCloseTo(0, 6);
  });
  it("that is half there says so, and a plain is the measure of knowing nothing", () => {
    const half: Mesh = {
      parts: sheet(cone).parts.map((p) => ({ ...p, triangles: p.triangles.slice(0, p.triangles.length / 2) })),
    };
    const { meanM, covered, plainM } = groundHeights(half, sheet(cone), 1, 100);
    expect(meanM).toBeCloseTo(0, 4);
    expect(covered).toBeCloseTo(0.5, 1);
    // Radii of a disc have their median at m = 1/√2, and are 2/3 − m + 2m³/3 away from it in the mean.
    const m = Math.SQRT1_2;
    expect(plainM).toBeCloseTo(100 * 0.9 * (2 / 3 - m + (2 / 3) * m ** 3), 0);
  });
  it("that is nowhere has no number", () => {
    const { meanM, covered } = groundHeights({ parts: [] }, sheet(cone), 1, 1);
    expect([meanM, covered]).toEqual([Number.NaN, 0]);
  });
});
