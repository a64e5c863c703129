import { compile, type Tensor, tensor } from "@geodrift/compile";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { distanceKm, earthRadiusKm, type LatLng } from "../sphere/point.js";
import {
  cornersInto,
  emptyLookup,
  type FeatureGridConfig,
  lookupInto,
  lookupTensors,
  mapFeatures,
  mapPoints,
  mapReads,
  mapShape,
  mapTable,
  readMap,
  viewPlaces,
} from "./feature-grid.js";
import type { Parameters } from "./parameters.js";

const level = { degrees: 15, channels: 3, reads: 1 };
const points = mapPoints(level);
const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lng = fc.double({ min: -180, max: 180, noNaN: true });

/** The points about a place, and their shares. */
function cornersOf(place: LatLng, degrees = level.degrees): { point: LatLng; share: number }[] {
  const [rows, shares] = [new Int32Array(4), new Float32Array(4)];
  cornersInto(rows, shares, 0, place, { degrees });
  const all = mapPoints({ degrees });
  return [...rows].map((row, k) => ({ point: all[row], share: shares[k] }));
}

describe("the points of a map", () => {
  it("stand as far apart along their parallels as the parallels do, from the north", () => {
    expect(mapShape(level)).toEqual([points.length, 3]);
    expect(points[0]).toEqual({ lat: 90, lng: -180 });
    expect(points.at(-1)).toEqual({ lat: -90, lng: -180 });
    // The globe has 4π/(15°)² squares of that size.
    expect(Math.abs(points.length / ((4 * Math.PI) / ((15 * Math.PI) / 180) ** 2) - 1)).toBeLessThan(0.03);
    for (const [i, point] of points.entries())
      if (Math.abs(point.lat) < 90 && points[i + 1].lat === point.lat) {
        const km = distanceKm(point, points[i + 1]);
        expect(Math.abs(km / ((15 * Math.PI * earthRadiusKm) / 180) - 1)).toBeLessThan(0.15);
      }
  });

  it("about a place have shares that add up to one, and it as their middle", () => {
    fc.assert(
      fc.property(lat, lng, (a, b) => {
        const corners = cornersOf({ lat: a, lng: b });
        const sum = (of: (point: LatLng) => number) =>
          corners.reduce((s, { point, share }) => s + share * of(point), 0);
        expect(sum(() => 1)).toBeCloseTo(1, 5);
        expect(sum((point) => point.lat)).toBeCloseTo(a, 3);
        for (const { share } of corners) expect(share).toBeGreaterThanOrEqual(0);
        // On each parallel the nearest two, whatever the meridian.
        for (const { point, share } of corners)
          if (share > 0 && Math.abs(point.lat) < 90) {
            const around = points.filter((other) => other.lat === point.lat).length;
            const turns = Math.abs(((point.lng - b + 540) % 360) - 180);
            expect(turns).toBeLessThanOrEqual(360 / around + 1e-4);
          }
      }),
    );
  });

  it("take both names of the date line for one meridian, and a pole for one point", () => {
    const at = (place: LatLng) =>
      cornersOf(place)
        .filter(({ share }) => share > 0)
        .map(({ point, share }) => [point.lat, point.lng, share]);
    expect(at({ lat: 12, lng: 180 })).toEqual(at({ lat: 12, lng: -180 }));
    for (const pole of [90, -90]) for (const [latitude] of at({ lat: pole, lng: 77 })) expect(latitude).toBe(pole);
  });
});

describe("the places of a view", () => {
  it("lie in a square around the centre, from the north-west on, wherever it is", () => {
    fc.assert(
      fc.property(lat, lng, (a, b) => {
        const place = { lat: a, lng: b };
        const middles = viewPlaces(place, 400, 8);
        // On a plane the nearest four are 25·√2 km away, the corners 175·√2.
        const km = middles.map((middle) => distanceKm(place, middle));
        for (const k of [27, 28, 35, 36]) expect(km[k]).toBeCloseTo(25 * Math.SQRT2, 1);
        for (const k of [0, 7, 56, 63]) expect(Math.abs(km[k] - 175 * Math.SQRT2)).toBeLessThan(0.2);
        expect(distanceKm(middles[0], middles[7])).toBeCloseTo(350, 0);
      }),
    );
    const [first, second, third] = viewPlaces({ lat: 0, lng: 180 }, 400, 2);
    expect(first.lat).toBeGreaterThan(0);
    expect(first.lng).toBeCloseTo(180 - 0.9, 1);
    expect(second.lng).toBeCloseTo(-180 + 0.9, 1);
    expect(third.lat).toBeLessThan(0);
  });
});

describe("a map", () => {
  const map: FeatureGridConfig = [level, { degrees: 5, channels: 2, reads: 2 }];
  const grid = 2;
  const places = [
    { lat: 40, lng: 20 },
    { lat: -77, lng: 179 },
    { lat: 89.9, lng: 0 },
  ];
  const features = map.map((own, l) => new Generator(l).normals(mapShape(own)[0] * own.channels));
  const tables: Parameters = Object.fromEntries(
    map.map((own, l) => [`map.${l}`, tensor(mapTable(Float32Array.from(features[l])), mapShape(own))]),
  );

  it("is read in proportion between its points, by patch, level and place", async () => {
    const reading = emptyLookup(places.length, { grid, map });
    places.forEach((place, i) => {
      lookupInto(reading, i, place, 900, { grid, map });
    });
    const told = lookupTensors(reading, places.length, { grid, map });
    expect(told.points?.dims).toEqual([3, 4, mapReads(map)]);
    const run = compile<[Parameters, Tensor, Tensor], Tensor>((p, a, b) => readMap(p, map, a, b), { runtime: ort });
    const out = await run(tables, told.points as Tensor, told.shares as Tensor);
    expect(out.dims).toEqual([3, 4, mapFeatures(map)]);
    expect(mapFeatures(map)).toBe(3 + 4 * 2);
    const expected: number[] = [];
    for (const place of places) {
      const [coarse, fine] = [viewPlaces(place, 900, 2), viewPlaces(place, 900, 4)];
      for (let patch = 0; patch < 4; patch++) {
        const [row, column] = [Math.floor(patch / 2), patch % 2];
        const own = [0, 1, 4, 5].map((k) => fine[8 * row + 2 * column + k]);
        for (const [l, at] of [[0, coarse[patch]] as const, ...own.map((p) => [1, p] as const)]) {
          const all = mapPoints(map[l]);
          for (let c = 0; c < map[l].channels; c++)
            expected.push(
              cornersOf(at, map[l].degrees).reduce((sum, { point, share }) => {
                const k = all.findIndex((p) => p.lat === point.lat && p.lng === point.lng);
                return sum + share * features[l][k * map[l].channels + c];
              }, 0),
            );
        }
      }
    }
    expected.forEach((v, i) => {
      expect(out.data[i]).toBeCloseTo(v, 4);
    });
    await run.dispose();
  });

  it("is nothing to a network that has none", () => {
    const reading = emptyLookup(2, { grid, map: [] });
    lookupInto(reading, 1, places[0], 400, { grid, map: [] });
    expect(lookupTensors(reading, 2, { grid, map: [] })).toEqual({});
    expect([mapReads([]), mapFeatures([])]).toEqual([0, 0]);
  });
});
