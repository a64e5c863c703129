import { join } from "node:path";
import { distanceKm } from "@geodrift/core";
import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive } from "../../../../../test/library/archive.js";
import { openSource } from "../../datasets/sources/index.js";
import type { SourceItem } from "../../datasets/sources/source.js";
import type { ExportedPicture } from "./exported-picture.js";
import { exportFormats } from "./formats.js";
import { cellDegrees, cellOf, cellRadiusMetres, obscured } from "./obscure.js";

const { folder } = archive();

const anywhere = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe("a cell", () => {
  it("holds its place, is on one grid, and fits in its circle", () => {
    fc.assert(
      fc.property(anywhere, (place) => {
        const cell = cellOf(place);
        const { south, west, north, east } = cell;
        expect(place.lat).toBeGreaterThanOrEqual(south - 1e-9);
        expect(place.lat).toBeLessThanOrEqual(north + 1e-9);
        expect(place.lng).toBeGreaterThanOrEqual(west - 1e-9);
        expect(place.lng).toBeLessThanOrEqual(east + 1e-9);
        expect(north - south).toBeCloseTo(cellDegrees, 9);
        expect(Math.round(south * 5) / 5).toBe(south);
        expect([south >= -90, north <= 90, west >= -180, east <= 180]).toEqual([true, true, true, true]);
        const middle = { lat: (south + north) / 2, lng: (west + east) / 2 };
        const inside = {
          lat: Math.min(north, Math.max(south, place.lat)),
          lng: Math.min(east, Math.max(west, place.lng)),
        };
        expect(1000 * distanceKm(middle, inside)).toBeLessThanOrEqual(cellRadiusMetres(cell) + 1);
      }),
    );
  });
});

const picture: ExportedPicture = {
  path: 'a,"b"/photo & <1>.jpg',
  sha256: "ab",
  takenAt: Date.UTC(2024, 4, 1, 12),
  camera: "Maker, Camera",
  source: "person",
  level: "point",
  point: { lat: 60.4012347, lng: 5.3012347 },
  uncertaintyMetres: 1234,
  names: { country: "Norway", countryCode: "NO", region: "Vestland", city: "Bergen" },
};
const named: ExportedPicture = { ...picture, level: "country", point: undefined, uncertaintyMetres: undefined };

describe("an export", () => {
  it("is CSV that comes back", () => {
    const [a, b] = parse(exportFormats.csv([picture, named]), { columns: true }) as Record<string, string>[];
    expect(a).toMatchObject({
      file: picture.path,
      lat: "60.401235",
      lng: "5.301235",
      uncertaintyMetres: "1234",
      takenAt: "2024-05-01T12:00:00",
    });
    expect([b.lat, b.lng, b.level]).toEqual(["", "", "country"]);
  });

  it("is GeoJSON, longitude first, without a geometry where there is none", () => {
    const { features } = JSON.parse(exportFormats.geojson([picture, named]));
    expect(features[0].geometry).toEqual({ type: "Point", coordinates: [5.3012347, 60.4012347] });
    expect(features[1].geometry).toBeNull();
  });

  it("is KML whose names are text", () => {
    const text = exportFormats.kml([picture, named]);
    expect(text).toContain("photo &amp; &lt;1&gt;.jpg");
    expect(text.match(/<Point>/g)).toHaveLength(1);
  });

  it("is Darwin Core", () => {
    const [row] = parse(
      exportFormats.dwc([
        { ...picture, source: "file", georeference: { georeferenceProtocol: "metadata of the picture's file" } },
      ]),
      { columns: true },
    ) as Record<string, string>[];
    expect(row).toMatchObject({
      geodeticDatum: "EPSG:4326",
      georeferenceProtocol: "metadata of the picture's file",
      country: "Norway",
    });
  });

  it("that is obscured tells nothing finer than the cell, in any format", () => {
    fc.assert(
      fc.property(anywhere, (point) => {
        const georeference = { georeferenceVerificationStatus: "unverified" };
        const hidden = obscured({ ...picture, point, georeference });
        // Who is nine hundred kilometres from knowing does not know it to a cell.
        expect(obscured({ ...picture, point, uncertaintyMetres: 900_000 }).uncertaintyMetres).toBeGreaterThan(900_000);
        for (const format of Object.values(exportFormats)) {
          const text = format([hidden]);
          expect(text).not.toContain("Bergen");
          expect(text).not.toContain("1234");
          for (const value of [point.lat, point.lng])
            if (Math.abs(value * 5 - Math.round(value * 5)) > 1e-3) expect(text).not.toContain(value.toFixed(4));
        }
        const [row] = parse(exportFormats.dwc([hidden]), { columns: true }) as Record<string, string>[];
        expect(row.dataGeneralizations).toContain("0.2 degrees");
        expect(row.georeferenceVerificationStatus).toBe("unverified");
      }),
      { numRuns: 50 },
    );
  });
});

describe("what the library exports", () => {
  const odd = [
    "plain.jpg",
    "=HYPERLINK(1).jpg",
    "'=1.jpg",
    "-1 + 2.jpg",
    "@x.jpg",
    "new\nline.jpg",
    'quo"te;\t|.jpg',
    "é <&>.jpg",
  ];
  const all = odd.map(
    (path, i): ExportedPicture => ({
      ...{ path, sha256: "ab", takenAt: 0, camera: "=cmd", source: "file", level: "point" },
      point: { lat: -33.5 - i, lng: 151.25 + i },
      names: { country: "Australia" },
    }),
  );
  it.each(["csv", "dwc", "geojson", "kml"] as const)(
    "as %s is read back, names of any kind included",
    async (format) => {
      const ending = format === "dwc" ? "csv" : format;
      const source = await openSource(
        join(folder({ [`exported.${ending}`]: exportFormats[format](all) }), `exported.${ending}`),
      );
      const items: SourceItem[] = [];
      for await (const item of source.items()) items.push(item);
      expect(items.map((i) => i.id)).toEqual(odd);
      items.forEach(({ place }, i) => {
        expect(place?.lat).toBeCloseTo(-33.5 - i, 6);
        expect(place?.lng).toBeCloseTo(151.25 + i, 6);
      });
    },
  );
  it("as CSV holds nothing that a spreadsheet would run, and numbers as numbers", () => {
    for (const format of ["csv", "dwc"] as const) {
      const rows = parse(exportFormats[format](all)) as string[][];
      for (const cell of rows.flat()) if (/^[=+\-@\t\r]/.test(cell)) expect(Number(cell)).not.toBeNaN();
      expect(rows.flat()).toContain("-33.500000");
    }
  });
});
