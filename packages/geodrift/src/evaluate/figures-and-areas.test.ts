import { angle, earthRadiusKm, Generator, toVec3, uniformPoints, vectorAt } from "@geodrift/core";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Gazetteer, Town } from "../places/gazetteer.js";
import { areaHits, labelsAt } from "./areas.js";
import type { EvaluationRun } from "./evaluate.js";
import { figures, meanFigure, meanOf } from "./figure.js";
import { byClimate, byContinent, byLatitude, type Grouping, groupTable } from "./groups.js";
import { distancesKm, medoid, ruleFigures } from "./guesses.js";
import { circleRecall, regionFigures } from "./spread.js";
import { cellOf, percentOf, tableOf, toCsv, toHtmlTable, toMarkdown } from "./table.js";

const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

describe("figures", () => {
  it("are the statistic of all examples, within its interval, the same every time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const { value, interval } = meanFigure(values);
          expect(value).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 9);
          expect(interval.low).toBeLessThanOrEqual(interval.high);
          expect(interval.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(interval.high).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          expect(meanFigure(values)).toEqual({ value, interval });
        },
      ),
      { numRuns: 30 },
    );
  });
  it("have intervals as wide as the normal approximation says", () => {
    const random = new Generator(3);
    const { interval } = meanFigure(Float64Array.from({ length: 400 }, () => random.normal()));
    expect((interval.high - interval.low) / 2).toBeCloseTo(1.96 / 20, 1.5);
  });
  it("leave out what is not known", () => {
    expect(meanOf([1, Number.NaN, 3], all(3))).toBe(2);
    expect(meanOf([Number.NaN], all(1))).toBeNaN();
    expect(meanOf([1, 9], Uint32Array.of(1, 1, 0))).toBeCloseTo(19 / 3, 12);
  });
  it("of several statistics are drawn together", () => {
    const { a, b } = figures(5, (indices) => ({ a: indices.length, b: Math.max(...indices) }));
    expect(a).toEqual({ value: 5, interval: { low: 5, high: 5 } });
    expect(b.value).toBe(4);
  });
});

describe("tables", () => {
  const figure = { value: 0.5, interval: { low: 0.25, high: 0.75 } };
  const table = tableOf(
    "t",
    "A <title>",
    [
      ["name", (r: { n: string }) => r.n],
      ["share, %", () => percentOf(figure)],
      ["none", () => cellOf(undefined, 1)],
    ],
    [{ n: "<a>" }, { n: "b, c" }],
  );
  it("are Markdown, with halves of intervals", () => {
    expect(toMarkdown(table).split("\n").slice(2)).toEqual([
      "| name | share, % | none |",
      "|---|---|---|",
      "| <a> | 50.0 ± 25.0 | – |",
      "| b, c | 50.0 ± 25.0 | – |",
      "",
    ]);
  });
  it("are CSV, with the ends of intervals in columns of their own", () => {
    expect(parse(toCsv(table))).toEqual([
      ["name", "share, %", "share, %: low", "share, %: high", "none"],
      ["<a>", "50", "25", "75", ""],
      ["b, c", "50", "25", "75", ""],
    ]);
  });
  it("are HTML without tags of their content", () => {
    const html = toHtmlTable(table);
    expect(html).toContain("<caption>A &lt;title&gt;</caption>");
    expect(html).not.toMatch(/<a>|<title>/);
  });
});

const town = (name: string, district = "D"): Town => ({
  lat: 0,
  lng: 0,
  name,
  district,
  region: "R",
  countryCode: "NA",
});
const gazetteer: Gazetteer = {
  nearest: ({ lat }) => town(lat > 0 ? "North" : "South", lat > 0 ? "" : "D"),
  nearestIn: () => undefined,
  nearestInDegrees: () => town("Flat"),
  all: () => [],
};

describe("areas", () => {
  const rule = { gazetteer, official: false };
  const official = { gazetteer, official: true };
  it("are told by the nearest town, each with those that it lies in", () => {
    expect(labelsAt({ lat: -1, lng: 0 }, rule)).toEqual({ country: "NA", region: "R_NA", city: "South_D_R_NA" });
    expect(labelsAt({ lat: 1, lng: 0 }, official).city).toBe("Flat_D_R_NA");
  });
  it("are hit, missed, or not known; the released code counts what is not known as missed", () => {
    const guesses = [-1, -1, 1, -1].map((lat) => labelsAt({ lat, lng: 0 }, rule));
    const truths = [{ city: "South_D_R_NA" }, { city: "Else_D_R_NA" }, { city: "North_NaN_R_NA" }, {}];
    expect([...areaHits(truths, guesses, "city", rule)]).toEqual([1, 0, 1, Number.NaN]);
    expect([...areaHits(truths, guesses, "city", official)]).toEqual([1, 0, 0, 0]);
  });
});

