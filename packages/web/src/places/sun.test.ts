import { distanceKm } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { lineTowards, sunOver } from "./sun.js";

describe("the sun over a place", () => {
  it("stands in the south at noon in Greenwich, and casts shadows to the north", () => {
    // The equinox of 2024; noon by the sun is 7.4 minutes late.
    const { altitude, azimuth, shadow } = sunOver({ lat: 51.48, lng: 0 }, new Date("2024-03-20T12:07:30Z"));
    expect(altitude).toBeCloseTo(90 - 51.48, 0);
    expect(azimuth).toBeCloseTo(180, 0);
    expect(Math.min(shadow?.azimuth ?? 90, 360 - (shadow?.azimuth ?? 90))).toBeLessThan(1);
    expect(shadow?.ratio).toBeCloseTo(Math.tan((51.48 * Math.PI) / 180), 1);
  });

  it("casts no shadow at night", () => {
    expect(sunOver({ lat: 51.48, lng: 0 }, new Date("2024-03-20T00:00:00Z"))).not.toHaveProperty("shadow");
  });
});

describe("a line into a direction", () => {
  it("goes where it says, as far as it says", () => {
    for (const [azimuth, lat, lng] of [
      [0, 11, 20],
      [90, 10, 21.015],
      [180, 9, 20],
      [270, 10, 18.985],
    ]) {
      const [from, to] = lineTowards({ lat: 10, lng: 20 }, azimuth, Math.PI / 180);
      expect(from).toEqual({ lat: 10, lng: 20 });
      expect(distanceKm(to, { lat, lng })).toBeLessThan(0.3);
    }
  });
});
