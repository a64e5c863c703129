import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findColumn, latitudes, longitudes, numberOf } from "./columns.js";
import { countryAt, countryName, highSeas } from "./country.js";
import { formatKm, formatLatLng } from "./format.js";

describe("columns of a table", () => {
  it.each([
    [["id", "lat", "lng"], latitudes, 1],
    [["latitude", "lat"], latitudes, 1],
    [["id", "longitude"], longitudes, 1],
    [["lon", "lng"], longitudes, 1],
    [["id", "platitude"], latitudes, -1],
    [[], latitudes, -1],
  ])("%j: the first of the names that is there, not of the columns", (head, names, at) => {
    expect(findColumn(head, names)).toBe(at);
  });
  it.each([
    ["", Number.NaN],
    ["  ", Number.NaN],
    ["0", 0],
    [" -1.5e1 ", -15],
    ["1,5", 1.5],
    ["1,5,2", Number.NaN],
    ["12.5 N", 12.5],
    ["12,5 W", -12.5],
    ["48 deg 51' 24.00\" N", 48 + 51 / 60 + 24 / 3600],
    ["33°30′36″S", -33.51],
    ["33 30 36 S", -33.51],
    ["33 30 36.0S", -33.51],
    ["33d 30m 36s S", -33.51],
    ["33 30 36", 33.51],
    ["-33° 30'", -33.5],
    ["-33° 30' S", Number.NaN],
    ["48 deg 75' 0.00\" N", Number.NaN],
    ["48 deg 10' 60.00\" N", Number.NaN],
    ["north", Number.NaN],
    ["0x10", 16],
    ["NaN", Number.NaN],
  ])("hold numbers: %j is %d", (text, number) => {
    expect(numberOf(text)).toBe(number);
  });
});

describe("distances for people", () => {
  it.each([
    [0, "0.0 km"],
    [3.14, "3.1 km"],
    [10, "10 km"],
    [12.6, "13 km"],
    [643.27, "640 km"],
    [999.6, "1,000 km"],
    [1234.5, "1,230 km"],
    [20015, "20,000 km"],
  ])("%d km is %s", (km, text) => {
    expect(formatKm(km)).toBe(text);
  });
  it("are right to a twentieth, however long", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 20_100, noNaN: true }), (km) => {
        const read = Number(formatKm(km).replace(" km", "").replace(",", ""));
        expect(Math.abs(read - km) / km).toBeLessThanOrEqual(0.0501);
      }),
    );
  });
});

describe("places for people", () => {
  it.each([
    [{ lat: 48.8583, lng: 2.2945 }, "48.86°N 2.29°E"],
    [{ lat: -33.8568, lng: -70.6 }, "33.86°S 70.60°W"],
    [{ lat: 0, lng: 180 }, "0.00°N 180.00°E"],
  ])("%o is %s", (place, text) => {
    expect(formatLatLng(place)).toBe(text);
  });
});

describe("countries", () => {
  it.each([
    ["NA", "Namibia"],
    ["FR", "France"],
    ["GL", "Greenland"],
    ["??", "??"],
  ])("%s is called %s", (code, name) => {
    expect(countryName(code)).toBe(name);
  });
  it("have codes of two letters everywhere, and the high seas theirs", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        (lat, lng) => {
          const { code, name } = countryAt(lat, lng);
          expect(code).toMatch(/^[A-Z]{2}$/);
          expect(name).toBe(code === highSeas.code ? highSeas.name : countryName(code));
        },
      ),
    );
    expect(countryAt(-40, -120)).toBe(highSeas);
  });
});
