import {
  angle,
  earthAreaKm2,
  meshDistribution,
  meshOfDensity,
  refinedFor,
  toLatLng,
  toVec3,
  vectorAt,
  weighted,
} from "@geodrift/core";
import fc from "fast-check";
import { getPosition } from "suncalc";
import { describe, expect, it } from "vitest";
import { namedPriors } from "./named-prior.js";
import { sunPrior } from "./sun-prior.js";

const held = (text: string, place: { lat: number; lng: number }) => sunPrior(text, "--prior").prior(toVec3(place)) > 0;
const degree = 180 / Math.PI;

describe("where the sun stood so high", () => {
  it("is overhead on the tropic at noon of the solstice, and a circle around that place", () => {
    // 2024-06-20 20:51 UTC; the equation of time is −1.8 minutes: overhead at 180° − 15°/h · (12:00 − 10:58.2).
    const noon = "2024-06-21T00:00Z";
    const overhead = { lat: 23.44, lng: -179.55 };
    expect(held(`sun:${noon}:89~1`, overhead)).toBe(true);
    for (const away of [20, 40, 60]) {
      const north = { lat: overhead.lat + away, lng: overhead.lng };
      expect(held(`sun:${noon}:${90 - away}~0.5`, north)).toBe(true);
      expect(held(`sun:${noon}:${90 - away}~0.5`, { lat: overhead.lat - away, lng: overhead.lng })).toBe(true);
      expect(held(`sun:${noon}:${90 - away}~0.5`, { ...north, lat: north.lat + 1.2 })).toBe(false);
    }
  });

  it("is what a shadow says: as long as what casts it at 45°, with its tolerance in percent", () => {
    const { label } = sunPrior("shadow:2024-06-21T10:30Z:1", "--prior");
    expect(label).toBe("the sun 42.3 to 48.0° high at 2024-06-21 10:30 UTC");
    expect(sunPrior("shadow:2024-06-21T12:30+02:00:1~1", "--prior").label).toBe(
      "the sun 44.7 to 45.3° high at 2024-06-21 10:30 UTC",
    );
  });

  it("holds the place where a picture was taken, whenever and wherever", () => {
    fc.assert(
      fc.property(
        fc.record({
          lat: fc.double({ min: -89.9, max: 89.9, noNaN: true }),
          lng: fc.double({ min: -180, max: 180, noNaN: true }),
        }),
        fc.integer({ min: 0, max: 365 * 1440 }),
        (place, minute) => {
          const time = new Date(Date.UTC(2024, 0, 1) + 60_000 * minute);
          const { altitude } = getPosition(time, place.lat, place.lng);
          fc.pre(altitude > 2 && altitude < 88);
          const text = `${time.toISOString().slice(0, 16)}Z:`;
          expect(held(`sun:${text}${altitude.toFixed(2)}~0.1`, place)).toBe(true);
          const ratio = 1 / Math.tan((altitude * Math.PI) / 180);
          expect(held(`shadow:${text}${ratio.toFixed(6)}~1`, place)).toBe(true);
        },
      ),
    );
  });

  it("makes a band of an even density that is as wide as it says, all around", async () => {
    const even = await meshOfDensity((points) => new Float64Array(points.length / 3), {}, { level: 3 });
    const tolerance = 5;
    const { prior } = sunPrior(`sun:2024-03-20T15:00Z:40~${tolerance}`, "--prior");
    const d = meshDistribution(weighted(refinedFor(even, prior), prior));
    const places = d.representatives(400);
    const altitudes = Array.from({ length: 400 }, (_, i) => {
      const { lat, lng } = toLatLng(vectorAt(places, i));
      return getPosition(new Date("2024-03-20T15:00Z"), lat, lng).altitude;
    });
    expect(Math.min(...altitudes)).toBeGreaterThanOrEqual(40 - tolerance);
    expect(Math.max(...altitudes)).toBeLessThanOrEqual(40 + tolerance);
    // All around the place where the sun is overhead.
    const parts = new Set(Array.from({ length: 400 }, (_, i) => Math.floor(toLatLng(vectorAt(places, i)).lng / 20)));
    expect(parts.size).toBeGreaterThan(4);
    const share = (Math.sin((40 + tolerance) / degree) - Math.sin((40 - tolerance) / degree)) / 2;
    const area = d.regions([1 - 1e-9])[0].areaKm2 / earthAreaKm2;
    expect(area / share).toBeGreaterThan(0.93);
    expect(area / share).toBeLessThan(1.07);
  });

  it("is found by a sure density within it", async () => {
    const place = toVec3({ lat: 30, lng: 31 });
    const { altitude } = getPosition(new Date("2024-06-21T06:00Z"), 30, 31);
    const { prior } = sunPrior(`sun:2024-06-21T06:00Z:${altitude.toFixed(2)}~1`, "--prior");
    const sure = (points: Float64Array) =>
      Float64Array.from({ length: points.length / 3 }, (_, i) => -50_000 * angle(vectorAt(points, i), place) ** 2);
    const mesh = await meshOfDensity(sure, {}, { level: 3 });
    const d = meshDistribution(weighted(refinedFor(mesh, prior), prior));
    expect(angle(toVec3(d.best), place) * degree).toBeLessThan(0.5);
    for (let i = 0, places = d.representatives(200); i < 200; i++) expect(prior(vectorAt(places, i))).toBe(1);
  });

  it.each([
    ["sun:noon:30", "with a time as 2024-06-21T10:30Z"],
    ["sun:2024-06-21T10:30:30", "with a time as"],
    ["sun:2024-13-21T10:30Z:30", "with a time as"],
    ["sun:2024-06-21T10:30Z:120", "up to 90 degrees"],
    ["sun:2024-06-21T10:30Z:30~0", "within a tolerance"],
    ["shadow:2024-06-21T10:30Z:-1", "with a time as"],
  ])("%s is answered by one sentence", async (text, sentence) => {
    await expect(namedPriors(text)).rejects.toMatchObject({
      code: "option",
      message: expect.stringContaining(sentence),
    });
  });
});

describe("several things that are known", () => {
  it("are told apart by semicolons, and names keep their words", async () => {
    const known = await namedPriors("Trinidad and Tobago; not:within:10:10.65,-61.5 ;shadow:2024-06-21T16:00Z:0.2");
    expect(known.map((k) => k.label)).toEqual([
      "Trinidad and Tobago",
      expect.stringContaining("not within 10 km"),
      expect.stringContaining("the sun"),
    ]);
  });

  it.each([[""], ["Norway; Frnace"]])("%s is answered by one sentence", async (text) => {
    await expect(namedPriors(text)).rejects.toMatchObject({ code: "option" });
  });
});
