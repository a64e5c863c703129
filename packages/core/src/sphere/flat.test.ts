import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { crossAll, flatDegrees, normalizeAll, turnAll } from "./flat.js";
import { combine, norm, rotate } from "./geodesic.js";
import { cross, dot, toVec3, vectorAt } from "./point.js";
import { uniformPoints } from "./sampling.js";

const rows = fc.record({ n: fc.integer({ min: 0, max: 6 }), seed: fc.integer({ min: 0, max: 1e6 }) });
const normals = (seed: number, stream: number, n: number) =>
  Float64Array.from(new Generator(seed, stream).normals(3 * n));

describe("geometry on many vectors at once", () => {
  it("has the vector products of the rows", () => {
    fc.assert(
      fc.property(rows, ({ n, seed }) => {
        const [a, b] = [normals(seed, 1, n), normals(seed, 2, n)];
        const all = crossAll(a, b);
        expect(all.length).toBe(3 * n);
        for (let i = 0; i < n; i++) expect([...vectorAt(all, i)]).toEqual([...cross(vectorAt(a, i), vectorAt(b, i))]);
      }),
    );
  });
  it("turns every row by the weighted sum of its own vectors, and leaves what it is given", () => {
    fc.assert(
      fc.property(rows, ({ n, seed }) => {
        const x = Float64Array.from(uniformPoints(new Generator(seed), n));
        const before = x.slice();
        const [v, w] = [normals(seed, 1, n), normals(seed, 2, n)];
        const turned = turnAll(x, [
          [0.5, v],
          [-2, w],
        ]);
        for (let i = 0; i < n; i++) {
          const axis = combine(0.5, vectorAt(v, i), -2, vectorAt(w, i));
          const want = rotate(vectorAt(x, i), axis);
          for (let d = 0; d < 3; d++) expect(turned[3 * i + d]).toBeCloseTo(want[d], 12);
        }
        expect(x).toEqual(before);
      }),
    );
  });
  it("stays where it is without terms, and for weights of nothing", () => {
    const x = Float64Array.from([...toVec3({ lat: 90, lng: 0 }), ...toVec3({ lat: -7, lng: 180 })]);
    for (const terms of [[], [[0, normals(1, 1, 2)]] as const])
      turnAll(x, terms as [number, Float64Array][]).forEach((c, i) => {
        expect(c).toBeCloseTo(x[i], 15);
      });
  });
  it("scales rows to length one in place, and keeps their directions and their precision", () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), ({ n, seed }, size) => {
        for (const make of [(x: Float64Array) => x.slice(), (x: Float64Array) => Float32Array.from(x)]) {
          const x = make(normals(seed, 1, n).map((v) => v * size));
          const before = x.slice();
          const back = normalizeAll(x);
          expect(back).toBe(x);
          for (let i = 0; i < n; i++) {
            const [a, b] = [vectorAt(x, i), vectorAt(before, i)];
            expect(norm(a)).toBeCloseTo(1, 6);
            expect(dot(a, b) / norm(b)).toBeCloseTo(1, 6);
          }
        }
      }),
    );
  });
  it("gives degrees with the longitude first, of vectors of any length, at the poles and the date line too", () => {
    const places = [
      { lat: 12.5, lng: -70.25 },
      { lat: -33, lng: 180 },
      { lat: 90, lng: 0 },
      { lat: -90, lng: 0 },
    ];
    const flat = flatDegrees(places.flatMap((p, i) => toVec3(p).map((c) => c * (i + 1) * 0.7)));
    expect(flat.length).toBe(8);
    expect(flat[0]).toBeCloseTo(-70.25, 12);
    expect(flat[1]).toBeCloseTo(12.5, 12);
    expect(Math.abs(flat[2])).toBeCloseTo(180, 12);
    expect(flat[3]).toBeCloseTo(-33, 12);
    expect([flat[5], flat[7]]).toEqual([90, -90]);
  });
});
