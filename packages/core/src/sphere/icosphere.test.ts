import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { norm, rotate } from "./geodesic.js";
import { cornersOf, edgeKey, geodesicSphere, icosphere, midpoint, pointWithin, triangleArea } from "./icosphere.js";
import { angle, cross, dot, toVec3, type Vec3, vectorAt } from "./point.js";
import { uniformPoint } from "./sampling.js";

const seed = fc.integer({ min: 0, max: 1e6 });
const three = seed.map((s): [Vec3, Vec3, Vec3] => {
  const random = new Generator(s);
  return [uniformPoint(random), uniformPoint(random), uniformPoint(random)];
});

/** L'Huilier's theorem: from the sides alone. */
function areaBySides(a: Vec3, b: Vec3, c: Vec3): number {
  const sides = [angle(b, c), angle(c, a), angle(a, b)];
  const s = (sides[0] + sides[1] + sides[2]) / 2;
  const product = sides.reduce((p, side) => p * Math.tan((s - side) / 2), Math.tan(s / 2));
  return 4 * Math.atan(Math.sqrt(Math.max(0, product)));
}

describe("the area of a spherical triangle", () => {
  it("is an eighth of the sphere for an octant, and nothing for three points of a great circle", () => {
    expect(triangleArea([1, 0, 0], [0, 1, 0], [0, 0, 1])).toBeCloseTo(Math.PI / 2, 14);
    const [a, b, c] = [10, 50, 120].map((lng) => toVec3({ lat: 0, lng }));
    expect(triangleArea(a, b, c)).toBeCloseTo(0, 14);
  });
  it("is L'Huilier's, with the sign of the way round", () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        const area = triangleArea(a, b, c);
        expect(Math.abs(area)).toBeCloseTo(areaBySides(a, b, c), 6);
        expect(Math.sign(area)).toBe(Math.sign(dot(a, cross(b, c))));
        expect(triangleArea(b, c, a)).toBeCloseTo(area, 10);
        expect(triangleArea(a, c, b)).toBeCloseTo(-area, 10);
      }),
    );
  });
  it("does not change when the triangle is turned, across the date line or over a pole", () => {
    fc.assert(
      fc.property(three, seed, ([a, b, c], s) => {
        const w = uniformPoint(new Generator(s, 1)).map((x) => 3 * x) as unknown as Vec3;
        const turned = triangleArea(rotate(a, w), rotate(b, w), rotate(c, w));
        // Half a sphere, either way round, where the three lie almost on a great circle.
        expect(Math.abs(Math.sin((turned - triangleArea(a, b, c)) / 2))).toBeLessThan(1e-9);
      }),
    );
  });
  it("is that of the flat triangle for small ones, to all digits that are left", () => {
    const h = 1e-6;
    const [a, b, c] = [toVec3({ lat: 0, lng: 0 }), [Math.cos(h), Math.sin(h), 0], [Math.cos(h), 0, Math.sin(h)]];
    expect(triangleArea(a, b as unknown as Vec3, c as unknown as Vec3) / ((h * h) / 2)).toBeCloseTo(1, 9);
  });
});

describe("the icosphere", () => {
  it.each([
    ...[0, 1, 2, 3].map((level) => [`of level ${level}`, icosphere(level), 2 ** level] as const),
    ...[1, 2, 3, 5, 7].map((parts) => [`in ${parts} parts`, geodesicSphere(parts), parts] as const),
  ])("%s has the counts, the area and the topology of a sphere", (_, mesh, parts) => {
    const [n, faces] = [mesh.vertices.length / 3, mesh.triangles.length / 3];
    expect([n, faces]).toEqual([10 * parts ** 2 + 2, 20 * parts ** 2]);
    let area = 0;
    // Every edge is walked once each way: closed, and all triangles outwards.
    const walked = new Set<string>();
    const edges = new Set<number>();
    for (let t = 0; t < faces; t++) {
      const own = triangleArea(...cornersOf(mesh, t));
      expect(own).toBeGreaterThan(0);
      area += own;
      for (let k = 0; k < 3; k++) {
        const [i, j] = [mesh.triangles[3 * t + k], mesh.triangles[3 * t + ((k + 1) % 3)]];
        walked.add(`${i}>${j}`);
        edges.add(edgeKey(i, j));
      }
    }
    expect(area).toBeCloseTo(4 * Math.PI, 11);
    expect(walked.size).toBe(3 * faces);
    expect(n - edges.size + faces).toBe(2);
    for (let i = 0; i < n; i++) expect(norm(vectorAt(mesh.vertices, i))).toBeCloseTo(1, 14);
  });
  it("keeps the vertices of the level before, in their places", () => {
    const [coarse, fine] = [icosphere(1), icosphere(2)];
    expect(fine.vertices.slice(0, coarse.vertices.length)).toEqual(coarse.vertices);
  });
  it("of level 0 has edges of the icosahedron, arctan 2, and each of its points an opposite", () => {
    const { vertices, triangles } = icosphere(0);
    for (let t = 0; t < 20; t++) {
      const [a, b] = cornersOf({ vertices, triangles }, t);
      expect(angle(a, b)).toBeCloseTo(Math.atan(2), 12);
    }
    const all = Array.from({ length: 12 }, (_, i) => vectorAt(vertices, i));
    for (const x of all) expect(all.some((y) => dot(x, y) < -1 + 1e-12)).toBe(true);
  });
});

describe("points of a triangle", () => {
  it("are its corners, the middles of its edges, and inside for shares that are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 79 }), seed, (t, s) => {
        const corners = cornersOf(icosphere(1), t);
        const [a, b, c] = corners;
        expect(angle(pointWithin(corners, [0, 0, 1]), c)).toBeLessThan(1e-14);
        expect(angle(pointWithin(corners, [0.5, 0.5, 0]), midpoint(a, b))).toBeLessThan(1e-14);
        const random = new Generator(s);
        const raw = [random.uniform(), random.uniform(), random.uniform()];
        const sum = raw[0] + raw[1] + raw[2];
        const x = pointWithin(corners, [raw[0] / sum, raw[1] / sum, raw[2] / sum]);
        // The three parts that it makes of the triangle add up to it.
        const parts = [triangleArea(a, b, x), triangleArea(b, c, x), triangleArea(c, a, x)];
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(-1e-14);
        expect(parts[0] + parts[1] + parts[2]).toBeCloseTo(triangleArea(a, b, c), 13);
      }),
    );
  });
  it("half way between two are as far from both", () => {
    fc.assert(
      fc.property(three, ([a, b]) => {
        fc.pre(angle(a, b) < 3.1);
        expect(angle(a, midpoint(a, b))).toBeCloseTo(angle(a, b) / 2, 11);
        expect(angle(b, midpoint(a, b))).toBeCloseTo(angle(a, b) / 2, 11);
      }),
    );
  });
});

it("an edge has one key whichever way it is walked, and no two edges have the same", () => {
  const vertex = fc.integer({ min: 0, max: 2 ** 26 - 1 });
  fc.assert(
    fc.property(vertex, vertex, vertex, vertex, (i, j, k, l) => {
      expect(edgeKey(i, j)).toBe(edgeKey(j, i));
      const same = (i === k && j === l) || (i === l && j === k);
      expect(edgeKey(i, j) === edgeKey(k, l)).toBe(same);
      expect([Math.floor(edgeKey(i, j) / 2 ** 26), edgeKey(i, j) % 2 ** 26]).toEqual([Math.min(i, j), Math.max(i, j)]);
    }),
  );
});
