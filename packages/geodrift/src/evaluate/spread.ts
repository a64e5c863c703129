/** What distributions are worth: likelihood, localizability, calibration, recall against area. */
import {
  type Calibration,
  calibration,
  capAreaKm2,
  earthAreaKm2,
  type Locator,
  type PlaceDistribution,
  type RecallAgainstArea,
  recallAgainstArea,
} from "@geodrift/core";
import { type EmbeddedDataset, truthOf } from "./embedded-dataset.js";
import { type Figure, figures, meanFigure } from "./figure.js";

export interface LikelihoodFigures {
  examples: number;
  /** −log p of the true places. */
  nats: Figure;
  /** As the paper counts: three dimensions, though the sphere has two. */
  bitsPerDimension: Figure;
  /**
   * ∫ p log₂ p dA, averaged over the examples: the mean log density of one sample of each, so exact but for the sampling,
   * which the interval tells.
   */
  localizabilityBits: Figure;
}

/** What highest-density regions promise and hold. */
export interface RegionFigures {
  /** Where the regions are from. */
  from: "samples" | "mesh";
  examples: number;
  calibration: Calibration;
  /** Share of the truths within the regions of 50 and 90 %, and the expected calibration error. */
  held50: Figure;
  held90: Figure;
  expectedError: Figure;
  /** Mean localizability as these regions have it. */
  localizabilityBits: Figure;
  recallAgainstArea: RecallAgainstArea;
}

/** What one distribution says of the place that is true. */
export interface RegionsSeen {
  /** Mass of the smallest region that holds it. */
  credible: number;
  /** Area of that region. */
  areaKm2: number;
  bits: number;
}

/** Examples whose likelihoods share a solver. */
const likelihoodBatch = 512;
/** Moves a mean log density by 10⁻⁴ nats. */
const tolerance = 1e-3;

/**
 * @param samples a sample of every example, without guidance, [n, 3]
 * @param n examples from the start that are taken
 * @returns undefined for methods without a density
 */
export async function likelihoodFigures(
  locator: Locator,
  { embeddings, truths, width }: EmbeddedDataset,
  samples: Float64Array,
  n: number,
): Promise<LikelihoodFigures | undefined> {
  if (!locator.logProb) return undefined;
  const [nats, bits] = [new Float64Array(n), new Float64Array(n)];
  for (let from = 0; from < n; from += likelihoodBatch) {
    const to = Math.min(n, from + likelihoodBatch);
    const points = new Float64Array(6 * (to - from));
    for (let i = from; i < to; i++) {
      points.set(truths.subarray(3 * i, 3 * i + 3), 6 * (i - from));
      points.set(samples.subarray(3 * i, 3 * i + 3), 6 * (i - from) + 3);
    }
    const some = embeddings.subarray(from * width, to * width);
    const logs = await locator.logProb(some, points, { guidance: 0, tolerance });
    for (let i = from; i < to; i++) {
      nats[i] = -logs[2 * (i - from)];
      bits[i] = logs[2 * (i - from) + 1] / Math.LN2;
    }
  }
  return {
    examples: n,
    nats: meanFigure(nats),
    bitsPerDimension: meanFigure(nats.map((x) => x / (3 * Math.LN2))),
    localizabilityBits: meanFigure(bits),
  };
}

export function regionsSeen(distribution: PlaceDistribution, data: EmbeddedDataset, i: number): RegionsSeen {
  const credible = distribution.credibleLevel(truthOf(data, i));
  // Less dense than everywhere else: only the whole globe holds it for sure.
  const areaKm2 = credible === 1 ? earthAreaKm2 : Math.min(earthAreaKm2, distribution.regions([credible])[0].areaKm2);
  return { credible, areaKm2, bits: distribution.localizabilityBits };
}

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

/** Of single guesses: circles around them that reach the truth. */
export const circleRecall = (distances: Float64Array): RecallAgainstArea =>
  recallAgainstArea(distances.map(capAreaKm2));
