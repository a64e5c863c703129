import {
  angle,
  earthRadiusKm,
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
import { elsewhereAfter, neighboursKnowledge, neighboursOf, neighboursPrior } from "./time-neighbours.js";

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
      { image: "early", minutes: 10, ...paris },
      { image: "late", minutes: 30, ...lyon },
    ]);
    expect(neighboursOf("own", taken, 10).map((n) => n.image)).toEqual(["early"]);
    expect(neighboursOf("own", taken, 9.9)).toEqual([]);
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

describe("the prior of pictures taken about the same time", () => {
  const near = [{ ...paris, minutes: 30 }];
  const width = (2 + 40) / earthRadiusKm;
  it("is a normal density as wide as what can be travelled, and the rest of it uniform", () => {
    const prior = neighboursPrior(near, 0.2);
    const floor = 0.2 / (4 * Math.PI);
    const at = (km: number) =>
      prior(toVec3({ lat: paris.lat - (km / earthRadiusKm) * (180 / Math.PI), lng: paris.lng }));
    expect(at(0)).toBeCloseTo(0.8 / (2 * Math.PI * width ** 2) + floor, 6);
    expect((at(42) - floor) / (at(0) - floor)).toBeCloseTo(Math.exp(-0.5), 6);
    expect(at(10_000)).toBe(floor);
    expect(prior.focus).toHaveLength(1);
  });
  it("counts those beside a nearer one with it, and weighs all alike", () => {
    const both = neighboursPrior([{ ...lyon, minutes: 30 }, ...near, { lat: 48.87, lng: 2.35, minutes: 31 }], 0);
    expect(both.focus).toHaveLength(2);
    expect(both(toVec3(paris)) / both(toVec3(lyon))).toBeCloseTo(2, 1);
  });
  it("takes the chance of saying nothing from the nearest in time", () => {
    const far = neighboursPrior([
      { ...paris, minutes: 600 },
      { ...lyon, minutes: 0 },
    ]);
    expect(far(toVec3({ lat: -paris.lat, lng: -170 }))).toBeCloseTo(0.01 / (4 * Math.PI), 12);
  });
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
  it("wants a mesh", () => {
    const samples = sampleDistribution(uniformPoints(new Generator(1), 20));
    expect(() => withKnown(samples, [])).toThrow("the whole distribution is needed");
  });
});

describe("an answer for people", () => {
  const result = {
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
