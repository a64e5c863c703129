import { describe, expect, it } from "vitest";
import {
  Generator,
  leafDepths,
  pointInCell,
  quadtree,
  quadtreeFromDepths,
  shareOfCell,
  toVec3,
  uniformPoints,
  vectorAt,
} from "../index.js";

const random = new Generator(1);
const crowd = Array.from({ length: 500 }, () => [
  ...toVec3({ lat: 48 + random.normal(), lng: Math.max(-180, -179 - random.uniform()) }),
]).flat();
const places = Float64Array.from([
  ...uniformPoints(random, 300),
  ...crowd,
  ...toVec3({ lat: 90, lng: 0 }),
  ...toVec3({ lat: -90, lng: 0 }),
]);
const n = places.length / 3;

describe("the quadtree", () => {
  const tree = quadtree(places, 20);
  it("covers the sphere, and holds no more places in a leaf than asked", () => {
    expect(tree.areas.reduce((a, b) => a + b)).toBeCloseTo(4 * Math.PI, 10);
    const counts = new Uint32Array(tree.cells.length);
    for (let i = 0; i < n; i++) counts[tree.find(vectorAt(places, i))]++;
    expect(Math.max(...counts)).toBeLessThanOrEqual(20);
    expect(tree.cells.length).toBeGreaterThan(n / 20);
  });
  it("finds every point in the cell that holds it, and back", () => {
    for (const x of [...Array(200).keys()].map(() => vectorAt(uniformPoints(random, 1), 0))) {
      const cell = tree.cells[tree.find(x)];
      const [u, v] = shareOfCell(cell, x);
      expect(u >= 0 && u <= 1 && v >= 0 && v <= 1).toBe(true);
      pointInCell(cell, u, v).forEach((c, k) => {
        expect(c).toBeCloseTo(x[k], 6);
      });
    }
  });
  it("knows the ancestors of leaves: one at the root, all at the bottom, nested between", () => {
    expect(new Set(tree.ancestors(0)).size).toBe(1);
    expect(new Set(tree.ancestors(1)).size).toBe(4);
    expect(new Set(tree.ancestors(20)).size).toBe(tree.cells.length);
    const [coarse, fine] = [tree.ancestors(2), tree.ancestors(3)];
    const parent = new Map<number, number>();
    fine.forEach((f, leaf) => {
      expect(parent.get(f) ?? coarse[leaf]).toBe(coarse[leaf]);
      parent.set(f, coarse[leaf]);
    });
  });
  it("is the depths of its leaves", () => {
    const again = quadtreeFromDepths(leafDepths(tree));
    expect(again.cells).toEqual(tree.cells);
    expect(again.ancestors(2)).toEqual(tree.ancestors(2));
    expect(() => quadtreeFromDepths([1, 1, 1])).toThrow("not the depths of a tree's leaves, at leaf 3");
    expect(() => quadtreeFromDepths([1, 1, 1, 1, 1])).toThrow("not the depths of a tree's leaves, at leaf 4");
  });
  it("stops at places that coincide", () => {
    const same = Float64Array.from(Array.from({ length: 50 }, () => [1, 0, 0]).flat());
    expect(quadtree(same, 10).cells.length).toBe(61);
    expect(() => quadtree(same, 0)).toThrow("leaves hold one place or more, got 0");
  });
});
