/**
 * A distribution from samples: a von Mises–Fisher kernel on every sample, its width chosen by leave-one-out likelihood
 * (Hall, Watson & Cabrera 1987), so that a tight cluster is read finely and a scattered one coarsely.
 */
import { capRadiusKm, earthAreaKm2 } from "../sphere/cap.js";
import { angle, earthRadiusKm, normalize, toLatLng, toVec3, type Vec3, vectorAt } from "../sphere/point.js";
import type { Mode, PlaceDistribution, Region } from "./distribution.js";

/** Kernel widths tried, as standard deviations in km. */
const widthsKm = [12, 20, 33, 55, 90, 150, 250, 420, 700, 1200, 2000, 3300];

/** Modes with less mass than this are not named. */
const leastMass = 0.02;

const kappaOf = (widthKm: number): number => (earthRadiusKm / widthKm) ** 2;

/** log of κ / (2π (1 − e^{−2κ})): the kernel's density at its centre. */
const logPeak = (kappa: number): number => Math.log(kappa / (2 * Math.PI)) - Math.log1p(-Math.exp(-2 * kappa));

/**
 * @param points unit vectors [n, 3]
 * @throws RangeError for fewer than two samples, or samples that are not numbers
 */
export function sampleDistribution(points: ArrayLike<number>): PlaceDistribution {
  const n = points.length / 3;
  if (n < 2) throw new RangeError(`sampleDistribution: two samples at least are needed, got ${n}`);
  for (let i = 0; i < points.length; i++)
    if (!Number.isFinite(points[i]))
      throw new RangeError(`sampleDistribution: sample ${Math.floor(i / 3)} is not a place, got ${points[i]}`);
  const versines = pairwiseVersines(points, n);
  const { kappa, logProbs } = bestWidth(versines, n);
  const modes = findModes(points, versines, logProbs, kappa, n);
  return {
    localizabilityBits: mean(logProbs) / Math.LN2,
    best: { lat: modes[0].lat, lng: modes[0].lng },
    modes,
    regions: (masses) => regionsOf(logProbs, masses),
    logProbNats: (place) => {
      const y = toVec3(place);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += Math.exp(kappa * (dotAt(points, i, y) - 1));
      return logPeak(kappa) + Math.log(sum / n);
    },
  };
}

const dotAt = (xs: ArrayLike<number>, i: number, y: Vec3): number =>
  xs[3 * i] * y[0] + xs[3 * i + 1] * y[1] + xs[3 * i + 2] * y[2];

const mean = (xs: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += xs[i];
  return sum / xs.length;
};

/** 1 − cos of every angle, [n, n]: half the squared chord, which keeps its digits for near points. */
function pairwiseVersines(points: ArrayLike<number>, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [dx, dy, dz] = [
        points[3 * i] - points[3 * j],
        points[3 * i + 1] - points[3 * j + 1],
        points[3 * i + 2] - points[3 * j + 2],
      ];
      out[i * n + j] = out[j * n + i] = (dx * dx + dy * dy + dz * dz) / 2;
    }
  }
  return out;
}

/** Leave-one-out log density of every sample under kernels of one width. */
function leaveOneOut(versines: Float64Array, n: number, kappa: number): Float64Array {
  const sums = new Float64Array(n);
  const reach = 30 / kappa;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const v = versines[i * n + j];
      if (v > reach) continue;
      const k = Math.exp(-kappa * v);
      sums[i] += k;
      sums[j] += k;
    }
  }
  // A sample with no neighbour at all still has the uniform share: no single stray decides the width.
  const floor = 1e-3 / (4 * Math.PI);
  const peak = Math.exp(logPeak(kappa));
  return sums.map((s) => Math.log((0.999 * peak * s) / (n - 1) + floor));
}

/** The likelihood has one peak in the width, nearly always: climb from the middle and stop at the first fall. */
function bestWidth(versines: Float64Array, n: number): { kappa: number; logProbs: Float64Array } {
  const tried = new Map<number, { logProbs: Float64Array; score: number }>();
  const at = (i: number) => {
    let result = tried.get(i);
    if (!result) {
      const logProbs = leaveOneOut(versines, n, kappaOf(widthsKm[i]));
      result = { logProbs, score: mean(logProbs) };
      tried.set(i, result);
    }
    return result;
  };
  let i = 4;
  const direction = at(i + 1).score > at(i).score ? 1 : -1;
  while (widthsKm[i + direction] !== undefined && at(i + direction).score > at(i).score) i += direction;
  return { kappa: kappaOf(widthsKm[i]), logProbs: at(i).logProbs };
}

/** Quick shift (Vedaldi & Soatto 2008): every sample goes to its nearest denser one, unless that is too far. */
function findModes(
  points: ArrayLike<number>,
  versines: Float64Array,
  logProbs: Float64Array,
  kappa: number,
  n: number,
): Mode[] {
  const reach = 8 / kappa; // four standard deviations: v ≈ r²/2
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => logProbs[b] - logProbs[a]);
  const root = new Int32Array(n);
  order.forEach((i, rank) => {
    let nearest = -1;
    for (let r = 0; r < rank; r++) {
      const j = order[r];
      if (versines[i * n + j] <= reach && (nearest < 0 || versines[i * n + j] < versines[i * n + nearest])) nearest = j;
    }
    root[i] = nearest < 0 ? i : root[nearest];
  });
  const members = new Map<number, number[]>();
  for (const i of order) members.set(root[i], [...(members.get(root[i]) ?? []), i]);
  const modes = [...members].map(([seed, samples]): Mode => {
    const peak = climb(points, vectorAt(points, seed), kappa, n);
    const distances = samples.map((i) => earthRadiusKm * angle(peak, vectorAt(points, i))).sort((a, b) => a - b);
    return { ...toLatLng(peak), mass: samples.length / n, radiusKm: distances[Math.floor((distances.length - 1) / 2)] };
  });
  const kept = modes.filter((m) => m.mass >= leastMass).sort((a, b) => b.mass - a.mass);
  return kept.length > 0 ? kept : modes.slice(0, 1);
}

/** Mean shift: the weighted mean of the samples, with the kernel around the last mean as weight, until it rests. */
function climb(points: ArrayLike<number>, from: Vec3, kappa: number, n: number): Vec3 {
  let x = from;
  for (let step = 0; step < 20; step++) {
    let [sx, sy, sz] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const w = Math.exp(kappa * (dotAt(points, i, x) - 1));
      sx += w * points[3 * i];
      sy += w * points[3 * i + 1];
      sz += w * points[3 * i + 2];
    }
    const next = normalize([sx, sy, sz]);
    const moved = angle(x, next);
    x = next;
    if (moved < 1e-5) break;
  }
  return x;
}

/**
 * Areas of highest-density regions by importance sampling: samples follow p, so the mean of 1/p over those above a
 * level is the area above it (Hyndman 1996 for the level).
 */
function regionsOf(logProbs: Float64Array, masses: readonly number[]): Region[] {
  const sorted = Float64Array.from(logProbs).sort().reverse();
  return masses.map((mass) => {
    const count = Math.max(1, Math.round(mass * sorted.length));
    let steradians = 0;
    for (let i = 0; i < count; i++) steradians += Math.exp(-sorted[i]) / sorted.length;
    const areaKm2 = Math.min(earthAreaKm2 * mass, steradians * earthRadiusKm ** 2);
    return { mass, areaKm2, radiusKm: capRadiusKm(areaKm2) };
  });
}
