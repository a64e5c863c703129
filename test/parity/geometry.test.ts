import {
  alpha,
  angle,
  cosineSchedule,
  cosineSimpleSchedule,
  expMap,
  geodesic,
  linearSchedule,
  logMap,
  projectTangent,
  type Schedule,
  sigmoidSchedule,
  warmupCosine,
} from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { flat, gap, json } from "./reference.js";

describe("schedules against the official code", () => {
  const cases: [string, Schedule][] = [
    ["sigmoid_-7_3_1.0", sigmoidSchedule()],
    ["sigmoid_-3_3_0.9", sigmoidSchedule({ start: -3, end: 3, tau: 0.9 })],
    ["linear", linearSchedule()],
    ["cosine_1_0_1", cosineSchedule()],
    ["cosine_simple", cosineSimpleSchedule()],
  ];
  it.each(cases)("%s", (key, schedule) => {
    const { t, schedulers } = json("schedulers.json");
    const want = schedulers[key];
    expect(gap(t.map(schedule.gamma), want.gamma_f64)).toBeLessThan(1e-9);
    const derivative = want.derivative_f64_TRUE_finite_diff ?? want.derivative_f64_as_coded;
    // The official cosine derivative is wrong; the true one there is a finite difference, one-sided at the clamped ends.
    const inner = (xs: number[]) => (want.derivative_f64_TRUE_finite_diff ? xs.slice(1, -1) : xs);
    const tolerance = want.derivative_f64_TRUE_finite_diff ? 1e-5 : 1e-9;
    expect(gap(inner(t.map(schedule.gammaDot)), inner(derivative))).toBeLessThan(tolerance);
    if (want.alpha_f64)
      expect(
        gap(
          t.map((x: number) => alpha(schedule, x)),
          want.alpha_f64,
        ),
      ).toBeLessThan(1e-6);
  });
  it("learning rates, counted from the first step that moves", () => {
    const rate = warmupCosine(8e-4, 500, 1_000_000);
    for (const [k, want] of json("optim.json").warmup_cosine)
      if (k > 0) expect(Math.abs(rate(k - 1) - want), `step ${k}`).toBeLessThan(1e-15);
  });
});

describe("the sphere against geoopt", () => {
  const s = json("sphere.json");
  /** Rows where geoopt clamps the distance (identical, antipodal, nearly so) differ by its epsilon. */
  const far: boolean[] = s.p.map((p: never, i: number) => angle(p, s.q[i]) > 1e-2 && angle(p, s.q[i]) < Math.PI - 1e-2);
  /** The reference points are of unit length to single precision only, and geoopt's formulas feel that. */
  const tolerance = 2e-7;
  const rows = (xs: number[][]) => flat(xs.filter((_, i) => far[i]));

  it("logarithms, exponentials, distances, projections, geodesics", () => {
    const { p, q, v, t, f64_official: want, geodesic_path_f64_official: path } = s;
    expect(far.filter(Boolean).length).toBeGreaterThan(8);
    expect(gap(rows(p.map((x: never, i: number) => [...logMap(x, q[i])])), rows(want.logmap))).toBeLessThan(tolerance);
    expect(
      gap(rows(p.map((x: never, i: number) => [angle(x, q[i])])), rows(want.dist.map((d: number) => [d]))),
    ).toBeLessThan(tolerance);
    expect(gap(flat(p.map((x: never, i: number) => [...projectTangent(x, q[i])])), flat(want.proju))).toBeLessThan(
      tolerance,
    );
    const steps = p.map((x: never, i: number) => geodesic(x, q[i], t[i]));
    expect(gap(rows(steps.map((g: { point: number[] }) => [...g.point])), rows(path.x_t))).toBeLessThan(tolerance);
    expect(gap(rows(steps.map((g: { tangent: number[] }) => [...g.tangent])), rows(path.u_t))).toBeLessThan(tolerance);
    expect(gap(rows(p.map((x: never, i: number) => [...expMap(x, v[i])])), rows(want.expmap))).toBeLessThan(tolerance);
  });
});
