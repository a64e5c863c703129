/** What distributions are worth: likelihood, localizability, calibration, recall against area. */
import {
  type Calibration,
  calibration,
  capAreaKm2,
  earthAreaKm2,
  type PlaceDistribution,
  type RecallAgainstArea,
  recallAgainstArea,
} from "@geodrift/core";
import { type EmbeddedDataset, truthOf } from "./embedded-dataset.js";
import { type Figure, figures, meanFigure } from "./figure.js";

/** Likelihoods of the true places, and localizability, as figures over examples. */
export interface LikelihoodFigures {
  /** Examples that were taken. */
  examples: number;
  /** Negative log-likelihood (NLL): −log p of the true places, nats; p is a density per steradian. */
  nats: Figure;
  /** The NLL in bits, divided by three as the paper counts, though the sphere has two dimensions. */
  bitsPerDimension: Figure;
  /**
   * ∫ p log₂ p dA, bits, averaged over the examples: the mean log density of one sample of each, so exact but for the
   * sampling, which the interval tells.
   */
  localizabilityBits: Figure;
}

/** Log densities of a distribution, nats per steradian. */
export interface LogDensities {
  /** At the true place. */
  truth: number;
  /** At one sample of the distribution. */
  sample: number;
}

/** What highest-density regions promise and hold. */
export interface RegionFigures {
  /** Where the regions are from. */
  from: "samples" | "mesh";
  /** Examples that were taken. */
  examples: number;
  /** Coverage of regions of several masses. */
  calibration: Calibration;
  /** Share of the truths within the region of 50 %, 0 … 1. */
  held50: Figure;
  /** Share of the truths within the region of 90 %, 0 … 1. */
  held90: Figure;
  /** Expected calibration error, 0 … 0.5. */
  expectedError: Figure;
  /** Mean localizability of the distributions that the regions are of, bits. */
  localizabilityBits: Figure;
  /** Recall against searched area, km². */
  recallAgainstArea: RecallAgainstArea;
}

/** What one distribution says of the place that is true. */
export interface RegionsSeen {
  /** Probability of the smallest highest-density region that holds it, 0 … 1. */
  credible: number;
  /** Area of that region, km². */
  areaKm2: number;
  /** Localizability of the distribution, bits. */
  bits: number;
}

/**
 * Negative log-likelihoods of the true places, and localizability.
 * @returns undefined where no likelihood was taken
 */
export function likelihoodFigures(logs: readonly LogDensities[]): LikelihoodFigures | undefined {
  if (logs.length === 0) return undefined;
  const nats = Float64Array.from(logs, ({ truth }) => -truth);
  return {
    examples: logs.length,
    nats: meanFigure(nats),
    bitsPerDimension: meanFigure(nats.map((x) => x / (3 * Math.LN2))),
    localizabilityBits: meanFigure(Float64Array.from(logs, ({ sample }) => sample / Math.LN2)),
  };
}

/** What one distribution says of the true place of example `i`. */
export function regionsSeen(distribution: PlaceDistribution, data: EmbeddedDataset, i: number): RegionsSeen {
  const credible = distribution.credibleLevel(truthOf(data, i));
  // Less dense than everywhere else: only the whole globe holds it for sure.
  const areaKm2 = credible === 1 ? earthAreaKm2 : Math.min(earthAreaKm2, distribution.regions([credible])[0].areaKm2);
  return { credible, areaKm2, bits: distribution.localizabilityBits };
}

/** Calibration, recall against area and localizability of the regions of many examples. */
export function regionFigures(from: RegionFigures["from"], seen: readonly RegionsSeen[]): RegionFigures {
  const credible = Float64Array.from(seen, (s) => s.credible);
  const drawn = figures(seen.length, (indices) => {
    const own = calibration(Float64Array.from(indices, (i) => credible[i]));
    const held = (level: number) => own.coverage[own.levels.indexOf(level)];
    return { held50: held(0.5), held90: held(0.9), expectedError: own.expectedError };
  });
  return {
    from,
    examples: seen.length,
    calibration: calibration(credible),
    ...drawn,
    localizabilityBits: meanFigure(seen.map((s) => s.bits)),
    recallAgainstArea: recallAgainstArea(seen.map((s) => s.areaKm2)),
  };
}

/**
 * Recall against area of single guesses: of circles around them that reach the truth.
 * @param distances from the truth, km
 */
export const circleRecall = (distances: Float64Array): RecallAgainstArea =>
  recallAgainstArea(distances.map(capAreaKm2));