describe("guesses", () => {
  const truths = Float64Array.from(uniformPoints(new Generator(1), 30));
  const about = { places: truths, areas: truths.slice(0, 30), rule: { gazetteer, official: false } };
  it("that are right are so by every measure", () => {
    const found = ruleFigures("mode", truths, { ...about, areas: Array.from({ length: 30 }, () => ({})) });
    expect(found.meanKm.value).toBeLessThan(1e-3);
    expect(found.geoScore.value).toBeCloseTo(5000, 3);
    expect(found.accuracy.map((a) => a.share.value)).toEqual(found.accuracy.map(() => 1));
    expect(found.areas).toEqual({});
    expect(found.manifold?.coverage.value).toBe(1);
    expect(found.officialManifold).toBeUndefined();
  });
  it("lie so far from the truth as the great circle is long", () => {
    const guesses = Float64Array.from([...toVec3({ lat: 90, lng: 0 }), ...toVec3({ lat: 0, lng: 180 })]);
    const places = Float64Array.from([...toVec3({ lat: 0, lng: 5 }), ...toVec3({ lat: 0, lng: 0 })]);
    const [a, b] = distancesKm(places, guesses);
    expect(a).toBeCloseTo((earthRadiusKm * Math.PI) / 2, 6);
    expect(b).toBeCloseTo(earthRadiusKm * Math.PI, 3);
  });
  it("have a medoid: the sample that is nearest to all others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.nat(1e6), (n, seed) => {
        const points = Float64Array.from(uniformPoints(new Generator(seed), n));
        const sumAt = (i: number) =>
          all(n).reduce((sum, j) => sum + angle(vectorAt(points, i), vectorAt(points, j)), 0);
        const sums = Array.from(all(n), sumAt);
        const chosen = medoid(points);
        const own = Array.from(all(n)).findIndex((i) => vectorAt(points, i).every((v, k) => v === chosen[k]));
        expect(sums[own]).toBeCloseTo(Math.min(...sums), 9);
      }),
      { numRuns: 40 },
    );
  });
});

describe("regions", () => {
  it("that hold what they promise have no error, and those that do not have one", () => {
    const seen = (credible: (i: number) => number) =>
      Array.from({ length: 200 }, (_, i) => ({
        credible: credible((i + 0.5) / 200),
        areaKm2: 1000 * (i + 1),
        bits: 3,
      }));
    const honest = regionFigures(
      "mesh",
      seen((u) => u),
    );
    expect([honest.held50.value, honest.held90.value]).toEqual([0.5, 0.9]);
    expect(honest.expectedError.value).toBeLessThan(0.01);
    expect(honest.localizabilityBits.value).toBe(3);
    const overconfident = regionFigures(
      "samples",
      seen((u) => Math.sqrt(u)),
    );
    expect(overconfident.held50.value).toBeCloseTo(0.25, 2);
    expect(overconfident.expectedError.value).toBeGreaterThan(0.1);
  });
  it("around single guesses are found by the area that reaches the truth", () => {
    const { areasKm2, recall } = circleRecall(Float64Array.of(10, 1000, 15_000, 15_000));
    const capKm2 = (km: number) => 2 * Math.PI * earthRadiusKm ** 2 * (1 - Math.cos(km / earthRadiusKm));
    areasKm2.forEach((area, i) => {
      const reached = [10, 1000, 15_000, 15_000].filter((km) => capKm2(km) <= area).length;
      expect(recall[i]).toBe(reached / 4);
    });
  });
});

describe("figures by group", () => {
  const outcome = (lat: number, lng: number, distanceKm: number, credibleLevel?: number) => ({
    ...{ id: `${lat} ${lng}`, truth: { lat, lng }, guess: { lat, lng }, distanceKm },
    ...(credibleLevel !== undefined && { credibleLevel, localizabilityBits: distanceKm }),
  });
  const runOf = (examples: ReturnType<typeof outcome>[]) =>
    ({ evaluation: { model: { name: "m" } }, examples }) as unknown as EvaluationRun;
  const rows = (examples: ReturnType<typeof outcome>[], ...groupings: Grouping[]) =>
    toCsv(groupTable([runOf(examples)], groupings))
      .trim()
      .split("\n")
      .slice(1);

  it("are those of the examples of each, bands from the north; small groups are left out", () => {
    const south = Array.from({ length: 30 }, (_, i) => outcome(-30, 20 + i / 10, 10));
    const north = Array.from({ length: 21 }, (_, i) => outcome(70, 20 + i / 10, i, i / 20));
    const few = Array.from({ length: 19 }, () => outcome(0, 20, 1));
    const [first, second, ...others] = rows([...south, ...few, ...north], byLatitude);
    expect(others).toEqual([]);
    expect(first).toMatch(/^m,latitude,north of 60° N,21,10,/);
    expect(second).toMatch(/^m,latitude,the tropic to 60° S,30,10,10,10,10,10,10,/);
    const cells = first.split(",");
    // 50 % hold 11 of 21, 90 % hold 19; of methods without a density nothing is said.
    expect(Number(cells[13 + 3])).toBeCloseTo((100 * 11) / 21, 9);
    expect(Number(cells[13 + 6])).toBeCloseTo((100 * 19) / 21, 9);
    expect(second.endsWith(",,,,,,,,,")).toBe(true);
  });

  it("are by continents, and by a map of climates", () => {
    const own = [...Array(20)].flatMap((_, i) => [outcome(-25, 135 + i / 10, 5), outcome(48, 8 + i / 20, 5)]);
    expect(rows(own, byContinent).map((r) => r.split(",").slice(1, 4))).toEqual([
      ["continent", "Europe", "20"],
      ["continent", "Oceania", "20"],
    ]);
    const data = Uint8Array.from({ length: 360 * 180 }, (_, i) => (Math.floor(i / 360) < 90 ? 15 : 4));
    expect(rows(own, byClimate({ width: 360, height: 180, data })).map((r) => r.split(",")[2])).toEqual(['"B', '"C']);
    data[0] = 31;
    expect(() => byClimate({ width: 360, height: 180, data })).toThrow("got 31");
  });
});
