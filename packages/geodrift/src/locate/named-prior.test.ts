import { toVec3 } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { namedPrior } from "./named-prior.js";

const places = {
  detroit: { lat: 42.33, lng: -83.05 },
  lansing: { lat: 42.73, lng: -84.55 },
  toronto: { lat: 43.65, lng: -79.38 },
  paris: { lat: 48.857, lng: 2.352 },
  versailles: { lat: 48.8, lng: 2.13 },
  texasParis: { lat: 33.66, lng: -95.56 },
  tbilisi: { lat: 41.72, lng: 44.78 },
  atlanta: { lat: 33.75, lng: -84.39 },
  suva: { lat: -18.14, lng: 178.44 },
} as const;

const held = async (text: string) => {
  const { prior } = await namedPrior(text);
  return Object.entries(places).flatMap(([name, place]) => (prior(toVec3(place)) > 0 ? [name] : []));
};

describe("a prior by name", () => {
  it.each([
    ["US", ["detroit", "lansing", "texasParis", "atlanta"]],
    ["Canada", ["toronto"]],
    ["Europe", ["paris", "versailles"]],
    ["Michigan", ["detroit", "lansing"]],
    ["michigan, usa", ["detroit", "lansing"]],
    ["Île-de-France", ["paris", "versailles"]],
    ["ile-de-france", ["paris", "versailles"]],
    ["Georgia", ["tbilisi"]],
    ["Georgia, US", ["atlanta"]],
    ["Paris", ["paris", "versailles"]],
    ["Paris, US", ["texasParis"]],
    ["within:10:Paris", ["paris"]],
    ["within:10:Paris, US", ["texasParis"]],
    ["within:10:48.857,2.352", ["paris"]],
    ["not:US", ["toronto", "paris", "versailles", "tbilisi", "suva"]],
    ["not:within:400:Detroit", ["paris", "versailles", "texasParis", "tbilisi", "atlanta", "suva"]],
    ["Fiji", ["suva"]],
  ])("%s holds what lies in it", async (text, wanted) => {
    expect(await held(text)).toEqual(wanted);
  });

  it.each([
    ["Michgan", 'did you mean "Michigan"'],
    ["Frnace", 'did you mean "France"'],
    ["within:10:Toronnto", '"Toronto"'],
    ["Qxzzyk", 'got "Qxzzyk"'],
    ["within:-3:Paris", "has a radius in km"],
    ["within:10:95,200", "latitude"],
    ["not:photos", "not: takes the name of a place"],
    ["Paris, Nowhereland", 'got "Paris, Nowhereland"'],
  ])("%s is answered by one sentence", async (text, sentence) => {
    await expect(namedPrior(text)).rejects.toThrow(sentence);
    await expect(namedPrior(text)).rejects.toMatchObject({ code: "option" });
  });
});
