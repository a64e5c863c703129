import { distanceKm, Generator, type LatLng, toLatLng, uniformPoints, vectorAt } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusters } from "./clusters.js";
import { blocks, minGapKm, splitPlaces } from "./split.js";

const uniform = (n: number, seed: number): LatLng[] => {
  const points = uniformPoints(new Generator(seed), n);
  return Array.from({ length: n }, (_, i) => toLatLng(vectorAt(points, i)));
};

/** Around a few centres, the date line and a pole among them. */
const towns = (n: number, seed: number): LatLng[] => {
  const random = new Generator(seed);
  const centres = [
    { lat: 48, lng: 11 },
    { lat: -17, lng: 179.98 },
    { lat: 89.9, lng: 0 },
    { lat: 1, lng: 36 },
  ];
  return Array.from({ length: n }, (_, i) => {
    const { lat, lng } = centres[i % centres.length];
    const east = lng + 0.08 * (random.uniform() - 0.5);
    return { lat: Math.min(90, lat + 0.08 * (random.uniform() - 0.5)), lng: east > 180 ? east - 360 : east };
  });
};

const shares = { validation: 0.15, test: 0.2, seed: 3 };

describe("splits", () => {
  it.each(["blocks", "clusters", "random"] as const)("by %s give about the shares, the same on every call", (kind) => {
    const places = [...uniform(900, 1), ...towns(100, 2)];
    const split = splitPlaces(places, { kind, km: 150, ...shares });
    const share = (part: string) => split.filter((p) => p === part).length / places.length;
    expect(share("test")).toBeCloseTo(0.2, 1);
    expect(share("validation")).toBeCloseTo(0.15, 1);
    expect(splitPlaces(places, { kind, km: 150, ...shares })).toEqual(split);
    expect(splitPlaces(places, { kind, km: 150, ...shares, seed: 4 })).not.toEqual(split);
  });

  it("by clusters keep parts farther apart than the gap, across the date line and at the pole too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(5, 60, 400), (seed, km) => {
        const places = [...uniform(60, seed), ...towns(60, seed + 1)];
        const split = splitPlaces(places, { kind: "clusters", km, ...shares, seed });
        expect(minGapKm(places, split)).toBeGreaterThan(km);
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 40, 700, 2500])("clusters are what chains of gaps up to %i km connect (against all pairs)", (km) => {
    const places = [...uniform(150, 5), ...towns(40, 6)];
    const found = clusters(places, km);
    // The slow way: labels run along every short pair until nothing changes.
    const slow = places.map((_, i) => i);
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = 0; i < places.length; i++)
        for (let j = 0; j < places.length; j++)
          if (distanceKm(places[i], places[j]) <= km && slow[j] < slow[i]) {
            slow[i] = slow[j];
            changed = true;
          }
    }
    expect(found).toEqual(slow);
  });

  it("clusters of a hundred thousand places in one town take no longer than they must", () => {
    const random = new Generator(9);
    const dense = Array.from({ length: 100_000 }, () => ({
      lat: 50 + 0.3 * random.uniform(),
      lng: 8 + 0.3 * random.uniform(),
    }));
    expect(new Set(clusters(dense, 5)).size).toBe(1);
  });

  it("blocks are of about equal size everywhere, and hold what is near", () => {
    const places = uniform(20_000, 7);
    const counts = new Map<number, number>();
    for (const b of blocks(places, 2000)) counts.set(b, (counts.get(b) ?? 0) + 1);
    // 510 million square kilometres in squares of four.
    expect(counts.size).toBeGreaterThan(110);
    expect(counts.size).toBeLessThan(145);
    const sizes = [...counts.values()];
    expect(Math.max(...sizes) / (20_000 / counts.size)).toBeLessThan(1.8);
    expect(
      blocks(
        [
          { lat: 90, lng: 180 },
          { lat: -90, lng: -180 },
          { lat: 0, lng: 180 },
        ],
        500,
      ),
    ).toHaveLength(3);
  });

  it("of one place, or none, all go to training", () => {
    expect(splitPlaces(new Array(10).fill({ lat: 1, lng: 1 }), { kind: "blocks", km: 10, ...shares })).toEqual(
      new Array(10).fill("train"),
    );
    expect(splitPlaces([], { kind: "clusters", km: 10, ...shares })).toEqual([]);
    expect(minGapKm([{ lat: 1, lng: 1 }], ["train"])).toBe(Number.POSITIVE_INFINITY);
  });
});
