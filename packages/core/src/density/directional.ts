/** The velocity network with its exact derivatives along given directions: what likelihoods are made of. */
import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import type { Parameters, Traced } from "../net/parameters.js";
import { modulated, modulations, type VelocityConfig } from "../net/velocity.js";
import type { FieldWithDerivatives } from "../solve/carried-step.js";
import { putPiece, rowPieces, takePiece } from "../solve/row-pieces.js";

type Arr = jax.Array;

/** A compiled velocity network with exact directional derivatives. */
export interface DirectionalModel {
  /**
   * ψ and its derivatives at points of several images.
   * @param embeddings conditions c, [images, cond_dim]
   * @param points [images, samples, 3] stored flat
   * @param directions each as long as `points`
   * @param gamma γ of the points; 1 is data
   * @param guidance w of (1 + w) ψ(c) − w ψ(∅); 0 for none
   */
  at(
    embeddings: Float32Array,
    points: Float64Array,
    directions: readonly Float64Array[],
    gamma: number,
    guidance: number,
  ): Promise<FieldWithDerivatives>;
  /** Frees the compiled graphs. */
  dispose(): Promise<void>;
}

/**
 * Compiles a velocity network with its derivatives in forward mode (Jacobian-vector products), in the precision of its
 * weights: float64 or float32.
 */
export function directionalModel(
  config: VelocityConfig,
  params: Parameters,
  options: CompileOptions,
): DirectionalModel {
  const double = params["final_linear.bias"].type === "float64";
  const dtype = double ? "float64" : "float32";
  const Numbers: new (length: number) => Float32Array | Float64Array = double ? Float64Array : Float32Array;
  const numbers = (x: ArrayLike<number>) => (double ? Float64Array.from(x) : Float32Array.from(x));
  type Inputs = [Parameters, Tensor, Tensor, Tensor, Tensor[]];
  // Forward mode: the condition, the time and all that they modulate do not depend on x and are computed once.
  const traced = (field: (x: Arr) => Arr, x: Arr, directions: Arr[]) => {
    const derivatives = directions.map((d) => jax.jvp(field, [x.ref], [d])[1] as Arr);
    return [field(x), ...derivatives];
  };
  const conditions = (p: Traced, gamma: Arr, c: Arr) =>
    modulations(config, p, gamma, c.reshape([c.shape[0], 1, config.cond_dim]));
  const conditional = compile<Inputs, Tensor[]>((p: Traced, x: Arr, gamma: Arr, c: Arr, directions: Arr[]) => {
    const m = conditions(p, gamma, c);
    return traced((y) => modulated(p, y, m), x, directions);
  }, options);
  const guided = compile<[...Inputs, Tensor], Tensor[]>(
    (p: Traced, x: Arr, gamma: Arr, c: Arr, directions: Arr[], w: Arr) => {
      const none = conditions(p, gamma.ref, c.ref.slice([0, 1]).mul(0));
      const m = conditions(p, gamma, c);
      const field = (y: Arr) => {
        const free = modulated(p, y.ref, none).mul(w.ref);
        return modulated(p, y, m).mul(w.ref.add(1)).sub(free);
      };
      return traced(field, x, directions);
    },
    options,
  );
  return {
    async at(embeddings, points, directions, gamma, guidance) {
      const images = embeddings.length / config.cond_dim;
      const rows = { images, width: 3 };
      const c = tensor(numbers(embeddings), [images, config.cond_dim], dtype);
      const all = [points, ...directions].map(() => new Numbers(points.length));
      for (const piece of rowPieces(images, points.length / (3 * images))) {
        const taken = (x: Float64Array) => tensor(takePiece(Numbers, x, piece, rows), [images, piece.size, 3], dtype);
        const inputs: Inputs = [params, taken(points), tensor(numbers([gamma]), [1], dtype), c, directions.map(taken)];
        const given =
          guidance > 0
            ? await guided(...inputs, tensor(numbers([guidance]), [1], dtype))
            : await conditional(...inputs);
        given.forEach((t, k) => {
          putPiece(all[k], t.data as ArrayLike<number>, piece, rows);
        });
      }
      const [velocity, ...derivatives] = all;
      return { velocity, derivatives };
    },
    async dispose() {
      await conditional.dispose();
      await guided.dispose();
    },
  };
}
