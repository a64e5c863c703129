import { distanceKm, earthRadiusKm, type LatLng, type PlaceDistribution, toVec3 } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archive, resultOf, scanOf } from "../../../../test/library/archive.js";
import { circleRadiusKm, keepAnswer } from "./estimates.js";

const { library } = archive();
const anywhere = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
const flat = (places: readonly LatLng[]): Float64Array => Float64Array.from(places.flatMap((p) => [...toVec3(p)]));

/** A distribution that is asked for nothing but its representatives. */
const distributionOf = (representatives?: PlaceDistribution["representatives"]): PlaceDistribution => ({
  ...{ localizabilityBits: 0, best: { lat: 0, lng: 0 }, modes: [], representatives },
  ...{ regions: () => [], logProbNats: () => 0, credibleLevel: () => 0 },
});
const fromSamples = distributionOf();
const none = new Float64Array(0);

/** Places of equal mass, evenly through the cap around the north pole. */
const cap = (degrees: number) => (n: number) =>
  flat(
    Array.from({ length: n }, (_, i) => {
      const z = 1 - ((i + 0.5) / n) * (1 - Math.cos((degrees * Math.PI) / 180));
      return { lat: (Math.asin(z) * 180) / Math.PI, lng: ((i * 137.5) % 360) - 180 };
    }),
  );

describe("the circle that holds a mass", () => {
  it("is as wide as the way to a point that all mass lies at", () => {
    fc.assert(
      fc.property(anywhere, anywhere, fc.integer({ min: 1, max: 20 }), (place, best, n) => {
        const radius = circleRadiusKm(fromSamples, flat(Array(n).fill(place)), best);
        expect(radius).toBeCloseTo(distanceKm(best, place), 4);
      }),
    );
  });

  it.each([
    [10, 0.9],
    [60, 0.5],
    [90, 0.9],
    [180, 0.25],
  ])("of a cap of %d degrees that is filled evenly is the smaller cap of that share, %d", (degrees, mass) => {
    const exact = Math.acos(1 - mass * (1 - Math.cos((degrees * Math.PI) / 180))) * earthRadiusKm;
    const radius = circleRadiusKm(distributionOf(cap(degrees)), none, { lat: 90, lng: 0 }, mass);
    expect(Math.abs(radius / exact - 1)).toBeLessThan(2e-3);
  });

  it("holds as many places as it must, and no smaller one does", () => {
    const places = fc.array(anywhere, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(places, anywhere, fc.constantFrom(0.25, 0.5, 0.75, 1), (all, best, mass) => {
        const radius = circleRadiusKm(fromSamples, flat(all), best, mass);
        const away = all.map((p) => distanceKm(best, p));
        expect(away.filter((d) => d <= radius + 1e-6).length).toBeGreaterThanOrEqual(mass * all.length);
        expect(away.filter((d) => d < radius - 1e-6).length).toBeLessThan(mass * all.length);
      }),
    );
  });

  it("is counted by the distribution's own places where it has any, and by nine tenths", () => {
    const far = flat([{ lat: -90, lng: 0 }]);
    const own = distributionOf((n) =>
      flat(Array.from({ length: n }, (_, i) => ({ lat: i < 0.9 * n ? 89 : 0, lng: 0 }))),
    );
    expect(circleRadiusKm(own, far, { lat: 90, lng: 0 })).toBeCloseTo((earthRadiusKm * Math.PI) / 180, 6);
  });
});

describe("an answer that is kept", () => {
  it("has the radius of nine tenths around its best guess", async () => {
    const own = await library();
    const { store } = own;
    const id = await store.pictures.add(await store.folders.add("/photos"), "a.jpg", scanOf(), "queue");
    const best = { lat: 10, lng: 20 };
    const samples = flat([best, { lat: 10, lng: 21 }]);
    await keepAnswer(own, id, { result: resultOf({ best }), distribution: fromSamples, samples });
    expect((await store.estimates.of(id))?.radiusKm).toBeCloseTo(distanceKm(best, { lat: 10, lng: 21 }), 6);
    expect((await store.estimates.of(id))?.result.best).toEqual(best);
  });
});
