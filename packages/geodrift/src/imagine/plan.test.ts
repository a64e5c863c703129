import { distanceKm, toVec3 } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleLimitsKm } from "../earth/captions.js";
import { imagineDefaults } from "./defaults.js";
import { defaultGroundKm, groundOf } from "./ground.js";
import { averagePlan, checkMonthsWords, drawingOf, gridPlan, monthsPlan, picturesPlan, walkPlan } from "./plan.js";
import { besideFile, checkPicturesFile, isMoving, manifestFile } from "./write.js";

const place = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe("a walk", () => {
  it("goes from one place to the other, in even steps along the great circle, from one noise", () => {
    fc.assert(
      fc.property(place, place, fc.integer({ min: 2, max: 20 }), (from, to, frames) => {
        fc.pre(distanceKm(from, to) < 20_000);
        const { cells, columns, moving } = walkPlan(from, to, "forest", 5, frames);
        expect([cells.length, columns, moving]).toEqual([frames, Math.min(frames, 8), true]);
        const places = cells.map((cell) => cell.places[0]);
        expect(distanceKm(places[0], from)).toBeLessThan(1e-3);
        expect(distanceKm(places[frames - 1], to)).toBeLessThan(1e-3);
        const step = distanceKm(from, to) / (frames - 1);
        for (let k = 1; k < frames; k++) expect(distanceKm(places[k - 1], places[k])).toBeCloseTo(step, 2);
        expect(new Set(cells.map((c) => `${c.seed} ${c.words}`))).toEqual(new Set(["5 forest"]));
      }),
    );
  });
  it("between antipodes goes along one of many ways", () => {
    const places = walkPlan({ lat: 90, lng: 0 }, { lat: -90, lng: 0 }, undefined, 1, 5).cells.map((c) => c.places[0]);
    expect(places.map((p) => Math.round(p.lat))).toEqual([90, 45, 0, -45, -90]);
    for (const p of places) expect(toVec3(p).every(Number.isFinite)).toBe(true);
  });
  it("of one frame stands where it begins", () => {
    const [cell] = walkPlan({ lat: 10, lng: 20 }, { lat: 30, lng: 40 }, undefined, 1, 1).cells;
    expect(distanceKm(cell.places[0], { lat: 10, lng: 20 })).toBeLessThan(1e-3);
  });
});

describe("a plan", () => {
  const paris = { lat: 48.86, lng: 2.35 };
  it("of several pictures differs in the seed alone, and lies in a square", () => {
    const { cells, columns, moving } = picturesPlan(paris, "forest", 7, 5);
    expect(cells.map((c) => c.seed)).toEqual([7, 8, 9, 10, 11]);
    expect([columns, moving]).toEqual([3, false]);
    expect(cells[0]).toEqual({
      label: "forest, 48.86°N 2.35°E, seed 7",
      places: [paris],
      words: "forest",
      seed: 7,
    });
    expect(picturesPlan(undefined, "forest", 1, 1).cells[0]).toMatchObject({ label: "forest, seed 1", places: [] });
  });
  it("of a grid has places for rows, words for columns, and one noise", () => {
    const { cells, columns } = gridPlan([paris, { lat: 0, lng: 0 }], ["a", undefined, "b"], 3);
    expect(columns).toBe(3);
    expect(cells.map((c) => [c.places[0].lat, c.words, c.seed])).toEqual([
      [48.86, "a", 3],
      [48.86, undefined, 3],
      [48.86, "b", 3],
      [0, "a", 3],
      [0, undefined, 3],
      [0, "b", 3],
    ]);
  });
  it("of months has all of them, after the words that there are", () => {
    const { cells, columns, moving } = monthsPlan(paris, undefined, 2);
    expect([cells.length, columns, moving]).toEqual([12, 4, true]);
    expect([cells[0].words, cells[11].label]).toEqual(["satellite view in January", "December"]);
    expect(monthsPlan(undefined, "forest", 2).cells[6]).toMatchObject({ words: "forest in July", places: [] });
  });
  it("of a region averages all of its places in every picture", () => {
    const { cells } = averagePlan([paris, paris, paris], undefined, 1, 2);
    expect(cells.map((c) => [c.label, c.places.length])).toEqual([
      ["average of 3 places, seed 1", 3],
      ["average of 3 places, seed 2", 3],
    ]);
  });
  it.each([
    [["forest", "in", "May"], "the words name May"],
    [["winter"], "the words name winter"],
    [["night"], "the words say night"],
    [["relief", "land"], "the words say relief"],
  ])("of months has none of its own words: %j", (words, sentence) => {
    expect(() => checkMonthsWords(words)).toThrow(
      expect.objectContaining({ code: "option", message: expect.stringContaining(sentence) }),
    );
    expect(() => checkMonthsWords(["satellite", "forest"])).not.toThrow();
  });
  it("becomes requests that say all that its pictures are told", () => {
    const settings = { groundKm: 300, guidance: { words: 2, place: 3 }, steps: 4, solver: "heun", size: 32 };
    const [cell] = picturesPlan(paris, "forest", 7, 1).cells;
    const { terms, ...request } = drawingOf(cell, settings, true);
    expect(request).toEqual({
      attention: [{ words: "forest", place: paris }],
      groundKm: 300,
      size: 32,
      seed: 7,
      steps: 4,
      solver: "heun",
    });
    expect(terms.length).toBeGreaterThan(0);
    expect(drawingOf(cell, settings)).not.toHaveProperty("attention");
  });
});

