/** What is asked of a distribution of places, whatever it was made from: a mesh or samples. */
import type { LatLng, Vec3 } from "../sphere/point.js";

/** A highest-density region: the smallest region that holds a probability. */
export interface Region {
  /** The probability, 0 … 1: the density's own, or the share of true places that such regions have held (`conformal`). */
  mass: number;
  /** Where regions are told by the share of true places that they hold (`conformal`): the density's own probability in it, 0 … 1. */
  densityMass?: number;
  /** Its area, km². */
  areaKm2: number;
  /** Radius of the spherical cap of the same area, km. */
  radiusKm: number;
}

/** A mode: a peak of the density, with the probability that belongs to it. */
export interface Mode extends LatLng {
  /** Probability of the places whose uphill path ends at the peak, 0 … 1. */
  mass: number;
  /** Distance from the peak within which half of that probability lies, km. */
  radiusKm: number;
}

/** A probability distribution of places on the sphere. */
export interface PlaceDistribution {
  /** ∫ p log₂ p dA over the unit sphere: the negative entropy, in bits; −3.65 for “anywhere”. */
  localizabilityBits: number;
  /** The best guess: the peak of the mode with the most probability, degrees. */
  best: LatLng;
  /** Modes by falling probability. Those below 2 % are left out, except the first. */
  modes: Mode[];
  /** Masses by which regions, outlines and credible levels are told (`conformal`); absent where they are the density's own. */
  conformal?: readonly number[];
  /** Highest-density regions that hold the given probabilities, 0 … 1, in the same order. */
  regions(masses: readonly number[]): Region[];
  /** Log density at a place, nats per steradian. */
  logProbNats(place: LatLng): number;
  /**
   * Probability of the smallest highest-density region that holds the place, 0 … 1: uniform over true places if
   * distributions are calibrated.
   */
  credibleLevel(place: LatLng): number;
  /**
   * Outlines of the highest-density region that holds the probability `mass`: closed rings of unit vectors, the region on
   * their left. Distributions from samples have none.
   */
  outlines?(mass: number): Vec3[][];
  /**
   * `n` places of equal mass, spread evenly through the distribution: unit vectors [n, 3] stored flat, the same every
   * time.
   */
  representatives?(n: number): Float64Array;
}
