import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NameRow } from "./name-files.js";

const coarse: NameRow[] = [
  ["country", "Georgia", 42.2, 43.5, 3, "GE"],
  ["country", "Norway", 64, 12, 2, "NO"],
  ["water", "North Sea", 56.5, 3.5, 2, ""],
  ["water", "Pacific Ocean", 5, -150, 0, ""],
  ["water", "Pacific Ocean", 12, 165, 0, ""],
  ["town", "Paris", 48.85, 2.35, 3, "FR"],
];
const fine: NameRow[] = [
  ["province", "Georgia", 32.9, -83.4, 4, "US"],
  ["town", "Paris", 33.66, -95.56, 7, "US"],
  ["town", "Tromsø", 69.65, 18.96, 6, "NO"],
  ["town", "São Paulo", -23.5, -46.6, 4, "BR"],
  ["town", "Cormeilles-en-Parisis", 48.97, 2.2, 7, "FR"],
  ["town", "Le Bois Paris", 1, 2, 7, "FR"],
];
let fetched: string[] = [];
let fails = false;

beforeEach(() => {
  vi.resetModules();
  fetched = [];
  fails = false;
  vi.stubGlobal("document", { baseURI: "https://example.org/under/" });
  vi.stubGlobal("fetch", async (url: URL) => {
    fetched.push(url.href);
    return fails ? new Response("", { status: 404 }) : Response.json(url.href.includes("fine") ? fine : coarse);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});
const load = () => import("./names.js");
const named = async (text: string) => (await (await load()).findPlaces(text)).map((f) => `${f.name}: ${f.detail}`);

describe("places by name", () => {
  it("are found without accents and capitals: the whole name, then its beginning, then a word of it", async () => {
    expect(await named("tromsø")).toEqual(["Tromsø: town, Norway"]);
    expect(await named("tromso")).toEqual(["Tromsø: town, Norway"]);
    expect(await named("cormeilles en")).toEqual(["Cormeilles-en-Parisis: town, France"]);
    expect(await named("SAO paulo")).toEqual(["São Paulo: town, Brazil"]);
    expect(await named("paris")).toEqual([
      "Paris: town, France",
      "Paris: town, United States",
      "Cormeilles-en-Parisis: town, France",
      "Le Bois Paris: town, France",
    ]);
    expect(await named("nor")).toEqual(["Norway: country", "North Sea: water"]);
    expect(await named("pacific")).toEqual(["Pacific Ocean: water"]);
    expect(await named("Georgia")).toEqual(["Georgia: country", "Georgia: province, United States"]);
  });

  it("are of the country that is said after a comma", async () => {
    expect(await named("Paris, US")).toEqual(["Paris: town, United States"]);
    expect(await named("Paris, USA")).toEqual(["Paris: town, United States"]);
    expect(await named("georgia, united")).toEqual(["Georgia: province, United States"]);
    expect(await named("Paris, Peru")).toEqual([]);
  });

  it("are none for what is no name", async () => {
    for (const text of ["", "  ", ",", "*", "(", "nowhere at all"]) expect(await named(text)).toEqual([]);
  });

  it("are fetched once, and again where that has failed", async () => {
    const { findPlaces } = await load();
    fails = true;
    await expect(findPlaces("Paris")).rejects.toThrow("the names of places are missing");
    fails = false;
    await findPlaces("Paris");
    await findPlaces("Oslo");
    expect(fetched.slice(2)).toEqual([
      "https://example.org/under/map/names.json",
      "https://example.org/under/map/names-fine.json",
    ]);
  });
});

describe("names on the map", () => {
  it("are those seen from afar, then all, in the order of what they matter", async () => {
    const { nameFeatures } = await load();
    expect((await nameFeatures(false)).features).toHaveLength(coarse.length);
    const { features } = await nameFeatures(true);
    expect(features).toHaveLength(coarse.length + fine.length);
    expect(features[5]).toEqual({
      type: "Feature",
      properties: { kind: "town", name: "Paris", zoom: 3, rank: 5 },
      geometry: { type: "Point", coordinates: [2.35, 48.85] },
    });
  });
});
