import { describe, expect, it } from "vitest";
import { findColumn, latitudes } from "./columns.js";

describe("columns by their names", () => {
  it("are found by the first of the names that stands there, and never where nothing is named so", () => {
    expect(findColumn(["id", "lon", "latitude"], latitudes)).toBe(2);
    // A column without a name, as pandas writes for its index.
    expect(findColumn(["", "lng", "note"], latitudes)).toBe(-1);
    expect(findColumn([], latitudes)).toBe(-1);
  });
});
