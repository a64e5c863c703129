/** Methods that place an embedding on the globe, behind one interface. */
import type { MeshDistribution } from "../density/mesh-distribution.js";
import type { RefineOptions } from "../density/mesh-refinement.js";

export interface SolveOptions {
  steps: number;
  /** Strength of classifier-free guidance; 0 for none. */
  guidance: number;
  /** A name from the method's solvers; the published one if left out. */
  solver?: string;
  /** Called after every step of the solver. */
  onStep?: () => void;
}

export interface SampleOptions extends SolveOptions {
  /** Whole number; the same seed gives the same samples, but for rounding, whatever is located beside them. */
  seed: number;
}

export interface Locator {
  /** Width of the embeddings. */
  readonly width: number;
  /**
   * @param embeddings [images, width]
   * @param n samples per image
   * @returns unit vectors [images, n, 3]
   */
  sample(embeddings: Float32Array, n: number, options: SampleOptions): Promise<Float64Array>;
  /**
   * The whole distribution for one image, by carrying a mesh from the noise. Only methods whose noise lives on the
   * sphere have it.
   * @param embedding [width]
   */
  distribution?(embedding: Float32Array, options: SolveOptions & RefineOptions): Promise<MeshDistribution>;
  dispose(): Promise<void>;
}
