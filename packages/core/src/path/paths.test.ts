import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { combine, norm, scale } from "../sphere/geodesic.js";
import { angle, dot, type Vec3 } from "../sphere/point.js";
import { uniformPoint } from "../sphere/sampling.js";
import { diffusion, flow, type Path, paths, riemannianFlow } from "./paths.js";

const seed = fc.integer({ min: 0, max: 1e6 });
const gamma = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const distance = (a: Vec3, b: Vec3) => norm(combine(1, a, -1, b));
const drawn = (path: Path, s: number): [data: Vec3, noise: Vec3] => [
  uniformPoint(new Generator(s, 1)),
  path.noise(new Generator(s, 2)),
];

describe("every path", () => {
  it("leads from the noise to the data", () => {
    fc.assert(
      fc.property(seed, fc.constantFrom(...Object.values(paths)), (s, path) => {
        const [data, noise] = drawn(path, s);
        expect(distance(path.at(data, noise, 0).point, noise)).toBeLessThan(1e-12);
        expect(distance(path.at(data, noise, 1).point, data)).toBeLessThan(1e-9);
      }),
    );
  });
  it("is found by the name that it says, and draws the same noise from the same generator", () => {
    for (const [name, path] of Object.entries(paths)) {
      expect(path.name).toBe(name);
      expect(path.noise(new Generator(3))).toEqual(path.noise(new Generator(3)));
      expect(path.noise(new Generator(3))).not.toEqual(path.noise(new Generator(4)));
    }
  });
});

describe("the targets of flows", () => {
  const h = 1e-5;
  it.each([flow, riemannianFlow])("are the derivative by γ: %o", (path) => {
    fc.assert(
      fc.property(seed, gamma, (s, g) => {
        const [data, noise] = drawn(path, s);
        fc.pre(path.space === "euclidean" || angle(data, noise) < 3.1);
        const [back, ahead] = [g - h, g + h].map((t) => path.at(data, noise, t).point);
        const difference = scale(combine(1, ahead, -1, back), 1 / (2 * h));
        expect(distance(difference, path.at(data, noise, g).target)).toBeLessThan(1e-8);
      }),
    );
  });
  it("on the sphere keep to it, at the constant speed of the angle", () => {
    fc.assert(
      fc.property(seed, gamma, (s, g) => {
        const [data, noise] = drawn(riemannianFlow, s);
        const { point, target } = riemannianFlow.at(data, noise, g);
        expect(norm(point)).toBeCloseTo(1, 12);
        expect(Math.abs(dot(point, target))).toBeLessThan(1e-9);
        expect(norm(target)).toBeCloseTo(angle(data, noise), 9);
      }),
    );
  });
  it("on the sphere exist at the antipode, and are nothing where noise and data are one", () => {
    const x = uniformPoint(new Generator(5));
    const { point, target } = riemannianFlow.at(scale(x, -1), x, 0.5);
    expect(angle(point, x)).toBeCloseTo(Math.PI / 2, 9);
    expect(norm(target)).toBeCloseTo(Math.PI, 9);
    expect(norm(riemannianFlow.at(x, x, 0.3).target)).toBe(0);
  });
  it("in R³ are the same all along", () => {
    fc.assert(
      fc.property(seed, gamma, (s, g) => {
        const [data, noise] = drawn(flow, s);
        expect(distance(flow.at(data, noise, g).target, combine(1, data, -1, noise))).toBeLessThan(1e-14);
      }),
    );
  });
});

describe("diffusion", () => {
  it("asks for the noise, from which point and γ give the data back", () => {
    fc.assert(
      fc.property(seed, gamma, (s, g) => {
        const [data, noise] = drawn(diffusion, s);
        const { point, target } = diffusion.at(data, noise, g);
        expect(target).toEqual(noise);
        expect(distance(scale(combine(1, point, -Math.sqrt(1 - g), target), 1 / Math.sqrt(g)), data)).toBeLessThan(
          1e-12,
        );
      }),
    );
  });
  it("preserves variance: a normal of variance one stays one at every γ", () => {
    const random = new Generator(9);
    for (const g of [0.1, 0.5, 0.9]) {
      let squares = 0;
      for (let i = 0; i < 6000; i++) {
        const [a, b] = [diffusion.noise(random), diffusion.noise(random)];
        squares += norm(diffusion.at(a, b, g).point) ** 2 / 6000;
      }
      // χ² of three degrees of freedom has mean 3 and variance 6.
      expect(Math.abs(squares - 3)).toBeLessThan(4 * Math.sqrt(6 / 6000));
    }
  });
});

describe("noise", () => {
  const n = 6000;
  it.each([flow, diffusion])("in R³ is standard normal: lengths are χ of three degrees of freedom", ({ noise }) => {
    const random = new Generator(2);
    const squares = Array.from({ length: n }, () => norm(noise(random)) ** 2);
    const mean = squares.reduce((a, b) => a + b) / n;
    const variance = squares.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 3)).toBeLessThan(4 * Math.sqrt(6 / n));
    expect(variance / 6).toBeGreaterThan(0.85);
    expect(variance / 6).toBeLessThan(1.15);
  });
  it("on the sphere has no preferred direction", () => {
    const random = new Generator(2);
    let sum: Vec3 = [0, 0, 0];
    for (let i = 0; i < n; i++) sum = combine(1, sum, 1 / n, riemannianFlow.noise(random));
    // 3n |mean|² is χ² of three degrees of freedom; one in a thousand.
    expect(3 * n * norm(sum) ** 2).toBeLessThan(16.3);
  });
});
