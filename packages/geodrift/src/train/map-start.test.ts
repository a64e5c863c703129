import { cornersInto, type LatLng, mapPoints, mapTable } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import type { EarthSource } from "../earth/captioned-views.js";
import { isHeldOut } from "../earth/held-out.js";
import type { Raster } from "../earth/raster.js";
import { mapStart } from "./map-start.js";

/** A raster whose colours are a function of the place. */
function raster(name: string, colourOf: (place: LatLng) => readonly number[]): Raster {
  const [width, height] = [144, 72];
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 4)) as Raster["data"];
  for (let i = 0; i < width * height; i++) {
    const lat = 90 - ((Math.floor(i / width) + 0.5) * 180) / height;
    const lng = (((i % width) + 0.5) * 360) / width - 180;
    data.set([...colourOf({ lat, lng }), 255], 4 * i);
  }
  return { name, sha256: name, width, height, data };
}

const grey = (v: number) => [v, v, v];
const radians = (degrees: number) => (degrees * Math.PI) / 180;
const steep = ({ lat }: LatLng) => 127 + 100 * Math.sin(radians(lat));
const round = ({ lng }: LatLng) => 127 + 60 * Math.cos(radians(lng));
const source: EarthSource = {
  months: new Map([
    [0, raster("January", (place) => grey(steep(place)))],
    [5, raster("June", (place) => grey(steep(place)))],
  ]),
  relief: raster("relief", (place) => grey(round(place))),
  night: raster("night", () => grey(7)),
  climate: { width: 2, height: 1, data: new Uint8Array(2) },
};
const coarse = { degrees: 10, channels: 3, reads: 1 };
const fine = { degrees: 5, channels: 1, reads: 2 };
const kinds = { relief: 0.15, night: 0.15 };
const heldOut = { months: [], discs: [{ lat: 0, lng: 60 }], radiusKm: 2000, testRadiusKm: 100 };
const points = mapPoints(coarse);

/** Features by point, whatever the gain. */
const gain = 1 / mapTable(Float32Array.of(1))[0];
const start = (discs: readonly LatLng[]) => {
  const tables = mapStart(source, { kinds, heldOut: { ...heldOut, discs } }, [coarse, fine]);
  return [coarse, fine].map(({ channels }, l) => {
    const table = tables[`map.${l}`].data as Float32Array;
    return Array.from({ length: table.length / channels }, (_, i) =>
      Array.from(table.subarray(channels * i, channels * (i + 1)), (v) => gain * v),
    );
  });
};

describe("where a map begins", () => {
  const [features] = start([]);
  const mean = (of: (f: number[], place: LatLng) => number) =>
    features.reduce((s, f, i) => s + of(f, points[i]), 0) / features.length;

  it("has features of mean zero and unit variance over the globe, unrelated to each other", () => {
    for (const [a, b] of [
      [0, 0],
      [0, 1],
      [1, 1],
    ])
      expect(mean((f) => f[a] * f[b])).toBeCloseTo(a === b ? 1 : 0, 4);
    for (const k of [0, 1]) expect(mean((f) => f[k])).toBeCloseTo(0, 5);
  });

  it("says first what costs most: what all months show, then the relief; and nothing where there is nothing more", () => {
    const related = (k: number, of: (place: LatLng) => number) => {
      const square = mean((_, place) => (of(place) - 127) ** 2);
      return Math.abs(mean((f, place) => (f[k] * (of(place) - 127)) / Math.sqrt(square)));
    };
    expect(related(0, steep)).toBeGreaterThan(0.99);
    expect(related(1, round)).toBeGreaterThan(0.99);
    expect(mean((f) => Math.abs(f[2]))).toBeLessThan(0.5);
  });

  it("says nothing of held-out discs, which change nothing but the components themselves", () => {
    const [without, finerWithout] = start(heldOut.discs);
    points.forEach((place, i) => {
      if (isHeldOut(heldOut, place)) expect(without[i]).toEqual([0, 0, 0]);
    });
    expect(without.filter((f) => f.every((v) => v === 0)).length).toBeLessThan(30);
    mapPoints(fine).forEach((place, i) => {
      if (isHeldOut(heldOut, place)) expect(finerWithout[i]).toEqual([0]);
    });
  });

  it("goes on with what the coarser level has not said between its points", () => {
    const wave = ({ lat }: LatLng) => Math.cos(radians(24 * lat));
    const banded = { ...source, night: raster("night", (place) => grey(127 + 120 * wave(place))) };
    const table = mapStart(banded, { kinds, heldOut: { ...heldOut, discs: [] } }, [coarse, fine])["map.1"];
    /** What is left of the wave in its mean over so many degrees. */
    const damped = (degrees: number) => Math.sin(radians(12 * degrees)) / radians(12 * degrees);
    const [rows, shares] = [new Int32Array(4), new Float32Array(4)];
    const missing = mapPoints(fine).map((place) => {
      cornersInto(rows, shares, 0, place, coarse);
      const said = rows.reduce((sum, row, k) => sum + shares[k] * wave(points[row]), 0);
      return damped(5) * wave(place) - damped(10) * said;
    });
    const product = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const own = [...(table.data as Float32Array)];
    const cosine = product(own, missing) / Math.sqrt(product(own, own) * product(missing, missing));
    expect(Math.abs(cosine)).toBeGreaterThan(0.95);
  });
});
