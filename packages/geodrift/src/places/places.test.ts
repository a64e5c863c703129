import { describe, expect, it } from "vitest";
import { countryAt } from "./country.js";

describe("countryAt", () => {
  it.each([
    [44.29, -85.07, "US"],
    [40, -100, "US"],
    [48.8, 2.3, "FR"],
    [-17.6, -149.4, "PF"],
    [64.2, -51.7, "GL"],
    [-22.5, 17, "NA"],
    [18.4, -66.1, "PR"],
    [42.6, 20.9, "XK"],
    [-80, 20, "AQ"],
    [30, -30, "XZ"],
  ])("%d, %d lies in %s", (lat, lng, code) => {
    expect(countryAt(lat, lng).code).toBe(code);
  });
});
