import { describe, expect, it } from "vitest";
import { gazetteer } from "../places/bundled-towns.js";
import { headline } from "./headline.js";
import { type LocateResult, namePlace } from "./result.js";
import { isOutside, toText } from "./text.js";

const odds = (shares: Record<string, number>) =>
  Object.entries(shares).map(([name, probability]) => ({ name, probability }));

/** What a distribution says, as far as words depend on it. */
function said(about: {
  radiusKm: number;
  city?: string;
  country?: string;
  divisions?: Record<string, number>;
  countries?: Record<string, number>;
  continents?: Record<string, number>;
}): LocateResult {
  const countries = odds(about.countries ?? { Egypt: 1 }).map((c) => ({ ...c, code: c.name.slice(0, 2) }));
  return {
    place: {
      city: about.city ?? "",
      region: about.city ? "Region" : "",
      country: about.country ?? "Egypt",
      distanceKm: 5,
    },
    regions: [{ mass: 0.9, radiusKm: about.radiusKm }],
    countries,
    divisions: odds(about.divisions ?? {}).map((d) => ({ ...d, countryCode: countries[0].code })),
    continents: odds(about.continents ?? { Africa: 1 }),
  } as unknown as LocateResult;
}

describe("a headline", () => {
  it("names no town of two that are far apart, however small the area of both is", () => {
    const two = said({ radiusKm: 40, city: "Bergen", countries: { Norway: 0.61, Germany: 0.39 } });
    const halves = { ...two, modes: [{ mass: 0.61 }, { mass: 0.39 }] } as unknown as LocateResult;
    expect(headline(halves)).toBe("somewhere in Norway or Germany");
  });
  it.each<[string, Parameters<typeof said>[0], string]>([
    ["names a town of an answer of up to 100 km", { radiusKm: 100, city: "Banhā" }, "Banhā, Region, Egypt"],
    ["names none of a wider one", { radiusKm: 101, city: "Banhā" }, "somewhere in Egypt"],
    ["names none where none is near", { radiusKm: 40 }, "somewhere in Egypt"],
    ["says that a narrow answer lies at sea", { radiusKm: 40, country: "" }, "on the high seas"],
    ["names a division up to 1,000 km", { radiusKm: 1000, divisions: { Qina: 0.85 } }, "Qina, Egypt"],
    ["names none beyond", { radiusKm: 1001, divisions: { Qina: 0.85 } }, "somewhere in Egypt"],
    ["names none that holds too little", { radiusKm: 500, divisions: { Qina: 0.7 } }, "somewhere in Egypt"],
    [
      "names two countries",
      { radiusKm: 2000, countries: { Russia: 0.5, Canada: 0.4, "United States": 0.1 } },
      "somewhere in Russia or Canada",
    ],
    [
      "names continents where more than two countries are likely",
      {
        radiusKm: 4000,
        countries: { Russia: 0.3, Canada: 0.3, China: 0.2, Norway: 0.2 },
        continents: { Asia: 0.5, "North America": 0.3, Europe: 0.2 },
      },
      "somewhere in Asia or North America",
    ],
    [
      "names nothing where everything is likely",
      {
        radiusKm: 9000,
        countries: { Russia: 0.2 },
        continents: { Asia: 0.25, Africa: 0.25, Europe: 0.25, Oceania: 0.25 },
      },
      "anywhere on Earth",
    ],
    [
      "speaks of the sea in a sentence",
      { radiusKm: 3000, countries: { "high seas": 0.9 } },
      "somewhere in the high seas",
    ],
  ])("%s", (_, about, words) => {
    expect(headline(said(about))).toBe(words);
  });

  it("is what an estimate of before 0.3 says as well, which has no continents", () => {
    const { continents: _, ...old } = said({ radiusKm: 9000, countries: { Russia: 0.2 } });
    expect(headline(old)).toBe("anywhere on Earth");
  });
});

describe("the name of a place", () => {
  const named = (lat: number, lng: number) => namePlace({ lat, lng }, gazetteer());
  it("is of a town of the country whose outline holds it", () => {
    // Near Ceuta, which is Spain's, and in Morocco.
    expect(named(35.84, -5.36)).toMatchObject({ city: "Fnidek", country: "Morocco", countryCode: "MA" });
    expect(named(35.89, -5.32)).toMatchObject({ countryCode: "ES", city: "Ceuta" });
    expect(named(52.52, 13.41)).toMatchObject({ region: "State of Berlin", country: "Germany" });
  });
  it("is no town more than 100 km away", () => {
    expect(named(-82, -134)).toMatchObject({ city: "", region: "", country: "Antarctica" });
    expect(named(24, 12)).toMatchObject({ city: "", country: "Libya" });
  });
  it("is no country on the high seas", () => {
    expect(named(-40, -120)).toMatchObject({ city: "", country: "", countryCode: "" });
  });
});

describe("an answer for people of a picture that its model is not for", () => {
  const result = (inside: boolean): LocateResult => ({
    ...said({ radiusKm: 30, city: "Banhā" }),
    image: "cat.jpg",
    best: { lat: 30, lng: 31 },
    localizabilityBits: 12,
    model: { name: "earth", sha256: "" },
    domain: { of: "a view from above", logOdds: inside ? 3 : -3, inside },
  });
  it("says so, and names no place", () => {
    expect(isOutside(result(false))).toBe(true);
    expect(toText(result(false))).toBe(
      'cat.jpg: does not look like a view from above, which is what earth is for; "geodrift models pull plonk-yfcc" fetches a model for photographs, and --anyway says what earth would answer',
    );
  });
  it("says the place on request, marked", () => {
    expect(toText(result(false), { anyway: true })).toMatch(
      /^cat\.jpg: does not look like a view from above, so this means little: 30\.00°N 31\.00°E near Banhā, Egypt/,
    );
  });
  it("is as ever for others, and for models that cannot tell", () => {
    const { domain: _, ...untold } = result(true);
    for (const r of [result(true), untold]) expect(toText(r)).toMatch(/^cat\.jpg: 30\.00°N 31\.00°E near Banhā, Egypt/);
  });
});
