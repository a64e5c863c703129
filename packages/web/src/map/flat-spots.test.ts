import { describe, expect, it } from "vitest";
import { nearestSpot, sourceOf, spotsOf } from "./flat-spots.js";

const by = ["estimate", "file", "file", "person", "estimate"] as const;
const places = {
  ids: [1, 2, 3, 4, 5],
  lat: [10.1, 10.2, -0.1, 0.1, 60],
  lng: [179.9, 179.8, 0, 0, -179.9],
  by: [...by],
};

describe("pictures of an archive on the flat map", () => {
  it("are one dot for each cell, and none is lost", () => {
    expect(spotsOf(places).map((s) => s.ids)).toEqual([[1, 2], [3], [4], [5]]);
    expect(spotsOf({ ids: [], lat: [], lng: [], by: [] })).toEqual([]);
  });

  it("are few enough to be drawn, however many pictures there are, and all of these are in them", () => {
    const n = 60_000;
    const many = {
      ids: Array.from({ length: n }, (_, i) => i),
      lat: Array.from({ length: n }, (_, i) => ((i * 0.618) % 1) * 170 - 85),
      lng: Array.from({ length: n }, (_, i) => ((i * 0.7548) % 1) * 360 - 180),
      by: new Array(n).fill("file"),
    };
    const spots = spotsOf(many);
    expect(spots.length).toBeLessThanOrEqual(5000);
    expect(spots.reduce((sum, s) => sum + s.ids.length, 0)).toBe(n);
  });

  it("have the colour of who says so of most of them", () => {
    const here = {
      ids: [1, 2, 3],
      lat: [1.1, 1.2, 1.3],
      lng: [2.1, 2.2, 2.3],
      by: ["estimate", "file", "file"] as never,
    };
    expect([...spotsOf(places), ...spotsOf(here)].map(sourceOf)).toEqual([
      ...["estimate", "file", "person", "estimate", "file"],
    ]);
  });

  it("are found by the nearest dot, across the date line as well", () => {
    const spots = spotsOf(places);
    expect(nearestSpot(spots, { lat: 9, lng: -179.9 })?.ids).toEqual([1, 2]);
    expect(nearestSpot(spots, { lat: 61, lng: 179.9 })?.ids).toEqual([5]);
    expect(nearestSpot([], { lat: 0, lng: 0 })).toBeUndefined();
  });
});
