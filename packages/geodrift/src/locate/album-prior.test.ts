import { earthRadiusKm, toVec3 } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { albumPrior } from "./album-prior.js";

const paris = { lat: 48.86, lng: 2.35 };
const lyon = { lat: 45.76, lng: 4.84 };
const near = [{ ...paris, minutes: 30 }];
const width = (2 + 40) / earthRadiusKm;

describe("the prior of pictures of the same folder", () => {
  it("is a normal density as wide as what can be travelled, and the rest of it uniform", () => {
    const prior = albumPrior(near, 0.2);
    const floor = 0.2 / (4 * Math.PI);
    const at = (km: number) =>
      prior(toVec3({ lat: paris.lat - (km / earthRadiusKm) * (180 / Math.PI), lng: paris.lng }));
    expect(at(0)).toBeCloseTo(0.8 / (2 * Math.PI * width ** 2) + floor, 6);
    expect((at(42) - floor) / (at(0) - floor)).toBeCloseTo(Math.exp(-0.5), 6);
    expect(at(10_000)).toBe(floor);
    expect(prior.focus).toHaveLength(1);
  });
  it("takes every time for one of an outing, from half an hour to ten, and no time for the longest", () => {
    const width = (minutes?: number) => albumPrior([{ ...paris, minutes }], 0).focus?.[0].width ?? 0;
    expect(width(0) * earthRadiusKm).toBeCloseTo(42, 9);
    expect([width(-30), width(3000), width()]).toEqual([width(30), width(600), width(600)]);
  });
  it("counts those beside a nearer one with it, and weighs all alike", () => {
    const both = albumPrior([{ ...lyon, minutes: 30 }, ...near, { lat: 48.87, lng: 2.35, minutes: 31 }], 0);
    expect(both.focus).toHaveLength(2);
    expect(both(toVec3(paris)) / both(toVec3(lyon))).toBeCloseTo(2, 1);
  });
});
