/** What single guesses are worth: the paper's Table 1, and how they lie as a set (Table 2). */
import {
  accuracyRadiiKm,
  angle,
  distanceMetrics,
  earthRadiusKm,
  type ManifoldMetrics,
  manifoldShares,
  officialManifoldBlocks,
  type Vec3,
  vectorAt,
} from "@geodrift/core";
import type { AreaLabels } from "../pictures/dataset.js";
import { type AreaKind, type AreaRule, areaHits, areaKinds, labelsOf } from "./areas.js";
import { type Figure, figures, meanFigure, meanOf } from "./figure.js";

/**
 * How a distribution becomes one guess: one sample; one sample with guidance (as published); the highest peak; the medoid
 * of the samples.
 */
export type Rule = "sample" | "guided-sample" | "mode" | "medoid";

/** Metrics of the guesses of one rule. */
export interface RuleFigures {
  rule: Rule;
  /** Mean distance from the truth, km. */
  meanKm: Figure;
  /** Median distance from the truth, km. */
  medianKm: Figure;
  /** Mean GeoScore, 0 … 5000. */
  geoScore: Figure;
  /** Accuracies: share of guesses nearer than each radius, 0 … 1. */
  accuracy: { radiusKm: number; share: Figure }[];
  /** Share of guesses in the right area, 0 … 1, as far as areas are known. */
  areas: Partial<Record<AreaKind, Figure>>;
  /**
   * Precision, recall, density and coverage, k = 3. Absent for fewer than four examples, which have no third neighbours.
   * Intervals take the neighbours as given.
   */
  manifold?: Record<keyof ManifoldMetrics, Figure>;
  /**
   * The same in blocks of a twentieth, as the released code has it; intervals are over the blocks. Absent for 80 examples
   * or fewer.
   */
  officialManifold?: Record<keyof ManifoldMetrics, Figure>;
}

/** What guesses are held against. */
export interface Truths {
  /** Unit vectors [n, 3]. */
  places: Float64Array;
  /** Areas of the places, [n]. */
  areas: readonly AreaLabels[];
  /** How the area of a guess is told. */
  rule: AreaRule;
}

/**
 * Great-circle distances of guesses from the truth, km, [n].
 * @param truths unit vectors, [n, 3]
 * @param guesses unit vectors, [n, 3]
 */
export function distancesKm(truths: Float64Array, guesses: Float64Array): Float64Array {
  return Float64Array.from(
    { length: truths.length / 3 },
    (_, i) => earthRadiusKm * angle(vectorAt(truths, i), vectorAt(guesses, i)),
  );
}

/**
 * Metrics of single guesses, with 95 % intervals.
 * @param guesses unit vectors, [n, 3]
 */
export function ruleFigures(rule: Rule, guesses: Float64Array, { places, areas, rule: areaRule }: Truths): RuleFigures {
  const km = distancesKm(places, guesses);
  const n = km.length;
  const distances = figures<string>(n, (indices) => {
    const { meanKm, medianKm, meanGeoScore, accuracy } = distanceMetrics(Float64Array.from(indices, (i) => km[i]));
    const within = accuracyRadiiKm.map((radiusKm, i) => [`${radiusKm}`, accuracy[i]] as const);
    return { meanKm, medianKm, geoScore: meanGeoScore, ...Object.fromEntries(within) };
  });
  const { meanKm, medianKm, geoScore } = distances;
  const labels = labelsOf(guesses, areaRule);
  const inArea = areaKinds.flatMap((kind) => {
    const hits = areaHits(areas, labels, kind, areaRule);
    return hits.every(Number.isNaN) ? [] : [[kind, meanFigure(hits)] as const];
  });
  return {
    rule,
    meanKm,
    medianKm,
    geoScore,
    accuracy: accuracyRadiiKm.map((radiusKm) => ({ radiusKm, share: distances[`${radiusKm}`] })),
    areas: Object.fromEntries(inArea),
    ...(n > 3 && { manifold: manifoldFigures(places, guesses) }),
    // Blocks of a twentieth need more than three examples each.
    ...(n > 80 && { officialManifold: officialFigures(places, guesses) }),
  };
}

function manifoldFigures(truths: Float64Array, guesses: Float64Array): RuleFigures["manifold"] {
  const { precise, recalled, density, covered } = manifoldShares(truths, guesses);
  return figures(precise.length, (indices) => ({
    precision: meanOf(precise, indices),
    recall: meanOf(recalled, indices),
    density: meanOf(density, indices),
    coverage: meanOf(covered, indices),
  }));
}

function officialFigures(truths: Float64Array, guesses: Float64Array): RuleFigures["officialManifold"] {
  const blocks = officialManifoldBlocks(truths, guesses);
  return figures(blocks.length, (indices) => {
    const over = (key: keyof ManifoldMetrics) =>
      meanOf(
        blocks.map((b) => b[key]),
        indices,
      );
    return {
      precision: over("precision"),
      recall: over("recall"),
      density: over("density"),
      coverage: over("coverage"),
    };
  });
}

/**
 * The medoid: the sample with the least sum of great-circle distances to the others. Time grows with n².
 * @param points unit vectors, [n, 3]
 */
export function medoid(points: Float64Array): Vec3 {
  const n = points.length / 3;
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n && sum < least; j++) {
      const [dx, dy] = [points[3 * i] - points[3 * j], points[3 * i + 1] - points[3 * j + 1]];
      const dz = points[3 * i + 2] - points[3 * j + 2];
      sum += 2 * Math.asin(Math.min(1, Math.sqrt(dx * dx + dy * dy + dz * dz) / 2));
    }
    if (sum < least) [best, least] = [i, sum];
  }
  return vectorAt(points, best);
}
