import { describe, expect, it } from "vitest";
import { ratingPage } from "../../lift/rating-page.js";
import { rateLifts } from "./ratings.js";

const lifts = ["a", "b", "c"].map((name) => ({ title: 'Tower <of> "brick"', turntable: Buffer.from(name) }));
const dataOf = (html: string) => JSON.parse(/id="data">(.*?)<\/script>/.exec(html)?.[1] ?? "");

describe("a page of ratings", () => {
  it("shows every pair once, in an order of its own seed, and says nothing of what made them", () => {
    const { html, names } = ratingPage(lifts, 100, 1);
    const { shown, pictures } = dataOf(html);
    expect(shown.map(({ of }: { of: string[] }) => [...of].sort().join()).sort()).toEqual(
      [
        [names[0], names[1]],
        [names[0], names[2]],
        [names[1], names[2]],
      ]
        .map((pair) => pair.sort().join())
        .sort(),
    );
    expect(Object.keys(pictures).sort()).toEqual([...names].sort());
    expect(ratingPage(lifts, 100, 1).html).toBe(html);
    const orders = Array.from({ length: 20 }, (_, seed) => ratingPage(lifts, 100, seed).set);
    expect(new Set(orders).size).toBeGreaterThan(5);
    expect(dataOf(ratingPage(lifts, 2, 1).html).shown).toHaveLength(2);
  });

  it("holds titles as they are, and nothing that could end its script", () => {
    const { html } = ratingPage(lifts, 1, 1);
    expect(dataOf(html).shown[0].title).toBe('Tower <of> "brick"');
    expect(html).not.toContain("Tower <of>");
  });
});

describe("what people have said", () => {
  const key = { set: "s", lifts: { x: "good", y: "bad" } };
  const said = (...ratings: [number, number][]) => ({
    file: "r.json",
    ratings: { set: "s", answers: ratings.map((r) => ({ of: ["x", "y"] as [string, string], ratings: r })) },
  });

  it("is the mean of each lift, and how often it was preferred", () => {
    const [good, bad] = rateLifts(key, [said([5, 1], [4, 2]), said([3, 3])]);
    expect([good.lift, good.rating.value, good.preferred.value, good.n]).toEqual(["good", 4, 2.5 / 3, 3]);
    expect([bad.lift, bad.rating.value, bad.n]).toEqual(["bad", 2, 3]);
    expect(bad.preferred.value).toBeCloseTo(0.5 / 3, 12);
  });

  it("is not taken from another page, nor of what is not in the key", () => {
    const other = said([1, 1]);
    expect(() => rateLifts({ ...key, set: "t" }, [other])).toThrow(/r\.json: rates another page \(s\)/);
    expect(() => rateLifts({ ...key, lifts: { x: "good" } }, [other])).toThrow(/rates "y", which is not in the key/);
  });
});
