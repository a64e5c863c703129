import { describe, expect, it } from "vitest";
import { channels, type FieldGrid } from "./grid.js";
import { halfDensity, type Surface, surfaceNets } from "./surface-nets.js";

/** A field whose raw density at a point is a function. */
function fieldOf(
  across: number,
  up: number,
  halfHeight: number,
  raw: (x: number, y: number, z: number) => number,
): FieldGrid {
  const values = new Float32Array(across ** 2 * up * channels);
  for (let j = 0; j < across; j++)
    for (let i = 0; i < across; i++)
      for (let k = 0; k < up; k++)
        values[((j * across + i) * up + k) * channels] = raw(
          (2 * (i + 0.5)) / across - 1,
          (2 * (j + 0.5)) / across - 1,
          ((2 * (k + 0.5)) / up - 1) * halfHeight,
        );
  return { across, up, halfHeight, values };
}

/** How often every edge is gone along, in either direction. */
function edges({ triangles }: Surface): Map<string, number> {
  const counts = new Map<string, number>();
  for (let t = 0; t < triangles.length; t += 3)
    for (let k = 0; k < 3; k++) {
      const edge = `${triangles[t + k]} ${triangles[t + ((k + 1) % 3)]}`;
      counts.set(edge, (counts.get(edge) ?? 0) + 1);
    }
  return counts;
}

function areaAndVolume({ positions, triangles }: Surface): [area: number, volume: number] {
  let [area, volume] = [0, 0];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => positions.subarray(3 * triangles[t + k], 3 * triangles[t + k] + 3));
    const [u, v] = [b.map((x, k) => x - a[k]), c.map((x, k) => x - a[k])];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    area += Math.hypot(...n) / 2;
    volume += (a[0] * n[0] + a[1] * n[1] + a[2] * n[2]) / 6;
  }
  return [area, volume];
}

describe("surface nets", () => {
  const radius = 0.7;
  const sphere = surfaceNets(
    fieldOf(40, 40, 1, (x, y, z) => 40 * (radius - Math.hypot(x, y, z))),
    Math.log(2),
  );

  it("make a sphere a closed surface, of its area and its volume, seen from outside", () => {
    const counts = edges(sphere);
    for (const [edge, count] of counts) {
      expect(count).toBe(1);
      expect(counts.get(edge.split(" ").reverse().join(" "))).toBe(1);
    }
    const corners = sphere.positions.length / 3;
    expect(corners - counts.size / 2 + sphere.triangles.length / 3).toBe(2);
    const [area, volume] = areaAndVolume(sphere);
    expect(area / (4 * Math.PI * radius ** 2)).toBeCloseTo(1, 2);
    expect(volume / ((4 / 3) * Math.PI * radius ** 3)).toBeCloseTo(1, 1);
    expect(volume).toBeGreaterThan(0);
  });

  it("close what reaches beyond the box, at its faces", () => {
    const full = surfaceNets(
      fieldOf(6, 9, 1.5, () => 20),
      halfDensity({ across: 6 }),
    );
    const counts = edges(full);
    for (const edge of counts.keys()) expect(counts.get(edge.split(" ").reverse().join(" "))).toBe(counts.get(edge));
    const [, volume] = areaAndVolume(full);
    expect(volume).toBeGreaterThan(2 * 2 * 3 * 0.9);
    expect(volume).toBeLessThan(2.4 * 2.4 * 3.4);
  });

  it("make nothing of nothing", () => {
    expect(
      surfaceNets(
        fieldOf(4, 4, 1, () => -10),
        1,
      ).triangles,
    ).toHaveLength(0);
  });
});
