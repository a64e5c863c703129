/** What is asked of a distribution of places, whatever it was made from: a mesh or samples. */
import type { LatLng, Vec3 } from "../sphere/point.js";

/** A highest-density region: the smallest area that holds `mass`. */
export interface Region {
  mass: number;
  areaKm2: number;
  /** Radius of the cap of the same area. */
  radiusKm: number;
}

/** A peak and what belongs to it. */
export interface Mode extends LatLng {
  /** Share of the probability whose uphill path ends here. */
  mass: number;
  /** Distance from the peak within which half of that share lies. */
  radiusKm: number;
}

export interface PlaceDistribution {
  /** ∫ p log₂ p over the unit sphere; −3.65 for "anywhere". */
  localizabilityBits: number;
  /** The most probable peak. */
  best: LatLng;
  /** By falling mass. */
  modes: Mode[];
  regions(masses: readonly number[]): Region[];
  /** Natural logarithm of the density per steradian. */
  logProbNats(place: LatLng): number;
  /** Mass of the smallest region that holds the place, 0 … 1: uniform over truths if distributions are calibrated. */
  credibleLevel(place: LatLng): number;
  /**
   * Outlines of the region that holds `mass`: closed rings of unit vectors, the region on their left. Distributions from
   * samples have none.
   */
  outlines?(mass: number): Vec3[][];
  /** `n` places of equal mass, spread evenly through the distribution, [n, 3]: the same every time. */
  representatives?(n: number): Float64Array;
}
