import { describe, expect, it } from "vitest";
import { number } from "./texts/language.svelte.js";
import { areaText, distanceText, durationText, fixed, measuredText, percentText } from "./words.js";

describe("words", () => {
  it("part thousands with commas in English, whatever the machine's language", () => {
    expect([number(1_234_567), fixed(2, 1), percentText(0.0123), percentText(0.5)]).toEqual([
      ...["1,234,567", "2.0", "1.2 %", "50 %"],
    ]);
  });

  it("tell distances and areas in what a person reads", () => {
    expect([643.27, 1.609344, 12_742].map((km) => distanceText(km, "km"))).toEqual(["640 km", "1.6 km", "12,700 km"]);
    expect([643.27, 1.609344, 12_742].map((km) => distanceText(km, "miles"))).toEqual(["400 mi", "1.0 mi", "7,920 mi"]);
    expect([measuredText(643.27, "km"), measuredText(64.327, "km"), measuredText(12_742.2, "miles")]).toEqual([
      ...["643 km", "64.3 km", "7,918 mi"],
    ]);
    expect([areaText(1234.5, "km"), areaText(5.1e8, "km")]).toEqual(["1,235 km²", "510 million km²"]);
    expect([1, 30, 600, 7200].map(durationText)).toEqual(["1 second", "30 seconds", "10 minutes", "2.0 hours"]);
    expect([areaText(2.589988, "miles"), areaText(5.1e8, "miles")]).toEqual(["1 mi²", "197 million mi²"]);
  });
});
