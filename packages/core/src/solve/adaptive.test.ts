import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Derivative, integrateAdaptively } from "./adaptive.js";

const decay =
  (rate: number): Derivative =>
  async (_, y) =>
    y.map((v) => rate * v);

describe("the adaptive solver", () => {
  it("is exact for what depends on time alone, to the fourth power", async () => {
    const quartic: Derivative = async (t) => Float64Array.of(1 - 2 * t + 3 * t ** 2 - 4 * t ** 3 + 5 * t ** 4);
    const primitive = (t: number) => t - t ** 2 + t ** 3 - t ** 4 + t ** 5;
    // The tolerance is loose, so the steps are long.
    const { y, evaluations } = await integrateAdaptively(quartic, Float64Array.of(0), [-1, 2], {
      tolerance: 10,
      width: 1,
    });
    expect(y[0]).toBeCloseTo(primitive(2) - primitive(-1), 11);
    expect(evaluations).toBeLessThan(60);
  });
  it("solves growth and decay over any span, either way, within a few tolerances", async () => {
    const time = fc.double({ min: -2, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(time, time, fc.double({ min: -3, max: 3, noNaN: true }), async (from, to, rate) => {
        const start = Float64Array.of(1, -0.3);
        const { y } = await integrateAdaptively(decay(rate), start, [from, to], { tolerance: 1e-8, width: 2 });
        const factor = Math.exp(rate * (to - from));
        // An error on the way grows as the solution does.
        expect(Math.abs(y[0] - factor) / Math.max(1, factor)).toBeLessThan(2e-6);
        expect(y[1]).toBeCloseTo(-0.3 * y[0], 12);
        expect([...start]).toEqual([1, -0.3]);
      }),
      { numRuns: 30 },
    );
  });
  it("lands on the end, counts its evaluations, and does nothing over no time", async () => {
    const times: number[] = [];
    const noted: Derivative = async (t, y) => {
      times.push(t);
      return y.map(() => Math.cos(7 * t));
    };
    const { y, evaluations } = await integrateAdaptively(noted, Float64Array.of(0), [0, 1.7], {
      tolerance: 1e-6,
      width: 1,
    });
    expect(evaluations).toBe(times.length);
    expect((evaluations - 1) % 6).toBe(0);
    expect(Math.max(...times)).toBeCloseTo(1.7, 14);
    expect(y[0]).toBeCloseTo(Math.sin(7 * 1.7) / 7, 5);
    const still = await integrateAdaptively(noted, Float64Array.of(5), [2, 2], { tolerance: 1e-6, width: 1 });
    expect([still.y[0], still.evaluations]).toEqual([5, 1]);
  });
  it("asks for the accuracy of the worst point: idle points beside it change nothing", async () => {
    const only: Derivative = async (_, y) => y.map((v, i) => (i < 2 ? [-y[1], y[0]][i] * 4 : 0 * v));
    const options = { tolerance: 1e-6, width: 2 };
    const alone = await integrateAdaptively(only, Float64Array.of(1, 0), [0, 2], options);
    const crowd = await integrateAdaptively(only, Float64Array.of(1, 0, 9, 9, -4, 2), [0, 2], options);
    expect(crowd.evaluations).toBe(alone.evaluations);
    expect([...crowd.y]).toEqual([...alone.y, 9, 9, -4, 2]);
  });
  it("spends more on less tolerance: about ten times as many steps for five digits, as order five has it", async () => {
    const spin: Derivative = async (_, y) => Float64Array.of(-y[1], y[0]);
    const cost = async (tolerance: number) =>
      (await integrateAdaptively(spin, Float64Array.of(1, 0), [0, 60], { tolerance, width: 2 })).evaluations;
    const ratio = (await cost(1e-11)) / (await cost(1e-6));
    expect(ratio).toBeGreaterThan(7);
    expect(ratio).toBeLessThan(13);
  });
  it("gives up with a sentence: where a point is no number, and where no step will do", async () => {
    const options = { tolerance: 1e-6, width: 2 };
    for (const at of [0, 3, 5]) {
      const broken: Derivative = async (_, y) => y.map((_, i) => (i === at ? Number.NaN : 0));
      const solved = integrateAdaptively(broken, new Float64Array(6), [0, 1], options);
      await expect(solved, `component ${at}`).rejects.toThrow("is not a number");
    }
    // No two evaluations agree, so no step is short enough.
    let calls = 0;
    const restless: Derivative = async () => Float64Array.of(calls++ % 2 ? 1e6 : -1e6);
    await expect(
      integrateAdaptively(restless, Float64Array.of(1), [0, 2], { tolerance: 1e-8, width: 1, maxEvaluations: 60 }),
    ).rejects.toThrow("no step at time 0 meets the tolerance 1e-8, after 61 evaluations");
  });
});
