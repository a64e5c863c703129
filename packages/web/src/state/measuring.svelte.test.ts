import { distanceKm } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { Measuring } from "./measuring.svelte.js";

const [paris, tokyo, fiji, samoa] = [
  { lat: 48.85, lng: 2.35 },
  { lat: 35.68, lng: 139.69 },
  { lat: -18, lng: 178 },
  { lat: -13.8, lng: -172 },
];

describe("what is measured", () => {
  it("is nothing until it is asked for, and nothing of before", () => {
    const measuring = new Measuring();
    expect(measuring.add(paris)).toBe(false);
    expect(measuring.points).toEqual([]);
    measuring.switch();
    expect(measuring.add(paris)).toBe(true);
    measuring.switch();
    measuring.switch();
    expect(measuring.points).toEqual([]);
  });

  it("is the way through all points, along great circles, across the date line as well", () => {
    const measuring = new Measuring();
    measuring.switch();
    measuring.add(paris);
    expect([measuring.km, measuring.line]).toEqual([0, [paris]]);
    measuring.add(tokyo);
    measuring.add(fiji);
    measuring.add(samoa);
    const whole = distanceKm(paris, tokyo) + distanceKm(tokyo, fiji) + distanceKm(fiji, samoa);
    expect(measuring.km).toBeCloseTo(whole, 9);
    const { line } = measuring;
    for (const p of [paris, tokyo, fiji, samoa]) expect(line).toContainEqual(p);
    expect(line.slice(1).reduce((sum, p, i) => sum + distanceKm(line[i], p), 0)).toBeCloseTo(whole, 6);
    for (const [i, p] of line.slice(1).entries()) expect(distanceKm(line[i], p)).toBeLessThanOrEqual(200.001);
    // By the north: the straight line on the map would stay below 49°.
    expect(Math.max(...line.map(({ lat }) => lat))).toBeGreaterThan(60);
  });

  it("has a line between antipodes, and of no length", () => {
    const measuring = new Measuring();
    measuring.switch();
    measuring.add({ lat: 10, lng: 20 });
    measuring.add({ lat: -10, lng: -160 });
    measuring.add({ lat: -10, lng: -160 });
    expect(measuring.km).toBeCloseTo(Math.PI * 6371, 3);
    for (const { lat, lng } of measuring.line) expect(Number.isFinite(lat) && Number.isFinite(lng)).toBe(true);
  });
});
