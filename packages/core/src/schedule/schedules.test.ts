import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alpha,
  clampGamma,
  cosineSimpleSchedule,
  minGamma,
  type Schedule,
  schedules,
  sigmoidSchedule,
} from "./schedules.js";

const sigmoid = fc
  .record({
    start: fc.double({ min: -9, max: 0, noNaN: true }),
    end: fc.double({ min: 0.5, max: 9, noNaN: true }),
    tau: fc.double({ min: 0.5, max: 3, noNaN: true }),
  })
  .map(sigmoidSchedule);
const clamped: fc.Arbitrary<Schedule> = fc.oneof(
  sigmoid,
  fc.constantFrom(schedules.sigmoid(), schedules.linear(), schedules.cosine()),
);
const any = fc.oneof(clamped, fc.constant(cosineSimpleSchedule()));
const time = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe("every schedule", () => {
  it("begins at the data and ends just short of the noise", () => {
    fc.assert(
      fc.property(clamped, (s) => {
        expect(s.gamma(0)).toBeCloseTo(1, 14);
        expect(s.gamma(1)).toBe(minGamma);
      }),
    );
  });
  it("falls, and stays within (0, 1]", () => {
    fc.assert(
      fc.property(any, time, time, (s, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        expect(s.gamma(early)).toBeGreaterThanOrEqual(s.gamma(late));
        if (late - early > 1e-3) expect(s.gamma(early)).toBeGreaterThan(s.gamma(late));
        for (const t of [0, a, b, 1]) {
          expect(s.gamma(t)).toBeGreaterThan(0);
          expect(s.gamma(t)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
  it("has the derivative of its finite differences, and it is never positive", () => {
    const h = 1e-5;
    fc.assert(
      fc.property(any, time, (s, t) => {
        fc.pre(s.gamma(t + h) > minGamma && s.gamma(t - h) < 1);
        const difference = (s.gamma(t + h) - s.gamma(t - h)) / (2 * h);
        expect(s.gammaDot(t)).toBeCloseTo(difference, 6);
        expect(s.gammaDot(t)).toBeLessThanOrEqual(0);
      }),
    );
  });
  it("loses all of γ in all: its derivative integrates to minus one", () => {
    const nodes = 2000;
    for (const s of [schedules.sigmoid(), schedules.linear(), schedules.cosine()]) {
      let sum = 0;
      for (let i = 0; i < nodes; i++) sum += s.gammaDot((i + 0.5) / nodes) / nodes;
      expect(sum).toBeCloseTo(-1, 6);
    }
  });
  it("is found by the name that it says", () => {
    for (const [name, make] of Object.entries(schedules)) expect(make().name).toBe(name);
  });
  it("has the α of the diffusion likelihood: −d log γ / dt, but for the guard", () => {
    const h = 1e-6;
    fc.assert(
      fc.property(any, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (s, t) => {
        const g = s.gamma(t);
        fc.pre(g > 1e-3 && g < 1 - 1e-9);
        const slope = -(Math.log(s.gamma(t + h)) - Math.log(s.gamma(t - h))) / (2 * h);
        expect((alpha(s, t) * (1 + 1e-6 / g)) / slope).toBeCloseTo(1, 3);
      }),
    );
  });
});

describe("the single schedules", () => {
  it("linear and cosine meet their closed forms at a half", () => {
    expect(schedules.linear().gamma(0.25)).toBe(0.75);
    expect(schedules.cosine().gamma(0.5)).toBeCloseTo(0.5, 14);
    expect(schedules.cosine().gamma(1 / 3)).toBeCloseTo(0.75, 14);
    expect(schedules.cosine().gammaDot(0.5)).toBeCloseTo(-Math.PI / 2, 14);
  });
  it("a sigmoid over equal sides is symmetric about its middle", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 9, noNaN: true }), time, (end, t) => {
        const s = sigmoidSchedule({ start: -end, end });
        expect(s.gamma(t) + s.gamma(1 - t)).toBeCloseTo(1, 12);
        expect(s.gammaDot(t)).toBeCloseTo(s.gammaDot(1 - t), 12);
      }),
    );
  });
  it("a flat sigmoid is nearly linear, and only start/τ and end/τ count", () => {
    for (const t of [0.1, 0.5, 0.8]) {
      expect(sigmoidSchedule({ start: -1, end: 1, tau: 1000 }).gamma(t)).toBeCloseTo(1 - t, 5);
      const [a, b] = [sigmoidSchedule({ start: -14, end: 6, tau: 2 }), sigmoidSchedule()];
      expect(a.gamma(t)).toBeCloseTo(b.gamma(t), 14);
      expect(a.gammaDot(t)).toBeCloseTo(b.gammaDot(t), 12);
    }
  });
  it("the simple cosine is shifted a little: not quite one at the data, not quite nothing at the noise", () => {
    const s = cosineSimpleSchedule();
    expect(s.gamma(0)).toBeLessThan(1);
    expect(1 - s.gamma(0)).toBeCloseTo(((0.0002 / 1.00025) * (Math.PI / 2)) ** 2, 12);
    expect(s.gamma(1)).toBeCloseTo(((0.00005 / 1.00025) * (Math.PI / 2)) ** 2, 12);
  });
  it("γ is held between 10⁻⁹ and 1", () => {
    expect([-1, 0, 1e-10, 0.3, 1, 2].map(clampGamma)).toEqual([1e-9, 1e-9, 1e-9, 0.3, 1, 1]);
  });
});
