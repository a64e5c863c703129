import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { norm } from "./geodesic.js";
import { fibonacciSphere } from "./grid.js";
import { toLatLng, vectorAt } from "./point.js";
import { uniformPoint, uniformPoints } from "./sampling.js";

describe("uniform points", () => {
  const n = 8000;
  const points = uniformPoints(new Generator(23), n);
  it("have heights that are uniform (Archimedes), along every axis", () => {
    for (let d = 0; d < 3; d++) {
      const heights = Float64Array.from({ length: n }, (_, i) => points[3 * i + d]).sort();
      const gap = Math.max(...heights.map((z, i) => Math.abs((z + 1) / 2 - (i + 0.5) / n)));
      expect(gap).toBeLessThan(1.95 / Math.sqrt(n)); // Kolmogorov–Smirnov, one in a thousand
    }
  });
  it("have longitudes that are uniform, the date line no exception", () => {
    const counts = new Uint32Array(24);
    for (let i = 0; i < n; i++) counts[Math.floor((toLatLng(vectorAt(points, i)).lng + 180) / 15) % 24]++;
    const chi = counts.reduce((s, c) => s + (c - n / 24) ** 2 / (n / 24), 0);
    expect(chi).toBeLessThan(49.7); // 23 degrees of freedom, one in a thousand
  });
  it("are the single points of the same generator, one after the other", () => {
    const random = new Generator(23);
    for (let i = 0; i < 10; i++) {
      const x = uniformPoint(random);
      expect(norm(x)).toBeCloseTo(1, 14);
      expect([...vectorAt(points, i)]).toEqual([...Float32Array.from(x)]);
    }
    expect(uniformPoints(random, 0).length).toBe(0);
  });
});

describe("the Fibonacci sphere", () => {
  it("integrates polynomials of degree two, and harmonics of higher ones nearly", () => {
    const grid = fibonacciSphere(1000);
    const mean = (f: (x: readonly [number, number, number]) => number) => grid.reduce((s, x) => s + f(x), 0) / 1000;
    expect(Math.abs(mean((x) => x[2]))).toBeLessThan(1e-12);
    expect(mean((x) => x[2] ** 2)).toBeCloseTo(1 / 3, 5);
    expect(mean((x) => x[0] ** 2)).toBeCloseTo(1 / 3, 4);
    expect(Math.abs(mean((x) => x[0] * x[1]))).toBeLessThan(1e-3);
    expect(mean((x) => x[0] ** 4)).toBeCloseTo(1 / 5, 3);
  });
  it("has one point in every band of equal area, from north to south, none at a pole", () => {
    const grid = fibonacciSphere(57);
    grid.forEach((x, i) => {
      expect(Math.floor(((1 - x[2]) / 2) * 57)).toBe(i);
      expect(norm(x)).toBeCloseTo(1, 14);
    });
    expect(fibonacciSphere(1)).toEqual([[1, 0, 0]]);
  });
});
