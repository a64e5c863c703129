import { readFileSync } from "node:fs";
import type { LocateResult } from "geodrift/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { durationText, fixed, momentText, percentText } from "../words.js";
import { areaName, candidateName, contradiction, headline, kindOf } from "./answer-words.js";
import { either, type Language, number, speech, t } from "./language.svelte.js";

let kept: Record<string, string> = {};
const page = { documentElement: { lang: "" } };

beforeEach(() => {
  kept = {};
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", { languages: ["nl-BE", "fr-CA", "de"] });
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => {
      kept[name] = value;
    },
  });
});
afterEach(async () => {
  await speech.choose("en");
  vi.unstubAllGlobals();
});

const norway = { code: "NO", name: "Norway", probability: 0.5 };
const germany = { code: "DE", name: "Germany", probability: 0.4 };
const answer = (about: object): LocateResult =>
  ({
    place: { city: "", region: "", country: "", countryCode: "", distanceKm: 1 },
    regions: [{ mass: 0.9, areaKm2: 1, radiusKm: 2000 }],
    ...{ countries: [norway, germany], divisions: [], continents: [], modes: [] },
    ...about,
  }) as never;

describe("the language of the page", () => {
  it("is the first of the browser's that it speaks, until a person chooses another", async () => {
    await speech.begin();
    expect([speech.language, page.documentElement.lang, t("answer.countries")]).toEqual(["fr", "fr", "Pays"]);
    await speech.choose("de");
    await speech.begin();
    expect([speech.language, t("answer.countries")]).toEqual(["de", "Länder"]);
  });

  it("is English where the browser has none of them, or what is remembered is none", async () => {
    vi.stubGlobal("navigator", { languages: ["nl"] });
    kept["geodrift.language"] = '"xx"';
    await speech.begin();
    expect(speech.language).toBe("en");
  });

  it.each<[Language, string, string, string, string, string]>([
    ["en", "1,234.5", "1 picture", "1,234 pictures", "1.5 hours", "A, B, or C"],
    ["de", "1.234,5", "1 Bild", "1.234 Bilder", "1,5 Stunden", "A, B oder C"],
    ["fr", "1 234,5", "1 image", "1 234 images", "1,5 h", "A, B ou C"],
    ["es", "1234,5", "1 imagen", "1234 imágenes", "1,5 horas", "A, B o C"],
  ])("%s writes numbers, plurals and lists as its people do", async (language, n, one, many, hours, list) => {
    await speech.choose(language);
    // Thousands are parted by one narrow space or another.
    const spaced = (text: string) => text.replace(/\s/g, " ");
    expect(spaced(number(1234.5))).toBe(n);
    expect([1, 1234].map((count) => spaced(t("library.pictures", { count })))).toEqual([one, many]);
    expect([durationText(5400), either(["A", "B", "C"])]).toEqual([hours, list]);
    expect(spaced(t("library.pictures", { count: 2e6 }))).toMatch(/^2.000.000 \S/);
  });

  it("says answers, countries and candidates in it", async () => {
    await speech.choose("de");
    expect(headline(answer({}))).toBe("irgendwo hier: Norwegen oder Deutschland");
    const town = { city: "Bergen", region: "Vestland", country: "Norway", countryCode: "NO", distanceKm: 1 };
    const near = { place: town, regions: [{ mass: 0.9, radiusKm: 20 }], modes: [{ mass: 1 }] };
    expect(headline(answer(near))).toBe("Bergen, Vestland, Norwegen");
    const peru = { name: "Cusco, Peru", country: "Peru", countryCode: "PE" };
    expect(candidateName(peru, answer({}))).toBe("Cusco, Peru");
    const germany = { name: "Ulm, Germany", country: "Germany", countryCode: "DE" };
    expect(candidateName(germany, undefined)).toBe("Ulm, Deutschland");
    // Estimates of before say a name alone.
    expect(candidateName({ name: "Bergen, Norway" }, answer({}))).toBe("Bergen, Norwegen");
    const named = (name: string) => candidateName({ name }, answer({}));
    expect([named("Norway"), named("on the high seas")]).toEqual([...["Norwegen", "auf hoher See"]]);
    const state = { ...town, city: "Singapore", region: "", country: "Singapore", countryCode: "SG" };
    expect(headline(answer({ ...near, place: state }))).toBe("Singapur");
    const sea = answer({ countries: [{ code: "XZ", name: "high seas", probability: 1 }] });
    expect(headline(sea)).toBe("irgendwo hier: hohe See");
    expect(headline(answer({ countries: [], continents: [{ name: "Europe", probability: 1 }] }))).toContain("Europa");
    const own = { share: 0.00001, best: { lat: -33.5, lng: 151 } } as NonNullable<LocateResult["own"]>;
    expect(contradiction(own)).toContain("weniger als 0,01 %");
  });

  it("says what the embedded model is for in it", async () => {
    const file = new URL("../../../geodrift/models/earth/model.json", import.meta.url);
    const { of } = JSON.parse(readFileSync(file, "utf8")).encoder.domain;
    await speech.choose("fr");
    expect(kindOf(answer({ domain: { of } }))).toMatch(/^une vue de la Terre/);
    expect(kindOf(answer({ domain: { of: "a cat" } }))).toBe("a cat");
  });

  it("speaks what was wanted last, whatever comes first", async () => {
    await Promise.all([speech.choose("es"), speech.choose("de"), speech.choose("en")]);
    expect([speech.language, kept["geodrift.language"]]).toEqual(["en", '"en"']);
  });

  it("keeps the names of countries that a browser does not know", async () => {
    await speech.choose("es");
    expect([areaName({ code: "XZ9", name: "Nowhere" }), areaName({ code: "QX", name: "Nobody's" })]).toEqual([
      ...["Nowhere", "Nobody's"],
    ]);
    expect(areaName({ code: "DE", name: "Germany" })).toBe("Alemania");
  });

  it("writes shares, decimals and moments in it", async () => {
    await speech.choose("de");
    expect([percentText(0.0123), fixed(2, 1)]).toEqual(["1,2 %", "2,0"]);
    expect(momentText(Date.UTC(2024, 4, 1, 12))).toContain("2024");
  });
});