describe("the width of the ground", () => {
  const widths = [100, 4000] as const;
  const [nearBelow, wideAbove] = scaleLimitsKm;
  it("is what is asked for, within what the model knows", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 10_000, noNaN: true }), (km) => {
        if (km >= 100 && km <= 4000) expect(groundOf(km, [["forest"]], widths)).toBe(km);
        else expect(() => groundOf(km, [], widths)).toThrow(`widths of ground from 100 to 4000 km, got ${km}`);
      }),
    );
  });
  it("is as usual, or as the words say, where none is asked for", () => {
    expect(groundOf(undefined, [["forest"], []], widths)).toBe(imagineDefaults.groundKm);
    expect(groundOf(undefined, [["near"]], [1, 20_000])).toBe(imagineDefaults.scaleKm.near);
    expect(groundOf(undefined, [[], ["wide"]], [1, 20_000])).toBe(imagineDefaults.scaleKm.wide);
    expect(defaultGroundKm([1e4, 2e4])).toBe(1e4);
    expect(defaultGroundKm([1, 2])).toBe(2);
  });
  it("does not contradict the words, nor the words each other", () => {
    expect(() => groundOf(undefined, [["near"], ["wide"]], widths)).toThrow("near and wide are different widths");
    expect(() => groundOf(wideAbove + 1, [["near"]], [1, 20_000])).toThrow(`"near" means less than ${nearBelow} km`);
    expect(() => groundOf(nearBelow - 1, [["wide"]], [1, 20_000])).toThrow(`"wide" means more than ${wideAbove} km`);
  });
});

describe("files of pictures", () => {
  it.each([
    ["a.png", false, undefined],
    ["a.PNG", true, undefined],
    ["a.webp", true, undefined],
    ["a.webp", false, ".webp is for walks and months"],
    ["a.jpg", true, "pictures are written as .png, walks and months as .webp"],
    ["png", false, "pictures are written as .png"],
  ])("%s, moving: %s", (name, moving, refused) => {
    const check = () => checkPicturesFile(name, moving);
    if (refused === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: "option", message: expect.stringContaining(refused) }));
  });
  it("have others beside them", () => {
    expect(besideFile("a.b/c.d.png", "-attention.png")).toBe("a.b/c.d-attention.png");
    expect(manifestFile("a.png")).toBe("a.png.json");
    expect([isMoving("a.WEBP"), isMoving("a.png")]).toEqual([true, false]);
  });
});
