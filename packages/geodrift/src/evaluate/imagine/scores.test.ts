import type { LatLng } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { attributeNames, classOf } from "../../earth/attributes.js";
import type { ViewFacts } from "../../earth/captions.js";
import type { Scorer } from "../../models/scorer-model.js";
import type { Picture } from "../../pictures/picture.js";
import { scoreFigures, scorerFigures, scoresOf } from "./scores.js";
import { sensitivityOf } from "./sensitivity.js";

/** Of one pixel: its red is the angle that the judge sees in it, in degrees, its green the month. */
const picture = (degrees: number, month = 0): Picture => ({
  width: 1,
  height: 1,
  data: Uint8Array.of(degrees, month, 0),
});

/** Of a place it sees the longitude. It reads months off pictures, and takes everything else for the first of its kind. */
const judge = {
  space: 2,
  heldOut: { months: ["04"], discs: [], radiusKm: 0, testRadiusKm: 0 },
  judge: async (pictures: readonly Picture[]) => ({
    embeddings: Float32Array.from(pictures.flatMap(({ data: [degrees] }) => direction(degrees))),
    classes: Object.fromEntries(
      attributeNames.map((name) => [name, Int32Array.from(pictures, ({ data }) => (name === "month" ? data[1] : 0))]),
    ),
  }),
  places: async (places: readonly LatLng[]) => Float32Array.from(places.flatMap(({ lng }) => direction(lng))),
} as unknown as Scorer;

const direction = (degrees: number): number[] => {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
};

const facts = (month: number): ViewFacts => ({ kind: "satellite", surface: "sea", climate: [], month }) as ViewFacts;
const place = (lng: number): LatLng => ({ lat: 0, lng });

describe("scores of pictures", () => {
  it("are the cosine with the place, and the share of what was told that is read off", async () => {
    const pictures = [picture(10, 0), picture(100, 0), picture(30, 3)];
    const told = [facts(0), facts(1), facts(3)];
    const { place: placed, words } = await scoresOf(judge, pictures, [place(10), place(10), place(90)], told);
    [100, 0, 50].forEach((score, i) => {
      expect(placed[i]).toBeCloseTo(score, 4);
    });
    // The first of its kind is what satellites see, and land, which this is not. Of April, held out, nothing is asked.
    expect(classOf("kind", told[0])).toBe(0);
    expect(classOf("surface", told[0])).toBeGreaterThan(0);
    [200 / 3, 100 / 3, 50].forEach((score, i) => {
      expect(words[i]).toBeCloseTo(score, 6);
    });
    const { average } = scoreFigures({ place: placed, words });
    expect(average.value).toBeCloseTo((50 + (200 / 3 + 100 / 3 + 50) / 3) / 2, 4);
  });

  it("trust a judge as far as it finds places among all, and reads off what it can say", async () => {
    const pictures = [picture(10, 0), picture(50, 1), picture(55, 3)];
    // The second picture is nearer to the third place than to its own.
    const places = [place(0), place(80), place(60)];
    const { found, attributes } = await scorerFigures(judge, pictures, places, [facts(0), facts(2), facts(3)]);
    expect(found.value).toBeCloseTo(2 / 3, 9);
    expect(attributes.kind?.value).toBe(1);
    expect(attributes.month?.value).toBe(0.5);
    expect(attributes.climate).toBeUndefined();
  });
});

describe("sensitivity", () => {
  const grid = (degrees: (place: number, seed: number) => number) =>
    [0, 1, 2, 3].map((p) => [0, 1, 2].map((s) => picture(degrees(p, s))));
  it("is to the place alone, where noise changes nothing", async () => {
    const { pixels, judge: seen } = await sensitivityOf(
      judge,
      grid((p) => 40 * p),
    );
    for (const { otherPlaces, otherNoise } of [pixels, seen]) {
      expect(otherNoise.value).toBeCloseTo(0, 6);
      expect(otherPlaces.value).toBeGreaterThan(0.1);
    }
  });
  it("is to the noise alone, where the place changes nothing", async () => {
    const { pixels, judge: seen } = await sensitivityOf(
      judge,
      grid((_, s) => 40 * s),
    );
    for (const { otherPlaces, otherNoise } of [pixels, seen]) {
      expect(otherPlaces.value).toBeCloseTo(0, 6);
      expect(otherNoise.value).toBeGreaterThan(0.1);
    }
  });
});
