/** The velocity network as a field for solvers: compiled once, modulations shared by the samples of an image. */
import { type Compiled, type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import type { Parameters, Traced } from "../net/parameters.js";
import { modulated, modulations, type VelocityConfig } from "../net/velocity.js";
import { putPiece, rowPieces, takePiece } from "./row-pieces.js";
import type { Field } from "./steps.js";

type Arr = np.Array;

/** A compiled velocity network, whose fields solvers integrate. */
export interface VelocityModel {
  /**
   * A field over the samples of several images, with the condition, and optionally guidance, put in.
   * @param embeddings conditions c, [images, cond_dim]
   * @param samples points per image; the points of the field are [images, samples, 3] stored flat
   * @param guidance w of classifier-free guidance (Ho & Salimans 2022): (1 + w) ψ(c) − w ψ(∅), where ∅ is a vector of
   * zeros; 0 for none
   * @returns ψ at points and γ: dx/dγ of flows, the noise of a diffusion
   */
  field(embeddings: Float32Array, samples: number, guidance: number): Field;
  /** Frees the compiled graphs. */
  dispose(): Promise<void>;
}

/**
 * Compiles a velocity network with and without guidance, in single precision.
 * @param params weights by state-dict name; linear layers are [out, in]
 */
export function velocityModel(config: VelocityConfig, params: Parameters, options: CompileOptions): VelocityModel {
  const at = (p: Traced, x: Arr, gamma: Arr, c: Arr): Arr => {
    const images = c.shape[0];
    return modulated(p, x, modulations(config, p, gamma, c.reshape([images, 1, config.cond_dim])));
  };
  type Inputs = [Parameters, Tensor, Tensor, Tensor];
  const conditional: Compiled<Inputs, Tensor> = compile((p: Traced, x: Arr, g: Arr, c: Arr) => at(p, x, g, c), options);
  const guided: Compiled<[...Inputs, number], Tensor> = compile((p: Traced, x: Arr, g: Arr, c: Arr, w: Arr) => {
    const none = c.ref.slice([0, 1]).mul(0);
    const free = at(p, x.ref, g.ref, none);
    return at(p, x, g, c).mul(w.ref.add(1)).sub(free.mul(w));
  }, options);
  return {
    field(embeddings, samples, guidance) {
      const images = embeddings.length / config.cond_dim;
      const c = tensor(embeddings, [images, config.cond_dim]);
      const pieces = rowPieces(images, samples);
      const rows = { images, width: config.input_dim };
      return async (x, gamma) => {
        const all = new Float32Array(x.length);
        const g = tensor([gamma], [1]);
        for (const piece of pieces) {
          const points = tensor(takePiece(Float32Array, x, piece, rows), [images, piece.size, config.input_dim]);
          const out =
            guidance > 0 ? await guided(params, points, g, c, guidance) : await conditional(params, points, g, c);
          putPiece(all, out.data as Float32Array, piece, rows);
        }
        return all;
      };
    },
    dispose: async () => {
      await conditional.dispose();
      await guided.dispose();
    },
  };
}
