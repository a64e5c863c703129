import { angle, distanceKm, toVec3 } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointsAt } from "./interpolate.js";

/** Steps of a trajectory from the points at each. */
const stepsOf = (...points: number[][]) => points.map((p, step) => ({ step, steps: points.length - 1, points: p }));

/** Where a single point is on its way from one place to another; longitude first. */
const between = (from: number[], to: number[], share: number) => pointsAt(stepsOf(from, to), share);

const place = fc
  .tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }).map((z) => (Math.asin(z) * 180) / Math.PI),
  )
  .map(([lng, lat]) => [lng, lat]);
const vec = ([lng, lat]: number[]) => toVec3({ lng, lat });
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });

const near = (got: number[], wanted: number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(wanted[i], 9);
};

describe("points between two steps", () => {
  it("go along the equator and along meridians at an even pace", () => {
    near(between([0, 0], [90, 0], 0.5), [45, 0]);
    near(between([0, 0], [90, 0], 0.1), [9, 0]);
    near(between([30, -20], [30, 60], 0.25), [30, 0]);
  });

  it("go over great circles, not along parallels: half-way between two places on 45° it is nearer the pole", () => {
    // The middle of a chord at colatitude 45° with 90° between: tan φ = tan 45° / cos 45°.
    near(between([0, 45], [90, 45], 0.5), [45, (Math.atan(Math.SQRT2) * 180) / Math.PI]);
  });

  it("go over the pole where that is the short way", () => {
    near(between([0, 80], [180, 80], 0.25), [0, 85]);
    near(between([0, 80], [180, 80], 0.75), [180, 85]);
    near(between([0, 80], [180, 80], 0.5).slice(1), [90]);
  });

  it("leave a pole by the meridian of where they go, whatever longitude the pole is given", () => {
    near(between([123, 90], [10, 0], 0.5), [10, 45]);
    near(between([77, -90], [-40, 0], 0.5), [-40, -45]);
  });

  it("cross the date line the short way", () => {
    near(between([170, 0], [-170, 0], 0.25), [175, 0]);
    near(between([170, 0], [-170, 0], 0.75), [-175, 0]);
  });

  it("stay at one of two opposite places, and change over half-way", () => {
    near(between([0, 0], [180, 0], 0.4), [0, 0]);
    near(between([0, 0], [180, 0], 0.6), [180, 0]);
  });

  it("stay where they are if they do not move", () => {
    fc.assert(
      fc.property(place, share, (p, t) => {
        expect(angle(vec(between(p, p, t)), vec(p))).toBeLessThan(1e-9);
      }),
    );
  });

  it("lie on the way: what is behind and what is ahead add up to the whole, in their shares", () => {
    fc.assert(
      fc.property(place, place, share, (a, b, t) => {
        const whole = angle(vec(a), vec(b));
        fc.pre(whole > 1e-3 && whole < Math.PI - 1e-3);
        const at = vec(between(a, b, t));
        expect(angle(vec(a), at)).toBeCloseTo(t * whole, 9);
        expect(angle(at, vec(b))).toBeCloseTo((1 - t) * whole, 9);
      }),
    );
  });

  it("are the same from either side", () => {
    fc.assert(
      fc.property(place, place, share, (a, b, t) => {
        fc.pre(angle(vec(a), vec(b)) < 3);
        expect(angle(vec(between(a, b, t)), vec(between(b, a, 1 - t)))).toBeLessThan(1e-9);
      }),
    );
  });
});

describe("points at a position among the steps", () => {
  const steps = stepsOf([0, 0, 10, 10], [90, 0, 10, 10], [90, 90, 10, -80]);

  it("are exactly those of a step at a whole number, in a copy", () => {
    for (const [i, { points }] of steps.entries()) {
      expect(pointsAt(steps, i)).toEqual(points);
      expect(pointsAt(steps, i)).not.toBe(points);
    }
  });

  it("move each on its own way", () => {
    near(pointsAt(steps, 0.5), [45, 0, 10, 10]);
    near(pointsAt(steps, 1.5), [90, 45, 10, -35]);
  });

  it("stop at the ends", () => {
    expect(pointsAt(steps, -1)).toEqual(steps[0].points);
    expect(pointsAt(steps, 2.5)).toEqual(steps[2].points);
    expect(pointsAt(steps, 100)).toEqual(steps[2].points);
  });

  it("are none where there are no steps", () => {
    expect(pointsAt([], 0)).toEqual([]);
    expect(pointsAt([], 0.5)).toEqual([]);
  });

  it("do not jump: a small step moves them little, over the whole numbers too", () => {
    const moved = ([a, b]: number[], [c, d]: number[]) => distanceKm({ lng: a, lat: b }, { lng: c, lat: d });
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 3, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (ways, at) => {
          fc.pre(ways.every((p, i) => i === 0 || angle(vec(ways[i - 1]), vec(p)) < 3));
          const trajectory = stepsOf(...ways);
          const start = at * (ways.length - 1);
          // A quarter of the way around the Earth is 10 008 km: no step is longer than two of those.
          for (const by of [1e-4, 1e-3])
            expect(moved(pointsAt(trajectory, start), pointsAt(trajectory, start + by))).toBeLessThan(
              20_016 * by + 0.01,
            );
        },
      ),
    );
  });
});
