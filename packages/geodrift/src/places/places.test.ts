import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { distanceKm, Generator, toLatLng, uniformPoint } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { readGazetteer } from "./bundled-towns.js";
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

describe("the gazetteer", () => {
  it("finds the nearest of a table as a look at every row does, on the sphere and in degrees", async () => {
    const random = new Generator(5);
    const towns = Array.from({ length: 300 }, () => toLatLng(uniformPoint(random)));
    const folder = mkdtempSync(join(tmpdir(), "geodrift-towns-"));
    const file = join(folder, "towns.csv.gz");
    const rows = towns.map(({ lat, lng }, i) => `${lat},${lng},town ${i},"a, b",,XX`);
    writeFileSync(file, gzipSync(`lat,lon,name,admin1,admin2,cc\n${rows.join("\n")}\n`));
    const table = await readGazetteer(file);
    for (let i = 0; i < 200; i++) {
      const place = i === 0 ? { lat: 90, lng: 0 } : toLatLng(uniformPoint(random));
      const least = (away: (town: { lat: number; lng: number }) => number) =>
        towns.reduce((a, b) => (away(b) < away(a) ? b : a));
      const near = table.nearest(place);
      expect(distanceKm(near, place)).toBeCloseTo(
        distanceKm(
          least((t) => distanceKm(t, place)),
          place,
        ),
        6,
      );
      expect(table.nearestInDegrees(place)).toMatchObject(
        least((t) => Math.hypot(t.lat - place.lat, t.lng - place.lng)),
      );
      expect(near.region).toBe("a, b");
    }
    writeFileSync(file, gzipSync("lat,lon,name\n1,2,x\n"));
    await expect(readGazetteer(file)).rejects.toThrow("a column named admin1 is needed, got lat, lon, name");
    await expect(readGazetteer(join(folder, "none.csv"))).rejects.toThrow("no such file");
    rmSync(folder, { recursive: true });
  });
});
