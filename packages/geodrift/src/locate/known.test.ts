import {
  angle,
  Generator,
  meshDistribution,
  meshOfDensity,
  sampleDistribution,
  toVec3,
  uniformPoints,
  type Vec3,
  vectorAt,
} from "@geodrift/core";
import { describe, expect, it } from "vitest";
import type { PictureMetadata } from "../pictures/metadata.js";
import { placeText } from "./headline.js";
import { withKnown } from "./known.js";
import type { LocateResult } from "./result.js";
import { certainty, failureText, toText } from "./text.js";
import { elsewhereAfter, neighboursKnowledge, neighboursOf } from "./time-neighbours.js";

const noon = Date.UTC(2020, 5, 1, 12);
const paris = { lat: 48.86, lng: 2.35 };
const lyon = { lat: 45.76, lng: 4.84 };
const album = (entries: Record<string, PictureMetadata & { sha256?: string }>) =>
  new Map(Object.entries(entries).map(([name, about]) => [name, { sha256: name, ...about }]));

describe("pictures taken about the same time", () => {
  const minutes = (m: number) => noon + 60_000 * m;
  const taken = album({
    own: { takenAt: noon },
    late: { takenAt: minutes(30), place: lyon },
    early: { takenAt: minutes(-10), place: paris },
    far: { takenAt: minutes(61), place: paris },
    untold: { takenAt: minutes(1) },
    timeless: { place: paris },
    copy: { takenAt: minutes(2), place: paris, sha256: "own" },
  });
  it("are those within so many minutes whose files say where, nearest in time first, before or after", () => {
    expect(neighboursOf("own", taken, 60)).toEqual([
      { image: "early", minutes: -10, ...paris },
      { image: "late", minutes: 30, ...lyon },
    ]);
    expect(neighboursOf("own", taken, 10).map((n) => n.image)).toEqual(["early"]);
    expect(neighboursOf("own", taken, 9.9)).toEqual([]);
  });
  it("are those of the same hour of the world, where their offsets are known", () => {
    const clocks = album({
      own: { takenAt: noon, utcOffsetMinutes: -240 },
      sydney: { takenAt: noon + 30_000, utcOffsetMinutes: 600, place: lyon },
      after: { takenAt: noon + 14 * 3_600_000, utcOffsetMinutes: 600, place: paris, placeErrorMetres: 9 },
    });
    expect(neighboursOf("own", clocks, 60)).toEqual([{ image: "after", minutes: 0, ...paris, errorMetres: 9 }]);
  });
  it("are none for a picture without a time, or that is not there", () => {
    expect(neighboursOf("timeless", taken, 60)).toEqual([]);
    expect(neighboursOf("unknown", taken, 60)).toEqual([]);
  });
  it("are never the picture in another format, which would say its own place", () => {
    const own = { takenAt: noon, place: paris };
    const pair = album({ raw: own, jpeg: { ...own, place: { ...paris } }, burst: { takenAt: noon, place: lyon } });
    expect(neighboursOf("raw", pair, 60).map((n) => n.image)).toEqual(["burst"]);
  });
  it.each([
    [0, 0.01],
    [30, 0.055],
    [60, 0.1],
    [600, 0.1],
  ])("%i minutes away say nothing with probability %d", (m, p) => {
    expect(elsewhereAfter(m)).toBeCloseTo(p, 12);
  });
});

describe("what pictures taken about the same time say", () => {
  it("is told in a few words", () => {
    const told = neighboursKnowledge([
      { image: "a", minutes: 2, ...paris },
      { image: "b", minutes: 9.2, ...paris },
    ]);
    expect(told).toMatchObject({ kind: "time-neighbours", label: "2 taken within 10 minutes" });
  });
});

