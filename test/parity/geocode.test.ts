import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readGazetteer } from "geodrift/evaluate";
import { describe, expect, it } from "vitest";
import { json, present } from "./reference.js";

const table = fileURLToPath(new URL("../../../shared/data/labels/geonames-cities1000.csv.gz", import.meta.url));

describe.skipIf(!present || !existsSync(table))("nearest towns against reverse_geocoder", () => {
  it("in the plane of degrees are the reference's, all 150", async () => {
    const towns = await readGazetteer(table);
    const { rows } = json("geocode.json");
    expect(rows.length).toBe(150);
    for (const { q, lat, lon, name, admin1, admin2, cc } of rows) {
      const town = towns.nearestInDegrees({ lat: q[0], lng: q[1] });
      const expected = { lat: Number(lat), lng: Number(lon), name, region: admin1, district: admin2, countryCode: cc };
      expect(town, `${q}`).toEqual(expected);
    }
  });
  it("on the sphere differ where degrees mislead: near the poles and across the date line", async () => {
    const towns = await readGazetteer(table);
    // 180 degrees of longitude from Fiji's Taveuni to its own west, next to nothing on the ground.
    const taveuni = { lat: -16.85, lng: -179.99 };
    expect(towns.nearest(taveuni).countryCode).toBe("FJ");
    expect(towns.nearestInDegrees(taveuni).countryCode).not.toBe("FJ");
  });
});
