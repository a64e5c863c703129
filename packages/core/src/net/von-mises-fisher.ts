/**
 * The parametric baselines of Dufour et al. 2024 (arXiv 2412.06781, section 4.2): from the embedding, one von Mises–Fisher
 * distribution or a mixture of them. Parameter names and shapes are those of the released code.
 */
import { nn, numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { constant, gelu, linear, softplus } from "./layers.js";
import { type Parameters, type Traced, uniformInit, zeros } from "./parameters.js";
import { modulatedBlocks, modulationsBy } from "./velocity.js";

type Arr = np.Array;

/** Sizes of a von Mises–Fisher network. */
export interface VonMisesFisherConfig {
  /** Channels of the residual stream. */
  dim: number;
  /** Number of residual blocks. */
  depth: number;
  /** Hidden channels of a block's perceptron, as a multiple of `dim`. */
  expansion: number;
  /** Numbers of an embedding, the condition. */
  cond_dim: number;
  /** 1, or the number of distributions that are mixed. */
  components: number;
}

/** A batch of n mixtures of von Mises–Fisher distributions. */
export interface VonMisesFisherMixture {
  /** Mean directions, unit vectors [n, components, 3]. */
  means: Arr;
  /** Concentrations κ > 0, [n, components]. */
  kappas: Arr;
  /** Logarithms (nats) of the weights, which add up to one, [n, components]. */
  logWeights: Arr;
}

/** Names and shapes of every weight. */
export function vonMisesFisherShapes(config: VonMisesFisherConfig): Record<string, number[]> {
  const { dim, depth, expansion, cond_dim, components } = config;
  const shapes: Record<string, number[]> = { init_registers: [dim] };
  const dense = (name: string, out: number, into: number) => {
    shapes[`${name}.weight`] = [out, into];
    shapes[`${name}.bias`] = [out];
  };
  const head = (name: string, out: number) => {
    dense(`${name}.0.0`, 2 * dim, dim);
    dense(`${name}.0.3`, dim, 2 * dim);
    dense(`${name}.1`, out, dim);
  };
  dense("cond_mapper", dim, cond_dim);
  for (let i = 0; i < depth; i++) {
    dense(`blocks.${i}.mlp.0`, expansion * dim, dim);
    dense(`blocks.${i}.mlp.3`, dim, expansion * dim);
    dense(`blocks.${i}.ada_map.1`, 3 * dim, dim);
  }
  dense("final_adaln.1", 2 * dim, dim);
  head("mu_predictor", 3 * components);
  head("kappa_predictor", components);
  if (components > 1) head("mixture_weights", components);
  return shapes;
}

/** Random weights: PyTorch's default initialisation, but for the last layer of every block, which begins at zero. */
export function initVonMisesFisher(config: VonMisesFisherConfig, random: Generator): Parameters {
  const shapes = vonMisesFisherShapes(config);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      // Uniform of the deviation that the released code's truncated normal has.
      if (name === "init_registers") return [name, uniformInit(random, shape, 1 / (3 * 0.02 ** 2))];
      return [
        name,
        /mlp\.3\./.test(name) ? zeros(shape) : uniformInit(random, shape, shapes[name.replace(/bias$/, "weight")][1]),
      ];
    }),
  );
}

/**
 * The distribution of places for every embedding.
 * @param embedding [n, cond_dim]
 */
export function vonMisesFisher(config: VonMisesFisherConfig, p: Traced, embedding: Arr): VonMisesFisherMixture {
  const { components } = config;
  const n = embedding.shape[0];
  const m = modulationsBy(config, p, linear(p, "cond_mapper", embedding));
  const h = modulatedBlocks(p, p.init_registers.ref.reshape([1, config.dim]), m);
  const head = (name: string) =>
    linear(p, `${name}.1`, linear(p, `${name}.0.3`, gelu(linear(p, `${name}.0.0`, h.ref))));
  const raw = head("mu_predictor").reshape([n, components, 3]);
  const length = np.sqrt(raw.ref.mul(raw.ref).sum(-1, { keepdims: true }));
  const means = raw.mul(np.reciprocal(np.maximum(length, 1e-12)));
  const kappas = softplus(head("kappa_predictor"));
  const logWeights = components > 1 ? nn.logSoftmax(head("mixture_weights"), -1) : kappas.ref.mul(constant(kappas, 0));
  return { means, kappas, logWeights };
}

/**
 * Log density of each mixture at a point of its own, by log-sum-exp over the components, so it never underflows.
 * @param points unit vectors [n, 3]
 * @returns nats per steradian, [n]
 */
export function vonMisesFisherLogProb({ means, kappas, logWeights }: VonMisesFisherMixture, points: Arr): Arr {
  const [n] = points.shape;
  const cosine = means.mul(points.reshape([n, 1, 3])).sum(-1);
  const terms = logPeak(kappas.ref)
    .add(kappas.mul(cosine.sub(1)))
    .add(logWeights);
  return nn.logsumexp(terms, -1);
}

/** log of κ / (2π (1 − e^{−2κ})): the density at the mean. For small κ by its series, where the quotient loses digits. */
function logPeak(kappa: Arr): Arr {
  const number = (v: number) => constant(kappa, v);
  const large = np.maximum(kappa.ref, 0.1);
  const direct = np.log(large.ref).sub(np.log(number(1).sub(np.exp(large.mul(-2)))));
  const squared = kappa.ref.mul(kappa.ref);
  // κ − log 2 − κ²/6 + κ⁴/180
  const series = kappa.ref
    .sub(number(Math.LN2))
    .sub(squared.ref.mul(number(1 / 6)))
    .add(squared.ref.mul(squared).mul(number(1 / 180)));
  return np.where(np.less(kappa, 0.1), series, direct).sub(number(Math.log(2 * Math.PI)));
}
