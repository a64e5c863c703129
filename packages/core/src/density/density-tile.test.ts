import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toVec3 } from "../sphere/point.js";
import { densityColours, densityTile } from "./density-tile.js";
import { distributionTensors, peakLogDensity, readDistribution } from "./distribution-file.js";
import { meshDistribution } from "./mesh-distribution.js";
import { meshOfDensity } from "./mesh-of-density.js";
import { sampleDistribution } from "./sample-distribution.js";

const kappa = 200;
/** A von Mises–Fisher density at a place, and its log density in closed form. */
async function bump(lat: number, lng: number) {
  const centre = toVec3({ lat, lng });
  const logDensity = (points: Float64Array) =>
    Float64Array.from({ length: points.length / 3 }, (_, i) => {
      const d = centre[0] * points[3 * i] + centre[1] * points[3 * i + 1] + centre[2] * points[3 * i + 2];
      return kappa * (d - 1) + Math.log(kappa / (2 * Math.PI));
    });
  const mesh = await meshOfDensity(logDensity, { peaks: [{ centre, radius: 0.05 }] }, { level: 3, tolerance: 0.25 });
  return { distribution: meshDistribution(mesh), at: (x: readonly number[]) => logDensity(Float64Array.from(x))[0] };
}

/** The place of a pixel by the formula of the web Mercator grid. */
function placeOfPixel(z: number, x: number, y: number, pixel: number, size: number) {
  const [u, v] = [x + ((pixel % size) + 0.5) / size, y + (Math.floor(pixel / size) + 0.5) / size];
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * v) / 2 ** z))) * 180) / Math.PI;
  return { lat, lng: (360 * u) / 2 ** z - 180 };
}

describe("a tile of a density", () => {
  it.each([
    ["in the middle", 20, 10],
    ["at the date line", -17, 179.9],
    ["near the pole", 84, -60],
  ])("is the density at every pixel, %s", async (_, lat, lng) => {
    const { distribution, at } = await bump(lat, lng);
    const z = 4;
    const mercator = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI;
    const [x, y] = [Math.floor(((lng + 180) / 360) * 16), Math.floor((1 - mercator) * 8)];
    for (const column of [x, (x + 1) % 16]) {
      const size = 32;
      densityTile(distribution, { z, x: column, y }, size).forEach((value, pixel) => {
        expect(Number.isFinite(value)).toBe(true);
        const exact = at(toVec3(placeOfPixel(z, column, y, pixel, size)));
        // Within the mesh's own error, and what the density changes across a pixel.
        if (exact > Math.log(kappa) - 4) expect(Math.abs(value - exact)).toBeLessThan(0.4);
      });
    }
  });

  it("leaves no pixel out, on any tile", async () => {
    const { distribution } = await bump(-30, 150);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), fc.nat(), fc.nat(), (z, i, j) => {
        const tile = densityTile(distribution, { z, x: i % 2 ** z, y: j % 2 ** z }, 16);
        expect(tile.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("shows nothing where no triangle is", async () => {
    const { distribution } = await bump(0, 0);
    const { mesh } = distribution;
    // One triangle left, half of a tile wide: whatever is outside of it is not guessed from it.
    const one = meshDistribution({
      ...mesh,
      vertices: Float64Array.from([
        ...toVec3({ lat: 40, lng: 1 }),
        ...toVec3({ lat: 30, lng: 20 }),
        ...toVec3({ lat: 50, lng: 20 }),
      ]),
      triangles: Uint32Array.of(0, 1, 2),
      masses: Float64Array.of(1),
      areas: Float64Array.of(0.1),
      turned: Uint8Array.of(0),
      vertexLogDensities: Float64Array.of(1, 2, 3),
    });
    const tile = densityTile(one, { z: 2, x: 2, y: 1 }, 32);
    const inside = [...tile].filter(Number.isFinite);
    expect(inside.length).toBeGreaterThan(30);
    expect(inside.length).toBeLessThan(300);
    expect(Math.min(...inside)).toBeGreaterThanOrEqual(1 - 1e-6);
    expect(Math.max(...inside)).toBeLessThanOrEqual(3 + 1e-6);
  });

  it("shows a peak smaller than a pixel", async () => {
    const { distribution } = await bump(48, 2);
    const tile = densityTile(distribution, { z: 0, x: 0, y: 0 }, 32);
    expect(Math.max(...tile)).toBeCloseTo(peakLogDensity(distribution), 3);
  });

  it("draws distributions from samples, smoothly", () => {
    const samples = new Float64Array(60);
    for (let i = 0; i < 20; i++) samples.set(toVec3({ lat: 40 + i / 10, lng: -100 + (i % 5) / 10 }), 3 * i);
    const distribution = sampleDistribution(samples);
    const tile = densityTile(distribution, { z: 4, x: 3, y: 6 }, 64);
    const most = tile.indexOf(Math.max(...tile));
    const { lat, lng } = placeOfPixel(4, 3, 6, most, 64);
    expect(Math.abs(lat - 41)).toBeLessThan(3);
    expect(Math.abs(lng + 99.8)).toBeLessThan(3);
  });

  it("refuses tiles that the grid does not have", async () => {
    const { distribution } = await bump(0, 0);
    for (const [z, x, y] of [
      [-1, 0, 0],
      [1, 2, 0],
      [3, 0, 8],
      [25, 0, 0],
      [1.5, 0, 0],
      [2, Number.NaN, 0],
    ])
      expect(() => densityTile(distribution, { z, x, y })).toThrow(`got ${z}/${x}/${y}`);
  });

  it("is coloured from nothing to light", () => {
    const colours = densityColours(Float32Array.of(5, 1.5, -2.1, Number.NEGATIVE_INFINITY), 5);
    expect([...colours.slice(0, 3)]).toEqual([240, 249, 33]);
    expect(colours[3]).toBeGreaterThan(200);
    expect(colours[7]).toBeGreaterThan(100);
    expect([...colours.slice(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe("a distribution as tensors", () => {
  it("is the same when it is read again", async () => {
    const { distribution } = await bump(10, 20);
    const samples = distribution.representatives(64);
    const again = readDistribution(distributionTensors(distribution, samples));
    expect(again.distribution.best).toEqual(distribution.best);
    expect(again.distribution.regions([0.5, 0.9])).toEqual(distribution.regions([0.5, 0.9]));
    expect(again.distribution.logProbNats({ lat: 12, lng: 21 })).toBe(distribution.logProbNats({ lat: 12, lng: 21 }));
    expect(again.samples.length).toBe(samples.length);
    const fromSamples = readDistribution({ samples: distributionTensors(distribution, samples).samples });
    expect("mesh" in fromSamples.distribution).toBe(false);
  });
});