describe("what is known besides a picture", () => {
  const bump = (place: { lat: number; lng: number }) => {
    const centre = toVec3(place);
    return (x: Vec3) => Math.exp(-0.5 * (angle(x, centre) / 0.1) ** 2);
  };
  const density = (points: Float64Array) =>
    Float64Array.from({ length: points.length / 3 }, (_, i) => {
      const x = vectorAt(points, i);
      return Math.log(0.6 * bump(paris)(x) + 0.4 * bump({ lat: 0, lng: 100 })(x) + 1e-6);
    });
  it("takes away what it forbids, and each thing says what it does alone", async () => {
    const plain = meshDistribution(await meshOfDensity(density));
    expect(plain.best.lat).toBeGreaterThan(40);
    const east = { kind: "region" as const, label: "east", prior: (x: Vec3) => (x[1] > 0.5 ? 1 : 0) };
    const nothing = { kind: "track" as const, label: "nothing", prior: () => 7 };
    const { distribution, contributions } = withKnown(plain, [east, nothing]);
    expect(Math.abs(distribution.best.lat)).toBeLessThan(6);
    expect(contributions.map((c) => [c.kind, c.label])).toEqual([
      ["region", "east"],
      ["track", "nothing"],
    ]);
    expect(contributions[0].best).toEqual(distribution.best);
    expect(contributions[0].ownShare).toBeLessThan(0.5);
    expect(contributions[1].ownShare).toBeCloseTo(0.9, 1);
    expect(contributions[1].best).toEqual(plain.best);
    expect(() => withKnown(plain, [{ ...east, prior: () => 0 }])).toThrow(expect.objectContaining({ code: "option" }));
  });
  it("wants a whole distribution", () => {
    const samples = sampleDistribution(uniformPoints(new Generator(1), 20));
    expect(() => withKnown(samples, [])).toThrow("a whole distribution is needed");
  });
});

const example = {
  image: "a.jpg",
  best: paris,
  place: { city: "Paris", region: "Paris", country: "France", countryCode: "FR", distanceKm: 3.21 },
  localizabilityBits: 8.04,
  regions: [
    { mass: 0.5, areaKm2: 1, radiusKm: 12.3 },
    { mass: 0.9, areaKm2: 1, radiusKm: 64.3 },
    { mass: 0.95, areaKm2: 1, radiusKm: 900 },
  ],
  countries: [
    { code: "FR", name: "France", probability: 0.9 },
    { code: "BE", name: "Belgium", probability: 0.06 },
    { code: "DE", name: "Germany", probability: 0.04 },
  ],
} as unknown as LocateResult;

describe("a picture that contradicts what is known", () => {
  it("has an answer that keeps to what is known, and says so first", async () => {
    const log = (points: Float64Array) =>
      Float64Array.from({ length: points.length / 3 }, (_, i) => -60 * angle(vectorAt(points, i), toVec3(paris)) ** 2);
    const beyond = (x: Vec3) => (angle(x, toVec3(paris)) > 0.5 ? 1 : 0);
    const mesh = await meshOfDensity(log, {}, { prior: beyond });
    const { distribution, own } = withKnown(meshDistribution(mesh), [{ kind: "region", label: "far", prior: beyond }]);
    expect(own.contradicted).toBe(true);
    // Of exp(−60 r²) a part exp(−15) lies beyond 0.5.
    expect(Math.log(own.share / 0.9)).toBeCloseTo(-15, 0);
    expect(beyond(toVec3(distribution.best))).toBe(1);
    expect(angle(toVec3(own.best), toVec3(paris))).toBeLessThan(0.05);
    expect(own.localizabilityBits).toBeGreaterThan(0);
    const text = toText({ ...example, own });
    expect(text).toMatch(/^a\.jpg: THE PICTURE CONTRADICTS WHAT IS KNOWN: it gives less than 0\.01 % /);
    expect(text).toMatch(/8\.0 bits with what is known, \d\.\d of the picture alone/);
  });
});

describe("an answer for people", () => {
  const result = example;
  it("is one line with the place, the radii, the odds, and how sure it is", () => {
    expect(toText(result)).toBe(
      "a.jpg: 48.86°N 2.35°E near Paris, France (3.2 km); 50 % on a circle of 12 km, 90 % on a circle of 64 km; France 90 %, Belgium 6 %; in an area (8.0 bits)",
    );
  });
  it("says that it cannot tell, what was known, and what the file says", () => {
    expect(toText({ ...result, abstained: true })).toBe("a.jpg: cannot tell (8.0 bits)");
    const told = toText({
      ...result,
      recorded: { ...lyon, distanceKm: 391 },
      neighbours: [{ image: "b", minutes: 1, ...paris }],
    });
    expect(told).toMatch(/; with 1 taken about the same time; its file says 45\.76°N 4\.84°E, 390 km away$/);
    expect(failureText({ image: "a.jpg", error: "no", code: "file" })).toBe("a.jpg: no");
  });
  it.each([
    [-3.65, "almost anywhere"],
    [-1, "somewhere in a part of the world"],
    [3, "in a region"],
    [6.99, "in a region"],
    [7, "in an area"],
    [11, "at a spot"],
  ])("%d bits are %s", (bits, words) => {
    expect(certainty(bits)).toBe(words);
  });
  it("names a place by its parts, each once", () => {
    expect(placeText({ city: "Paris", region: "Paris", country: "France" })).toBe("Paris, France");
    expect(placeText({ city: "", region: "X" })).toBe("X");
  });
});
