import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultSettings, queryOf, type Settings } from "./engine.js";

const degrees = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});

const anySettings: fc.Arbitrary<Settings> = fc.record(
  {
    model: fc.string(),
    samples: fc.integer({ min: 2, max: 2048 }),
    steps: fc.integer({ min: 1, max: 256 }),
    guidance: fc.double({ min: 0, max: 20, noNaN: true }),
    seed: fc.nat(),
    prior: fc.string(),
    region: fc.array(degrees, { maxLength: 8 }),
  },
  { requiredKeys: ["samples", "guidance", "seed"] },
);

describe("settings as a query", () => {
  it("have each setting once, as a string, and nothing else", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const { region, ...rest } = settings;
        const { region: asked, ...query } = queryOf(settings);
        const said = Object.entries(rest).filter(([, value]) => value !== "");
        expect(query).toEqual(Object.fromEntries(said.map(([name, value]) => [name, String(value)])));
        expect(asked !== undefined).toBe((region?.length ?? 0) >= 3);
      }),
    );
  });

  it("give every number back exactly", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const { samples, guidance, seed } = queryOf(settings);
        expect([samples, guidance, seed].map(Number)).toEqual([settings.samples, settings.guidance + 0, settings.seed]);
      }),
    );
  });

  it("have zeros, which are not the same as nothing said", () => {
    expect(queryOf(defaultSettings)).toEqual({ samples: "256", guidance: "0", seed: "0" });
  });

  it("leave out what is empty or not set", () => {
    expect(queryOf({ ...defaultSettings, model: "", prior: undefined, steps: undefined })).toEqual(
      queryOf(defaultSettings),
    );
  });

  it("have a region as a closed polygon with the longitude first, whatever its corners", () => {
    fc.assert(
      fc.property(fc.array(degrees, { minLength: 3, maxLength: 8 }), (region) => {
        const before = structuredClone(region);
        const { type, coordinates } = JSON.parse(queryOf({ ...defaultSettings, region }).region ?? "");
        expect(type).toBe("Polygon");
        expect(coordinates).toHaveLength(1);
        const [ring] = coordinates;
        expect(ring.at(-1)).toEqual(ring[0]);
        expect(ring.slice(0, -1)).toEqual(region.map(({ lat, lng }) => [lng + 0, lat + 0]));
        expect(region).toEqual(before);
      }),
    );
  });
});
