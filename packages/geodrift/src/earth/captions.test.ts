import { closedVocabulary, Generator } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { attributeNames, attributes, classOf } from "./attributes.js";
import {
  captionOf,
  climateNames,
  climateWords,
  kindOf,
  months,
  scaleOf,
  seasonOf,
  surfaceOf,
  type ViewFacts,
  vocabulary,
} from "./captions.js";

const countries = ["Egypt", "St. Lucia", "South Africa", "Côte d'Ivoire"];
const facts: ViewFacts = {
  kind: "satellite",
  surface: "coast",
  scale: "near",
  climate: ["hot", "desert"],
  country: "Egypt",
  month: 6,
  season: "summer",
};

describe("captions", () => {
  it("are read by the vocabulary whole, however they are said", () => {
    const words = closedVocabulary(vocabulary(countries));
    const said = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const caption = captionOf({ ...facts, country: countries[i % 4] }, new Generator(1, i));
      said.add(caption);
      for (const word of words.read(caption))
        expect(["satellite", "coast", "near", "hot", "desert", "July", "summer", ...countries]).toContain(word);
    }
    expect(said.size).toBeGreaterThan(200);
  });

  it("tell everything now and then, and never more than the model takes", () => {
    const words = closedVocabulary(vocabulary(countries));
    const lengths = Array.from({ length: 2000 }, (_, i) => words.read(captionOf(facts, new Generator(2, i))).length);
    expect(Math.max(...lengths)).toBe(8);
    expect(Math.min(...lengths)).toBeLessThan(2);
  });

  it("say nothing that is not so", () => {
    const night: ViewFacts = { kind: "night", surface: "sea", climate: [] };
    for (let i = 0; i < 100; i++)
      for (const part of captionOf(night, new Generator(3, i)).split(" "))
        expect(["night", "view", "of", "a", "sea", ""]).toContain(part);
  });

  it("know thirty climates by their words", () => {
    expect(climateWords(0)).toEqual([]);
    expect(climateWords(4)).toEqual(["hot", "desert"]);
    expect(climateWords(27)).toEqual(["subarctic"]);
    expect(climateWords(30)).toEqual(["ice"]);
    expect(Array.from({ length: 30 }, (_, i) => climateWords(i + 1).length).every((n) => n > 0)).toBe(true);
    expect(climateNames.length).toBe(15);
  });

  it("turn the seasons round in the south, and have none within the tropics", () => {
    expect([0, 3, 6, 9].map((m) => seasonOf(m, { lat: 50, lng: 0 }))).toEqual(["winter", "spring", "summer", "autumn"]);
    expect([0, 3, 6, 9].map((m) => seasonOf(m, { lat: -50, lng: 0 }))).toEqual([
      "summer",
      "autumn",
      "winter",
      "spring",
    ]);
    expect([11, 2, 5, 8].map((m) => seasonOf(m, { lat: 50, lng: 0 }))).toEqual([
      "winter",
      "spring",
      "summer",
      "autumn",
    ]);
    expect(seasonOf(0, { lat: 10, lng: 0 })).toBeUndefined();
  });

  it("measure near and wide, land, coast and sea", () => {
    expect([250, 450, 700].map(scaleOf)).toEqual(["near", undefined, "wide"]);
    expect([1, 0.5, 0].map(surfaceOf)).toEqual(["land", "coast", "sea"]);
    expect([["relief", "coast"], ["desert"]].map(kindOf)).toEqual(["relief", undefined]);
  });
});

describe("attributes", () => {
  it("are the classes of what is known, and none where nothing is", () => {
    const classes = Object.fromEntries(attributeNames.map((name) => [name, classOf(name, facts)]));
    expect(classes).toEqual({
      kind: 0,
      surface: 1,
      climate: climateNames.indexOf("hot desert"),
      season: 2,
      month: 6,
      scale: 0,
    });
    const sea: ViewFacts = { kind: "relief", surface: "sea", climate: [] };
    expect(attributeNames.map((name) => classOf(name, sea))).toEqual([1, 2, -1, -1, -1, -1]);
    expect(attributes.month.classes).toBe(months);
  });
});
