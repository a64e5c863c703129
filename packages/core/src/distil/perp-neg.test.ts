import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { perpNegGuided, sideMixture } from "./perp-neg.js";

const picture = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });
const planes = picture.map((v) => Float32Array.from(v));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, k) => sum + v * b[k], 0);

describe("Perp-Neg", () => {
  it("asks for the front in front, for the side at the side, for the back behind, and passes between them", () => {
    expect(sideMixture(0).positive).toEqual([{ side: "front", weight: 1 }]);
    expect(sideMixture(90).positive).toEqual([{ side: "side", weight: 1 }]);
    expect(sideMixture(180).positive).toEqual([{ side: "back", weight: 1 }]);
    expect(sideMixture(45).positive).toEqual([
      { side: "front", weight: 0.5 },
      { side: "side", weight: 0.5 },
    ]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 180, noNaN: true }), (apart) => {
        const { positive, negative } = sideMixture(apart);
        expect(positive.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const { weight } of negative) expect(weight).toBeGreaterThan(0);
      }),
    );
  });

  it("moves away from the front the more, the farther from it a view is", () => {
    const fromFront = [20, 50, 80, 100, 140, 180].map(
      (apart) => sideMixture(apart).negative.find(({ side }) => side === "front")?.weight ?? 0,
    );
    expect(fromFront.slice(0, 3)).toEqual([...fromFront.slice(0, 3)].sort((a, b) => a - b));
    expect(Math.min(...fromFront.slice(3))).toBeGreaterThan(1);
  });

  it("leaves what is asked for as strong as without the others", () => {
    fc.assert(
      fc.property(planes, planes, planes, fc.double({ min: 0.5, max: 4, noNaN: true }), (none, own, other, scale) => {
        const positive = [{ restored: own, weight: 1 }];
        const towards = own.map((v, k) => v - none[k]);
        fc.pre(dot(towards, towards) > 0.1);
        const guided = perpNegGuided(none, positive, [{ restored: other, weight: 1.5 }], scale);
        const along = dot(
          guided.map((v, k) => v - none[k]),
          towards,
        );
        expect(along / (scale * dot(towards, towards))).toBeCloseTo(1, 4);
        // And what is left of the other side, beside the own one, is turned away from.
        const rest = other.map((v, k) => v - none[k]);
        const share = dot(rest, towards) / dot(towards, towards);
        const beside = rest.map((v, k) => v - share * towards[k]);
        const moved = dot(
          guided.map((v, k) => v - none[k] - scale * towards[k]),
          beside,
        );
        expect(moved).toBeCloseTo(-1.5 * scale * dot(beside, beside), 3);
      }),
    );
  });

  it("is plain guidance where nothing is turned away from", () => {
    const [none, own] = [Float32Array.of(0, 0.5), Float32Array.of(1, 0)];
    expect([...perpNegGuided(none, [{ restored: own, weight: 1 }], [], 3)]).toEqual([3, -1]);
  });
});
