/**
 * Where somebody was at a time, from where they were before and after: how fast they go, and how straight, is learned from the places
 * themselves, so that walks, drives and flights are each as wide as they are.
 */
import { angle, earthRadiusKm, geodesic, type LatLng, type Prior, toVec3, type Vec3 } from "@geodrift/core";
import { type Bump, mixturePrior } from "./bumps.js";

/** A place in degrees, and how long before (below 0) or after the moment in question, minutes. */
export interface TimedPlace extends LatLng {
  minutes: number;
  /** Metres that the place may be off. */
  errorMetres?: number;
}

/** What a place says of another nearby at the same time: a fix is off, and a picture looks somewhere. */
const leastKm = 0.2;

/** Ways of going, by how fast in km/h, with how many are each where nothing tells. */
const ways = [
  { speed: 1, share: 0.3 },
  { speed: 5, share: 0.35 },
  { speed: 60, share: 0.28 },
  { speed: 600, share: 0.07 },
];

/** Slower than this nobody is taken to go: stops would make the next hour impossible. */
const leastSpeed = 3;

/** How far people are off the straight line between two places, as a share of the way, and how many cases that stands for. */
const usual = { bend: 0.25, cases: 0.3 };

/** Between two places: on the way, or still at one end, as people are who go fast only for a part of the time. */
const between = { onTheWay: 0.95, atEnds: 0.05 };

const kmBetween = (a: Vec3, b: Vec3): number => earthRadiusKm * angle(a, b);

interface Known {
  x: Vec3;
  hours: number;
  errorKm: number;
}

/**
 * The density of the place at time 0.
 * @param places in any order, at least one
 * @param elsewhere probability that they say nothing of it, 0 … 1
 * @param options `apart`: nothing is known of the way between those before and those after, as where a receiver was off
 * @returns density per steradian
 */
export function travelPrior(places: readonly TimedPlace[], elsewhere: number, { apart = false } = {}): Prior {
  const known = places
    .map((p): Known => ({ x: toVec3(p), hours: p.minutes / 60, errorKm: leastKm + (p.errorMetres ?? 0) / 1000 }))
    .sort((a, b) => a.hours - b.hours);
  const next = known.findIndex(({ hours }) => hours > 0);
  const [before, after] = next < 0 ? [known.at(-1), undefined] : [known[next - 1], known[next]];
  const bumps =
    !before || !after
      ? around(known, (before ?? after) as Known)
      : apart
        ? bothEnds(known, before, after)
        : onTheWay(known, before, after);
  return mixturePrior(bumps, elsewhere);
}

const bump = (centre: Vec3, km: number, weight: number): Bump => ({ centre, width: km / earthRadiusKm, weight });

/** Between two places: about where going steadily would have led, as far off as they are elsewhere on their way. */
function onTheWay(known: readonly Known[], a: Known, b: Known): Bump[] {
  const whole = b.hours - a.hours;
  const share = whole > 0 ? -a.hours / whole : 0.5;
  const lever = whole > 0 ? (-a.hours * b.hours) / whole : 0;
  const speed = whole > 0 ? kmBetween(a.x, b.x) / whole : 0;
  const error = Math.max(a.errorKm, b.errorKm);
  const sides = [
    { from: a, others: known.filter((k) => k.hours <= a.hours), weight: between.atEnds * (1 - share) },
    { from: b, others: known.filter((k) => k.hours >= b.hours), weight: between.atEnds * share },
  ];
  return [
    bump(
      geodesic(a.x, b.x, share).point,
      error + bendOf(known) * Math.max(leastSpeed, speed) * lever,
      between.onTheWay,
    ),
    ...sides.map(({ from, others, weight }) =>
      bump(
        from.x,
        from.errorKm + Math.max(leastSpeed, Math.min(speed, speedOf(others))) * Math.abs(from.hours),
        weight,
      ),
    ),
  ];
}

/** How far they are off the straight way between those just before and just after, as a share of what the speed allows. */
function bendOf(known: readonly Known[]): number {
  let [squares, cases] = [usual.cases * usual.bend ** 2, usual.cases];
  for (let i = 1; i + 1 < known.length; i++) {
    const [a, own, b] = known.slice(i - 1, i + 2);
    const whole = b.hours - a.hours;
    const lever = ((own.hours - a.hours) * (b.hours - own.hours)) / whole;
    const way = (kmBetween(a.x, b.x) / whole) * lever;
    // Places that are as near to one another as they may be off tell nothing of the way.
    if (!(lever > 0) || way < own.errorKm) continue;
    const off = kmBetween(own.x, geodesic(a.x, b.x, (own.hours - a.hours) / whole).point);
    squares += Math.min(4, (off / way) ** 2 / 2);
    cases++;
  }
  return Math.sqrt(squares / cases);
}

/** Root mean square of the speeds between consecutive places, km/h; 0 where there are none. */
function speedOf(known: readonly Known[]): number {
  const squares = known.slice(1).flatMap((b, i) => {
    const hours = b.hours - known[i].hours;
    return hours > 0 ? [(kmBetween(known[i].x, b.x) / hours) ** 2] : [];
  });
  return squares.length > 0 ? Math.sqrt(squares.reduce((s, v) => s + v, 0) / squares.length) : 0;
}

/** Either end, each as wide as by itself. */
const bothEnds = (known: readonly Known[], a: Known, b: Known): Bump[] =>
  [
    around(
      known.filter((k) => k.hours <= a.hours),
      a,
    ),
    around(
      known.filter((k) => k.hours >= b.hours),
      b,
    ),
  ].flatMap((bumps) => bumps.map((one) => ({ ...one, weight: one.weight / 2 })));

/** On one side alone: as far as one gets by each way of going, by what the places say of which it is. */
function around(known: readonly Known[], from: Known): Bump[] {
  const pairs = known.slice(1).map((b, i) => ({ km: kmBetween(known[i].x, b.x), hours: b.hours - known[i].hours }));
  const logs = ways.map(({ speed, share }) =>
    pairs.reduce((sum, { km, hours }) => {
      const width = from.errorKm + speed * hours;
      return sum - 2 * Math.log(width) - km ** 2 / (2 * width ** 2);
    }, Math.log(share)),
  );
  const top = Math.max(...logs);
  const total = logs.reduce((sum, l) => sum + Math.exp(l - top), 0);
  return ways
    .map(({ speed }, i) => bump(from.x, from.errorKm + speed * Math.abs(from.hours), Math.exp(logs[i] - top) / total))
    .filter(({ weight }) => weight > 1e-4);
}
