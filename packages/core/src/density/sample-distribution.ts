/**
 * A distribution from samples: a von Mises–Fisher kernel on every sample, as wide as its neighbours are far (Loftsgaarden &
 * Quesenberry 1965; Breiman, Meisel & Purcell 1977), times a factor chosen by leave-one-out likelihood. So a tight cluster
 * is read finely and the strays around it coarsely, in one and the same picture.
 */
import { capRadiusKm, earthAreaKm2 } from "../sphere/cap.js";
import {
  angle,
  earthRadiusKm,
  type LatLng,
  normalize,
  toLatLng,
  toVec3,
  type Vec3,
  vectorAt,
} from "../sphere/point.js";
import { logPeakDensity } from "../sphere/von-mises-fisher.js";
import type { Mode, PlaceDistribution, Region } from "./distribution.js";
import { KthSmallest } from "./kth-smallest.js";

/** Factors on the distance to the k-th neighbour that are tried for the kernels' standard deviation. */
const factors = [0.35, 0.5, 0.7, 1, 1.4, 2];
const defaultFactor = 0.7;

/** The least distance to a neighbour that is believed: samples may coincide. */
const minWidth = 0.5 / earthRadiusKm;

/** Where a peak is, as opposed to how high, is seen best through wider kernels (Chacón & Duong 2018, section 5.2). */
const peakSmoothing = 2.5;

/** Share of the uniform distribution mixed in, so that no place is impossible. */
const uniformShare = 1e-3;

/** Modes with less mass than this are not named. */
const minMass = 0.02;

/** A distribution of places that is known by samples. */
export interface SampleDistribution extends PlaceDistribution {
  /** Log density at every sample in nats per steradian, the sample's own kernel left out, [n]. */
  sampleLogProbsNats: Float64Array;
}

/**
 * Kernel density estimate of a distribution from its samples, with adaptive widths.
 * @param points unit vectors, [n, 3] stored flat; time and memory grow with n²
 * @throws RangeError for fewer than two samples, or samples that are not finite numbers
 */
export function sampleDistribution(points: ArrayLike<number>): SampleDistribution {
  const n = points.length / 3;
  if (n < 2) throw new RangeError(`sampleDistribution: two samples at least are needed, got ${n}`);
  for (let i = 0; i < points.length; i++)
    if (!Number.isFinite(points[i]))
      throw new RangeError(`sampleDistribution: sample ${Math.floor(i / 3)} is not a place, got ${points[i]}`);
  const versines = pairwiseVersines(points, n);
  const { kappas, logProbs } = bestKernels(versines, neighbourDistances(versines, n), n);
  const kernels = kernelsOf(points, kappas);
  const modes = findModes(points, kappas, versines, logProbs, n);
  const logProbNats = (place: LatLng): number => {
    let sum = 0;
    forEachKernel(kernels, toVec3(place), (_, density) => {
      sum += density;
    });
    return mixed(sum / n);
  };
  return {
    sampleLogProbsNats: logProbs,
    localizabilityBits: mean(logProbs) / Math.LN2,
    best: { lat: modes[0].lat, lng: modes[0].lng },
    modes,
    regions: (masses) => regionsOf(logProbs, masses),
    logProbNats,
    credibleLevel: (place) => {
      // The rank of the place among samples and itself.
      const own = logProbNats(place);
      return (logProbs.reduce((denser, p) => denser + (p > own ? 1 : 0), 0) + 1) / (n + 1);
    },
  };
}

/** Kernels on the samples: concentrations, and densities at the centres. */
interface Kernels {
  points: ArrayLike<number>;
  kappas: Float64Array;
  peaks: Float64Array;
}

const kernelsOf = (points: ArrayLike<number>, kappas: Float64Array): Kernels => ({
  points,
  kappas,
  peaks: kappas.map((k) => Math.exp(logPeakDensity(k))),
});

const mixed = (density: number): number => Math.log((1 - uniformShare) * density + uniformShare / (4 * Math.PI));

function forEachKernel({ points, kappas, peaks }: Kernels, y: Vec3, visit: (i: number, density: number) => void): void {
  for (let i = 0; i < kappas.length; i++) {
    const [dx, dy, dz] = [points[3 * i] - y[0], points[3 * i + 1] - y[1], points[3 * i + 2] - y[2]];
    visit(i, peaks[i] * Math.exp((-kappas[i] * (dx * dx + dy * dy + dz * dz)) / 2));
  }
}

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
      const dx = points[3 * i] - points[3 * j];
      const dy = points[3 * i + 1] - points[3 * j + 1];
      const dz = points[3 * i + 2] - points[3 * j + 2];
      out[i * n + j] = out[j * n + i] = (dx * dx + dy * dy + dz * dz) / 2;
    }
  }
  return out;
}

