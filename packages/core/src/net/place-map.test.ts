import { compile, type Tensor, tensor } from "@geodrift/compile";
import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { distanceKm } from "../sphere/point.js";
import {
  mapPoints,
  mapShape,
  mapSize,
  mapTable,
  mapTentsInto,
  patchPlaces,
  patchTentsInto,
  readMap,
} from "./place-map.js";

const config = { degrees: 15, channels: 3 };
const [rows, columns] = mapSize(config);
const lat = fc.double({ min: -90, max: 90, noNaN: true });
const lng = fc.double({ min: -180, max: 180, noNaN: true });

function tents(place: { lat: number; lng: number }): [Float32Array, Float32Array] {
  const out: [Float32Array, Float32Array] = [new Float32Array(rows), new Float32Array(columns)];
  mapTentsInto(...out, 0, place, config);
  return out;
}

describe("the tents of a map", () => {
  it("add up to one, and stand where the place is", () => {
    fc.assert(
      fc.property(lat, lng, (a, b) => {
        const [latitudes, longitudes] = tents({ lat: a, lng: b });
        const sum = (w: Float32Array, of: (i: number) => number) => w.reduce((s, v, i) => s + v * of(i), 0);
        expect(sum(latitudes, () => 1)).toBeCloseTo(1, 5);
        expect(sum(longitudes, () => 1)).toBeCloseTo(1, 5);
        expect(sum(latitudes, (i) => 90 - 15 * i)).toBeCloseTo(a, 3);
        // Past the last meridian comes the first again.
        const turns = sum(longitudes, (j) => Math.cos(((15 * j - 180 - b) * Math.PI) / 180));
        expect(turns).toBeGreaterThan(Math.cos((15 * Math.PI) / 360) - 0.01);
      }),
    );
  });

  it("take both names of the date line for one meridian, and end at the poles", () => {
    expect(tents({ lat: 12, lng: 180 })).toEqual(tents({ lat: 12, lng: -180 }));
    expect(tents({ lat: 90, lng: 0 })[0][0]).toBe(1);
    expect(tents({ lat: -90, lng: 0 })[0][rows - 1]).toBe(1);
  });
});

describe("the places of patches", () => {
  it("lie in a square around the centre, from the north-west on, wherever it is", () => {
    fc.assert(
      fc.property(lat, lng, (a, b) => {
        const place = { lat: a, lng: b };
        const middles = patchPlaces(place, 400, 8);
        // On a plane the nearest four are 25·√2 km away, the corners 175·√2.
        const km = middles.map((middle) => distanceKm(place, middle));
        for (const k of [27, 28, 35, 36]) expect(km[k]).toBeCloseTo(25 * Math.SQRT2, 1);
        for (const k of [0, 7, 56, 63]) expect(Math.abs(km[k] - 175 * Math.SQRT2)).toBeLessThan(0.2);
        expect(distanceKm(middles[0], middles[7])).toBeCloseTo(350, 0);
      }),
    );
    const [first, second, third] = patchPlaces({ lat: 0, lng: 180 }, 400, 2);
    expect(first.lat).toBeGreaterThan(0);
    expect(first.lng).toBeCloseTo(180 - 0.9, 1);
    expect(second.lng).toBeCloseTo(-180 + 0.9, 1);
    expect(third.lat).toBeLessThan(0);
  });
});

describe("a map", () => {
  it("is read between its points in proportion", async () => {
    const table = new Generator(1).normals(columns * rows * config.channels);
    const places = [
      { lat: 40, lng: 20 },
      { lat: -77, lng: 179 },
    ];
    const grid = 2;
    const latitudes = new Float32Array(2 * 4 * rows);
    const longitudes = new Float32Array(2 * 4 * columns);
    places.forEach((place, i) => {
      patchTentsInto(latitudes, longitudes, i, place, 900, { grid, map: config });
    });
    const run = compile<[Tensor, Tensor, Tensor], Tensor>((t, a, b) => readMap(t, a, b, config.channels), {
      runtime: ort,
    });
    const out = await run(
      tensor(Float32Array.from(table), mapShape(config)),
      tensor(latitudes, [2, 4, rows]),
      tensor(longitudes, [2, 4, columns]),
    );
    expect(out.dims).toEqual([2, 4, 3]);
    const middles = places.flatMap((place) => patchPlaces(place, 900, grid));
    middles.forEach((middle, k) => {
      const [u, v] = [(90 - middle.lat) / 15, (middle.lng + 180) / 15];
      for (let c = 0; c < 3; c++) {
        const at = (i: number, j: number) => table[((j % columns) * rows + i) * 3 + c];
        const [i, j] = [Math.floor(u), Math.floor(v)];
        const upper = at(i, j) * (1 - v + j) + at(i, j + 1) * (v - j);
        const lower = at(i + 1, j) * (1 - v + j) + at(i + 1, j + 1) * (v - j);
        expect(out.data[3 * k + c]).toBeCloseTo(20 * (upper * (1 - u + i) + lower * (u - i)), 3);
      }
    });
    await run.dispose();
  });

  it("has the features at its points that it was made of", async () => {
    const points = mapPoints(config);
    const features = points.map((_, k) => [k, -k, 1 / (k + 1)]);
    const inside = points.flatMap(({ lat, lng }, k) => (Math.abs(lat) < 90 ? [{ place: { lat, lng }, k }] : []));
    const latitudes = new Float32Array(inside.length * rows);
    const longitudes = new Float32Array(inside.length * columns);
    inside.forEach(({ place }, i) => {
      mapTentsInto(latitudes, longitudes, i, place, config);
    });
    const run = compile<[Tensor, Tensor, Tensor], Tensor>((t, a, b) => readMap(t, a, b, config.channels), {
      runtime: ort,
    });
    const out = await run(
      tensor(mapTable(features), mapShape(config)),
      tensor(latitudes, [inside.length, 1, rows]),
      tensor(longitudes, [inside.length, 1, columns]),
    );
    inside.forEach(({ k }, i) => {
      features[k].forEach((v, c) => {
        expect(out.data[3 * i + c]).toBeCloseTo(v, 3);
      });
    });
    await run.dispose();
  });
});
