import { describe, expect, it } from "vitest";
import { RegionDrawing } from "./region.svelte.js";

const corners = [
  { lat: 0, lng: 0 },
  { lat: 0, lng: 10 },
  { lat: 10, lng: 10 },
];

/** A drawing, and all that it has told. */
function drawing() {
  const told: unknown[] = [];
  return { told, region: new RegionDrawing((c) => told.push(c)) };
}

describe("a region that is drawn", () => {
  it("takes clicks only while it is drawn, and says whose they were", () => {
    const { region } = drawing();
    expect(region.add(corners[0])).toBe(false);
    region.start();
    expect(corners.map((c) => region.add(c))).toEqual([true, true, true]);
    expect(region.corners).toEqual(corners);
    region.finish();
    expect(region.add({ lat: 50, lng: 50 })).toBe(false);
    expect(region.corners).toEqual(corners);
  });

  it("is told once it is finished, not before, and as a copy", () => {
    const { region, told } = drawing();
    region.start();
    for (const c of corners) region.add(c);
    expect(told).toEqual([]);
    region.finish();
    expect(told).toEqual([corners]);
    expect(told[0]).not.toBe(region.corners);
  });

  it("begins anew without the corners of the one before", () => {
    const { region } = drawing();
    region.start();
    region.add(corners[0]);
    region.start();
    expect(region.corners).toEqual([]);
    expect(region.add(corners[1])).toBe(true);
    expect(region.corners).toEqual([corners[1]]);
  });

  it("is forgotten aloud, and cleared in silence", () => {
    const { region, told } = drawing();
    region.start();
    region.add(corners[0]);
    region.clear();
    expect([region.drawing, region.corners, told]).toEqual([false, [], []]);
    region.start();
    region.add(corners[0]);
    region.forget();
    expect([region.drawing, region.corners, told]).toEqual([false, [], [undefined]]);
  });
});