/** Distance of every sample to its k-th neighbour, k = √n, in radians. */
function neighbourDistances(versines: Float64Array, n: number): Float64Array {
  const k = Math.min(n - 1, Math.ceil(Math.sqrt(n)));
  // The sample itself is its own nearest.
  const nearest = new KthSmallest(k + 1);
  return Float64Array.from({ length: n }, (_, i) => {
    nearest.reset();
    for (let j = i * n; j < (i + 1) * n; j++) nearest.add(versines[j]);
    return Math.max(minWidth, Math.sqrt(2 * nearest.value));
  });
}

interface Fit {
  kappas: Float64Array;
  /** At the samples, their own kernels left out. */
  logProbs: Float64Array;
  /** Leave-one-out likelihood. */
  score: number;
}

function fit(versines: Float64Array, distances: Float64Array, n: number, factor: number): Fit {
  const kappas = distances.map((d) => 1 / (factor * d) ** 2);
  const { peaks } = kernelsOf([], kappas);
  const sums = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    const [kappa, peak, reach] = [kappas[j], peaks[j], 30 / kappas[j]];
    for (let i = 0; i < n; i++) {
      const v = versines[j * n + i];
      if (v <= reach && i !== j) sums[i] += peak * Math.exp(-kappa * v);
    }
  }
  const logProbs = sums.map((s) => mixed(s / (n - 1)));
  return { kappas, logProbs, score: mean(logProbs) };
}

/** Uphill in the leave-one-out likelihood, which has one peak over the factors, from the one that is chosen most often. */
function bestKernels(versines: Float64Array, distances: Float64Array, n: number): Fit {
  const at = (i: number) => fit(versines, distances, n, factors[i]);
  let index = factors.indexOf(defaultFactor);
  let best = at(index);
  for (const direction of [-1, 1]) {
    const before = index;
    while (factors[index + direction] !== undefined) {
      const next = at(index + direction);
      if (!(next.score > best.score)) break;
      best = next;
      index += direction;
    }
    if (index !== before) break;
  }
  return best;
}

/** Quick shift (Vedaldi & Soatto 2008): every sample goes to its nearest denser one, unless that is too far. */
function findModes(
  points: ArrayLike<number>,
  kappas: Float64Array,
  versines: Float64Array,
  logProbs: Float64Array,
  n: number,
): Mode[] {
  const smooth = kernelsOf(
    points,
    kappas.map((k) => k / peakSmoothing ** 2),
  );
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => logProbs[b] - logProbs[a]);
  const root = new Int32Array(n);
  const members = new Map<number, number[]>();
  order.forEach((i, rank) => {
    let nearest = -1;
    for (let r = 0; r < rank; r++) {
      const j = order[r];
      if (nearest < 0 || versines[i * n + j] < versines[i * n + nearest]) nearest = j;
    }
    // Four standard deviations of the sample's own kernel: v ≈ r²/2.
    root[i] = nearest < 0 || versines[i * n + nearest] > 8 / kappas[i] ? i : root[nearest];
    const group = members.get(root[i]);
    if (group) group.push(i);
    else members.set(root[i], [i]);
  });
  // Through the wider kernels two groups may climb to one peak: then they are one.
  const peaks: { peak: Vec3; samples: number[] }[] = [];
  for (const [seed, samples] of [...members].sort((a, b) => b[1].length - a[1].length)) {
    const peak = climb(smooth, vectorAt(points, seed));
    const same = peaks.find((p) => angle(p.peak, peak) < 1 / Math.sqrt(smooth.kappas[seed]));
    if (same) same.samples.push(...samples);
    else peaks.push({ peak, samples });
  }
  const modes = peaks.map(({ peak, samples }): Mode => {
    const distances = samples.map((i) => earthRadiusKm * angle(peak, vectorAt(points, i))).sort((a, b) => a - b);
    return {
      ...toLatLng(peak),
      mass: samples.length / n,
      radiusKm: distances[Math.floor((distances.length - 1) / 2)],
    };
  });
  modes.sort((a, b) => b.mass - a.mass);
  return modes.filter((m, i) => i === 0 || m.mass >= minMass);
}

/** Mean shift (Comaniciu & Meer 2002): the mean of the samples under the kernels at the last mean, until it rests. */
function climb(kernels: Kernels, from: Vec3): Vec3 {
  const { points, kappas } = kernels;
  let x = from;
  for (let step = 0; step < 30; step++) {
    let [sx, sy, sz] = [0, 0, 0];
    forEachKernel(kernels, x, (i, density) => {
      const w = density * kappas[i];
      sx += w * points[3 * i];
      sy += w * points[3 * i + 1];
      sz += w * points[3 * i + 2];
    });
    const next = normalize([sx, sy, sz]);
    const moved = angle(x, next);
    x = next;
    if (moved < 1e-6) break;
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
