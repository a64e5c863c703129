/** Methods that place an embedding on the globe, behind one interface. */
import type { MeshDistribution } from "../density/mesh-distribution.js";
import type { RefineOptions } from "../density/mesh-refinement.js";

export interface SolveOptions {
  /** A name from the method's solvers; the one that loses least if left out. Other methods answer at once. */
  solver?: string;
  /** The solver's own if left out, more with guidance. */
  steps?: number;
  /** Strength of classifier-free guidance; 0 for none. */
  guidance: number;
  /**
   * Called with the noise as step 0 and after every step of the solver, with the points of all images as far as they are
   * carried, [images, n, 3]; of methods in R³ they are on the sphere only in the end.
   */
  onStep?: (step: number, points: Float64Array) => void;
}

export interface SampleOptions extends SolveOptions {
  /** Whole number; the same seed gives the same samples, but for rounding, whatever is located beside them. */
  seed: number;
}

export interface DensityOptions {
  guidance: number;
  /** The number of the released code instead of a density; only flows and diffusions have one. */
  mode?: "exact" | "official";
  /** Error allowed per step of the solver, in radians and in nats; without meaning where the density is a formula. */
  tolerance?: number;
}

export interface Locator {
  /** Width of the embeddings. */
  readonly width: number;
  /** Names one point: every sample of an image is the same. */
  readonly pointwise?: boolean;
  /**
   * @param embeddings [images, width]
   * @param n samples per image
   * @returns unit vectors [images, n, 3]
   */
  sample(embeddings: Float32Array, n: number, options: SampleOptions): Promise<Float64Array>;
  /**
   * Log density in nats per steradian; absent where a method has none, such as a single point.
   * @param points unit vectors [images, n, 3]
   * @returns [images, n]
   */
  logProb?(embeddings: Float32Array, points: Float64Array, options: DensityOptions): Promise<Float64Array>;
  /**
   * The whole distribution of every image, on a mesh; absent where there is none on the sphere.
   * @param embeddings [images, width]
   */
  distributions?(embeddings: Float32Array, options: SolveOptions & RefineOptions): Promise<MeshDistribution[]>;
  dispose(): Promise<void>;
}
