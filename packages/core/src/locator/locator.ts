/** Methods that place an embedding on the globe, behind one interface. */
import type { LikelihoodMode } from "../density/likelihood.js";
import type { MeshDistribution } from "../density/mesh-distribution.js";
import type { RefineOptions } from "../density/mesh-refinement.js";
import type { Prior } from "../density/prior.js";

/** How a flow or a diffusion is solved from noise to places. Other methods have no solver. */
export interface SolveOptions {
  /** A name of the method's solvers (`solvers`); its default if left out. */
  solver?: string;
  /** Steps of the solver; its own number if left out, times 1 + w with guidance. */
  steps?: number;
  /** w of classifier-free guidance, (1 + w) ψ(c) − w ψ(∅); 0 for none. */
  guidance: number;
  /**
   * Called with the noise as step 0 and after every step of the solver, with the points of all images as far as they are
   * carried, [images, n, 3]; for methods in R³ they are on the sphere only in the end.
   */
  onStep?: (step: number, points: Float64Array) => void;
}

/** What samples are drawn with. */
export interface SampleOptions extends SolveOptions {
  /** Whole number; the same seed gives the same samples, but for rounding, whatever is located beside them. */
  seed: number;
  /**
   * Of flows and diffusions: every image has noise of its own, told by its place among them, where otherwise all have the same. Samples of
   * other methods are apart anyway, or draw by the image.
   */
  apart?: boolean;
}

/** How a log density is computed. */
export interface DensityOptions {
  /** w of classifier-free guidance: the density is that of guided sampling; 0 for none. */
  guidance: number;
  /**
   * What a flow's or a diffusion's density is that of: a solver's map (`map`, the default), the continuous flow (`exact`),
   * or the number that the released code computes instead of one (`official`). Other densities are formulas.
   */
  mode?: LikelihoodMode;
  /** Steps of mode `map`; 32 if left out, times 1 + w with guidance. */
  steps?: number;
  /** Error allowed per step in the other modes, in radians and in nats; 10⁻⁵ if left out. */
  tolerance?: number;
  /** Hears of the points, by their index, at which a solver's map is not one-to-one. */
  onTurned?: (points: number[]) => void;
}

/** How fine a whole distribution is made, and for what. */
export interface DistributionOptions extends SolveOptions, Omit<RefineOptions, "prior"> {
  /**
   * A coarse mesh in a twentieth of the time, where there is one: good for regions, odds and the best guess, but not for the
   * density where hardly anything lies. It knows of no priors.
   */
  quick?: boolean;
  /** What each of the images' distributions will be multiplied with: the mesh is as fine where that leaves probability. */
  priors?: readonly (Prior | undefined)[];
  /** Called before every piece of the work; what it throws ends it. */
  stop?: () => void;
}

/** A method of geolocation: gives places for an embedding of a picture. */
export interface Locator {
  /** Numbers of an embedding: cond_dim of the network. */
  readonly width: number;
  /** True for methods that name one point: every sample of an image is the same. */
  readonly pointwise?: boolean;
  /**
   * Draws places from the distribution of every image.
   * @param embeddings [images, width]
   * @param n samples per image
   * @returns unit vectors, [images, n, 3] stored flat
   * @throws GeodriftError `option` for a solver that the method does not have
   */
  sample(embeddings: Float32Array, n: number, options: SampleOptions): Promise<Float64Array>;
  /**
   * Log densities of places, each under its own image, in nats per steradian; absent where a method has no density, such
   * as a single point.
   * @param embeddings [images, width]
   * @param points unit vectors, [images, n, 3] stored flat
   * @returns [images, n] stored flat
   * @throws GeodriftError `model` if a flow is not a number, or too stiff for the tolerance
   */
  logProb?(embeddings: Float32Array, points: Float64Array, options: DensityOptions): Promise<Float64Array>;
  /**
   * The whole distribution of every image, on a mesh that covers the globe; absent where the method has no density on the
   * sphere that a mesh can follow.
   * @param embeddings [images, width]
   * @throws GeodriftError `option` for a solver that the method does not have
   */
  distributions?(embeddings: Float32Array, options: DistributionOptions): Promise<MeshDistribution[]>;
  /** Frees the compiled graphs. */
  dispose(): Promise<void>;
}
