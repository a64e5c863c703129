import { describe, expect, it } from "vitest";
import { bergen } from "../../../../test/library/archive.js";
import { darwinCore, georeferenceOf, namesOf, protocolOf, radiusMetres, xmpPlace } from "./decided-place.js";
import { type Level, levels } from "./states.js";
import type { DecidedPlace } from "./store/decisions.js";

const decided: DecidedPlace = {
  ...{ lat: -33.4567891, lng: 70.25, level: "point", radiusKm: 1.2345, source: "estimate", place: bergen },
  ...{ model: "earth 0123", known: undefined, at: Date.UTC(2026, 4, 1, 23, 59) },
};
const [country, region, city] = [{ country: "Norway", countryCode: "NO" }, { region: "Vestland" }, { city: "Bergen" }];

describe("the names of a place", () => {
  it.each<[Level, number, object]>([
    ["country", 3, country],
    ["region", 3, { ...country, ...region }],
    ["city", 3, { ...country, ...region, ...city }],
    ["point", 3, { ...country, ...region, ...city }],
    ["point", 50, { ...country, ...region, ...city }],
    ["point", 50.1, { ...country, ...region }],
    ["city", 50.1, { ...country, ...region }],
  ])("to the level of a %s, %d km from the nearest town, are what is at it and above", (level, distanceKm, names) => {
    expect(namesOf({ level, place: { ...bergen, distanceKm } })).toEqual(names);
  });

  it("are none at sea, and never a code without a country", () => {
    const sea = { country: "", countryCode: "NO", region: "", city: "", distanceKm: 3 };
    for (const level of levels) expect(namesOf({ level, place: sea })).toEqual({});
  });
});

describe("a radius in metres", () => {
  it.each([
    [1.2345, 1235],
    [0.0004, 1],
    [0, 1],
    [20_000, 20_000_000],
  ])("of %d km is %d", (radiusKm, metres) => {
    expect(radiusMetres({ radiusKm })).toBe(metres);
  });
});

describe("how a place was found", () => {
  it.each<[Pick<DecidedPlace, "source" | "model" | "known">, string]>([
    [{ source: "person", model: undefined, known: undefined }, "place set by a person on a map"],
    [{ source: "estimate", model: "earth 0123", known: undefined }, "(earth 0123), accepted by a person"],
    [{ source: "estimate", model: "earth", known: "a track" }, "(earth) and a track, accepted by a person"],
    [{ source: "estimate", model: undefined, known: undefined }, "(unknown model), accepted"],
  ])("%j is said in words", (about, words) => {
    expect(protocolOf(about)).toContain(words);
  });

  it("has the day in UTC, and a remark where no coordinates are claimed", () => {
    expect(georeferenceOf(decided)).toMatchObject({
      ...{
        georeferencedDate: "2026-05-01",
        georeferenceVerificationStatus: "unverified",
        georeferenceRemarks: undefined,
      },
    });
    expect(georeferenceOf({ ...decided, level: "region", source: "person" })).toMatchObject({
      georeferenceVerificationStatus: "verified by contributor",
      georeferenceRemarks: "place known to the level of the region; no coordinates are claimed",
    });
  });
});

describe("coordinates", () => {
  it("are said of points", () => {
    expect(darwinCore(decided)).toMatchObject({
      ...{ decimalLatitude: "-33.456789", decimalLongitude: "70.250000", geodeticDatum: "EPSG:4326" },
      ...{ coordinateUncertaintyInMeters: "1235", stateProvince: "Vestland", municipality: "Bergen" },
    });
    expect(xmpPlace(decided).exif).toEqual({
      ...{ GPSLatitude: "33,27.407346S", GPSLongitude: "70,15.000000E", GPSMapDatum: "WGS-84" },
      ...{ GPSHPositioningError: "1235/1", GPSProcessingMethod: "GEODRIFT" },
    });
    expect(xmpPlace({ ...decided, source: "person" }).exif.GPSProcessingMethod).toBe("MANUAL");
  });

  it.each<Level>(["city", "region", "country"])("are not said of a %s", (level) => {
    const { exif, location, created } = xmpPlace({ ...decided, level });
    expect(exif).toEqual({});
    for (const term of ["decimalLatitude", "decimalLongitude", "geodeticDatum", "coordinateUncertaintyInMeters"])
      expect(location[term]).toBeUndefined();
    expect(created).toEqual({
      ...{ CountryCode: "NO", CountryName: "Norway" },
      ...{ ProvinceState: level === "country" ? undefined : "Vestland", City: level === "city" ? "Bergen" : undefined },
    });
  });
});
