import { describe, expect, it } from "vitest";
import { areaText, distanceText, levels, measuredText, plural, states } from "./words.js";

describe("words", () => {
  it("say one in letters, and more in digits", () => {
    expect([0, 1, 2, 11].map((n) => plural(n, "picture"))).toEqual([
      "0 pictures",
      "One picture",
      "2 pictures",
      "11 pictures",
    ]);
  });

  it("part thousands with commas, whatever the machine's language", () => {
    expect(plural(1_234_567, "sidecar")).toBe("1,234,567 sidecars");
  });

  it("tell all states and all levels apart", () => {
    for (const names of [states, levels]) {
      const said = Object.values(names);
      expect(new Set(said).size).toBe(said.length);
      expect(said.every((s) => s.trim() !== "")).toBe(true);
    }
  });

  it("tell distances and areas in what a person reads", () => {
    expect([643.27, 1.609344, 12_742].map((km) => distanceText(km, "km"))).toEqual(["640 km", "1.6 km", "12,700 km"]);
    expect([643.27, 1.609344, 12_742].map((km) => distanceText(km, "miles"))).toEqual(["400 mi", "1.0 mi", "7,920 mi"]);
    expect([measuredText(643.27, "km"), measuredText(64.327, "km"), measuredText(12_742.2, "miles")]).toEqual([
      ...["643 km", "64.3 km", "7,918 mi"],
    ]);
    expect([areaText(1234.5, "km"), areaText(5.1e8, "km")]).toEqual(["1,235 km²", "510 million km²"]);
    expect([areaText(2.589988, "miles"), areaText(5.1e8, "miles")]).toEqual(["1 mi²", "197 million mi²"]);
  });
});
