import { Generator, quadtree, toVec3, uniformPoints, vectorAt } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { countryName } from "./country.js";
import { largestCities } from "./largest-cities.js";
import { countPlaces, leafCapacity, photosPrior, placesPrior } from "./places-prior.js";

const even = uniformPoints(new Generator(4), 40_000);

/** Three quarters about Paris, one about Sydney. */
function photographs(n: number): Float64Array {
  const random = new Generator(9);
  const out = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const [lat, lng] = i % 4 === 0 ? [-33.9, 151.2] : [48.9, 2.3];
    out.set(toVec3({ lat: lat + random.uniform(-25, 25), lng: lng + random.uniform(-25, 25) }), 3 * i);
  }
  return out;
}

describe("a prior from places", () => {
  const places = photographs(400);
  it("counts every place in one leaf", () => {
    const tree = quadtree(places, leafCapacity(400));
    const counts = countPlaces(tree, places);
    expect(counts).toHaveLength(tree.cells.length);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(400);
    expect(Math.max(...counts)).toBeLessThanOrEqual(leafCapacity(400));
  });
  it.each([
    [1, 10],
    [5000, 10],
    [5001, 11],
    [1e6, 2000],
  ])("of %i splits leaves of more than %i", (n, capacity) => {
    expect(leafCapacity(n)).toBe(capacity);
  });
  it("is a density: its mass is one, and nowhere is impossible", () => {
    const prior = placesPrior(places);
    const values = Array.from({ length: even.length / 3 }, (_, i) => prior(vectorAt(even, i)));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(4 * Math.PI * mean).toBeCloseTo(1, 0.7);
    expect(Math.min(...values)).toBeCloseTo(0.01 / (4 * Math.PI), 12);
  });
  it("is high at every place that was seen, and highest where there were many", () => {
    const prior = placesPrior(places);
    const floor = 0.01 / (4 * Math.PI);
    const at = Array.from({ length: 400 }, (_, i) => prior(vectorAt(places, i)));
    // A place in four is about Sydney.
    const mean = (sydney: boolean) =>
      at.filter((_, i) => (i % 4 === 0) === sydney).reduce((a, b) => a + b, 0) / (sydney ? 100 : 300);
    expect(Math.min(...at)).toBeGreaterThan(2 * floor);
    expect(mean(false)).toBeGreaterThan(mean(true));
    expect(prior(toVec3({ lat: 0, lng: -150 }))).toBeCloseTo(floor, 12);
  });
  it("that comes with the package knows cities from deserts and seas, and forbids none", async () => {
    const prior = await photosPrior();
    const at = (lat: number, lng: number) => prior(toVec3({ lat, lng }));
    expect(at(51.5, -0.1)).toBeGreaterThan(100 * at(-40, -120));
    expect(at(40.7, -74)).toBeGreaterThan(10 * at(23, 10));
    expect(at(-89, 0)).toBeGreaterThan(0);
  });
});

describe("the largest cities", () => {
  it("are a few of every country, and all of so many people, the largest first", async () => {
    const cities = await largestCities({ perCountry: 2, population: 5_000_000 });
    const of = (country: string) => cities.filter((c) => c.country === country).map((c) => c.name);
    expect(of("France")).toEqual(["Paris", "Marseille"]);
    expect(of("Namibia")[0]).toBe("Windhoek");
    expect(of(countryName("CN")).length).toBeGreaterThan(2);
    const countries = cities.map((c) => c.country);
    expect(countries).toEqual([...new Set(countries)].flatMap((c) => countries.filter((other) => other === c)));
    for (const { lat, lng } of cities) {
      expect(Math.abs(lat)).toBeLessThan(90);
      expect(Math.abs(lng)).toBeLessThanOrEqual(180);
    }
    const more = await largestCities({ perCountry: 2, population: 1_000_000 });
    expect(more.length).toBeGreaterThan(cities.length);
    expect((await largestCities({ perCountry: 1, population: 1e12 })).length).toBe(new Set(countries).size);
  });
});
