/** Methods that place an embedding on the globe, behind one interface. */

export interface SampleOptions {
  /** Whole number; the same seed gives the same samples, but for rounding, whatever is located beside them. */
  seed: number;
  steps: number;
  /** Strength of classifier-free guidance; 0 for none. */
  guidance: number;
  /** A name from the method's solvers; the published one if left out. */
  solver?: string;
  /** Called after every step of the solver. */
  onStep?: () => void;
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
  dispose(): Promise<void>;
}
