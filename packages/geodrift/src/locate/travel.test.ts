import {
  angle,
  earthRadiusKm,
  expMap,
  Generator,
  type LatLng,
  type Prior,
  tangentFrame,
  toLatLng,
  toVec3,
  uniformPoint,
  type Vec3,
} from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { type TimedPlace, travelPrior } from "./travel.js";

const start: LatLng = { lat: 47, lng: 8 };

/** So far in km along a bearing, radians. */
function towards(from: LatLng, km: number, bearing: number): LatLng {
  const { up, east, north } = tangentFrame(from);
  const v = [0, 1, 2].map((k) => (km / earthRadiusKm) * (Math.cos(bearing) * north[k] + Math.sin(bearing) * east[k]));
  return toLatLng(expMap(up, v as unknown as Vec3));
}

/** Goes on for so many steps: minutes and km/h of each, and how much the direction changes. */
function way(steps: number, seed: number, step: (i: number) => { minutes: number; speed: number; bend: number }) {
  const random = new Generator(seed);
  const out: { at: number; place: LatLng }[] = [{ at: 0, place: start }];
  let [bearing, turn] = [1, 0];
  for (let i = 1; i < steps; i++) {
    const { minutes, speed, bend } = step(i);
    const last = out[i - 1];
    turn = random.uniform(-1, 1) * bend;
    bearing += turn;
    const km = (speed * minutes * random.uniform(0.7, 1.3)) / 60;
    out.push({ at: last.at + minutes, place: towards(last.place, km, bearing) });
  }
  return out;
}

const ways = {
  flight: way(56, 1, () => ({ minutes: 6, speed: 560, bend: 0.02 })),
  walk: way(56, 2, () => ({ minutes: 4, speed: 4.5, bend: 1.2 })),
  drive: way(56, 3, () => ({ minutes: 7, speed: 70, bend: 0.5 })),
  mixture: way(56, 4, (i) =>
    i % 20 < 9
      ? { minutes: 5, speed: 4, bend: 1.5 }
      : i % 20 < 15
        ? { minutes: 5, speed: 60, bend: 0.6 }
        : { minutes: 5, speed: 700, bend: 0.03 },
  ),
};

/** What the others say of one place of a way. */
const others = (all: readonly { at: number; place: LatLng }[], own: number): TimedPlace[] =>
  all
    .flatMap(({ at, place }, i) => (i === own ? [] : [{ ...place, minutes: at - all[own].at }]))
    .filter((p) => Math.abs(p.minutes) <= 60);

/** Points about the foci of a prior and anywhere, with the density that they are drawn from. */
function drawn(prior: Prior, n: number, seed: number): { x: Vec3; q: number }[] {
  const random = new Generator(seed);
  const foci = prior.focus ?? [];
  const q = (x: Vec3) =>
    foci.reduce(
      (sum, { centre, width }) =>
        sum +
        (0.9 / foci.length) *
          (Math.exp(-0.5 * (angle(x, centre) / (1.5 * width)) ** 2) / (2 * Math.PI * (1.5 * width) ** 2)),
      0.1 / (4 * Math.PI),
    );
  return Array.from({ length: n }, (_, i) => {
    if (i % 10 === 0) return uniformPoint(random);
    const { centre, width } = foci[random.integer(foci.length)];
    const km = 1.5 * width * earthRadiusKm * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return toVec3(towards(toLatLng(centre), km, random.uniform(0, 2 * Math.PI)));
  }).map((x) => ({ x, q: q(x) }));
}

describe("where somebody was, from where they were before and after", () => {
  it.each(Object.entries(ways))("holds nine tenths of a %s in the region of nine tenths", (_, all) => {
    const random = new Generator(9);
    const levels: number[] = [];
    const [alone, beside]: [number[], number[]] = [[], []];
    all.forEach(({ place }, i) => {
      // A picture that is off by 300 km or so.
      const guess = toVec3(
        towards(place, 300 * Math.sqrt(-2 * Math.log(1 - random.uniform())), random.uniform(0, 6.28)),
      );
      const picture = (x: Vec3) => Math.exp(-0.5 * ((earthRadiusKm * angle(x, guess)) / 300) ** 2);
      const prior = travelPrior(others(all, i), 0.01);
      const points = drawn(prior, 3000, i).map(({ x, q }) => ({ x, p: prior(x) * picture(x), q }));
      const own = prior(toVec3(place)) * picture(toVec3(place));
      const [total, denser] = [0, own].map((least) =>
        points.reduce((sum, { p, q }) => (p > least ? sum + p / q : sum), 0),
      );
      levels.push(denser / total);
      const best = points.reduce((a, b) => (b.p > a.p ? b : a));
      alone.push(earthRadiusKm * angle(guess, toVec3(place)));
      beside.push(earthRadiusKm * angle(best.x, toVec3(place)));
    });
    const median = (xs: number[]) => xs.sort((a, b) => a - b)[Math.floor(xs.length / 2)];
    const held = levels.filter((level) => level <= 0.9).length / levels.length;
    expect(held).toBeGreaterThanOrEqual(0.85);
    expect(median(beside)).toBeLessThan(median(alone) / 3);
  });

  it("is a density: it integrates to one, with places on one side, on both, and apart", () => {
    const place = (lng: number, minutes: number): TimedPlace => ({ lat: 10, lng, minutes });
    for (const prior of [
      travelPrior([place(0, -120)], 0.1),
      travelPrior([place(0, -120), place(20, 200)], 0.1),
      travelPrior([place(179, -240), place(-160, 240)], 0.1, { apart: true }),
    ]) {
      const points = drawn(prior, 40_000, 3);
      expect(points.reduce((sum, { x, q }) => sum + prior(x) / q, 0) / points.length).toBeCloseTo(1, 1);
    }
  });

  it("is on the way between two places, and at both ends, wide, where nothing is known of the way", () => {
    const ends: TimedPlace[] = [
      { lat: 0, lng: 0, minutes: -240 },
      { lat: 0, lng: 40, minutes: 240 },
    ];
    const middle = toVec3({ lat: 0, lng: 20 });
    const joined = travelPrior(ends, 0.01);
    const apart = travelPrior(ends, 0.01, { apart: true });
    expect(joined(middle)).toBeGreaterThan(10 * joined(toVec3({ lat: 40, lng: 20 })));
    expect(apart(toVec3(ends[0]))).toBeGreaterThan(20 * apart(middle));
    expect(apart(toVec3(ends[1]))).toBeCloseTo(apart(toVec3(ends[0])), 9);
    // A few kilometres an hour for four hours, and not a point.
    expect(Math.max(...(apart.focus ?? []).map((f) => f.width * earthRadiusKm))).toBeGreaterThan(200);
  });

  it("is as wide as a fix may be off, and never narrower than 200 metres", () => {
    const now = (errorMetres?: number): TimedPlace[] => [{ ...start, minutes: 0, ...(errorMetres && { errorMetres }) }];
    const widths = (p: TimedPlace[]) => (travelPrior(p, 0).focus ?? []).map((f) => f.width * earthRadiusKm);
    for (const w of widths(now())) expect(w).toBeCloseTo(0.2, 6);
    for (const w of widths(now(30_000))) expect(w).toBeCloseTo(30.2, 6);
  });
});
