import { distanceKm } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notationsOf, parsePlace } from "./coordinates.js";

const written = (lat: number, lng: number) =>
  Object.fromEntries(notationsOf({ lat, lng }).map(({ name, text }) => [name, text]));

describe("notations of a place", () => {
  it("are those that others give", () => {
    // The examples of geodesy's, Open Location Code's and geohash's own documentation.
    expect(written(48.8582, 2.2945)).toMatchObject({ UTM: "31 N 448252 5411933", MGRS: "31U DQ 48251 11932" });
    expect(written(47.0000625, 8.0000625)["Plus code"]).toBe("8FVC2222+22");
    expect(written(57.64911, 10.40744).Geohash).toBe("u4pruydqq");
    expect(written(-0.5, -0.25)).toMatchObject({
      Degrees: "-0.50000, -0.25000",
      "Degrees, minutes, seconds": "00°30′00.0″S 000°15′00.0″W",
    });
  });

  it("have no zones near the poles", () => {
    for (const lat of [90, 84.1, -80.1, -90])
      expect(Object.keys(written(lat, 12))).toEqual([
        ...["Degrees", "Degrees, minutes, seconds", "Plus code", "Geohash"],
      ]);
  });

  it("are read back to where they came from", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        (lat, lng) => {
          for (const { name, text } of notationsOf({ lat, lng })) {
            // What is letters or digits alone is a name or a number.
            if (name === "Geohash" && !(/\d/.test(text) && /[a-z]/.test(text))) continue;
            const back = parsePlace(text);
            expect(back, `${name}: ${text}`).toBeDefined();
            if (back) expect(distanceKm(back, { lat, lng }), `${name}: ${text}`).toBeLessThan(0.02);
          }
        },
      ),
      {
        numRuns: 1000,
        examples: [
          [-1e-12, 10],
          [90, 0],
          [-90, 180],
          [89.99999999999999, 0],
          [0, -180],
          // Its geohash begins as a place in the military grid does: 2pbp21859.
          [-0.1229525, -179.9999145],
        ],
      },
    );
  });
});

describe("what a person types", () => {
  it.each([
    ["48.8583, 2.2945", 48.8583, 2.2945],
    ["48.8583 2.2945", 48.8583, 2.2945],
    ["-33.86 151.2", -33.86, 151.2],
    ["48.8583° N, 2.2945° E", 48.8583, 2.2945],
    ["48°51'30\"N 2°17'40\"E", 48.858333, 2.294444],
    ["48 51 30 N, 2 17 40 E", 48.858333, 2.294444],
    ["2.2945E 48.8583N", 48.8583, 2.2945],
    ["N 48.8583 E 2.2945", 48.8583, 2.2945],
    ["34.6S, 58.4W", -34.6, -58.4],
    ["31U DQ 48251 11932", 48.8582, 2.2945],
    ["31udq4825111932", 48.8582, 2.2945],
    ["31 N 448252 5411933", 48.8582, 2.2945],
    ["31U 448252 5411933", 48.8582, 2.2945],
    ["31N 448252 5411933", 48.8582, 2.2945],
    ["8FVC2222+22", 47.0000625, 8.0000625],
    ["8FVC2222+", 47.00125, 8.00125],
    ["u4pruydqq", 57.64911, 10.40744],
  ])("%s is a place", (text, lat, lng) => {
    const place = parsePlace(text);
    expect(place).toBeDefined();
    if (place) expect(distanceKm(place, { lat, lng })).toBeLessThan(0.05);
  });

  it("may have the band of a zone, as many write it", () => {
    const { UTM } = written(-33.86, 151.21);
    expect(UTM).toMatch(/^56 S \d+ \d+$/);
    for (const text of [UTM, UTM.replace(" S", "H"), UTM.replace(" S", "S")]) {
      const place = parsePlace(text);
      expect(place && distanceKm(place, { lat: -33.86, lng: 151.21 }), text).toBeLessThan(0.01);
    }
  });

  it.each([
    ...["", "Paris", "Nice, FR", "Essen", "N E", "91, 0", "0, 181", "12", "1,2,3", "beds", "99Z ZZ 1 1"],
    ...["31 N 1 2", "8FVC22+", "Springfield 2", "75001", "12345, 6", "Paris 15, Lyon 3"],
  ])("“%s” is none", (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });
});
