/**
 * The velocity network ψ(x, γ, c): a residual MLP whose layer normalisations are scaled, shifted and gated by the
 * condition (AdaLN, Peebles & Xie 2023; Dufour et al. 2024, arXiv 2412.06781). Parameter names and shapes are those of the
 * released checkpoints.
 */

import { tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { earthRadiusKm } from "../sphere/point.js";
import { constant, gelu, layerNorm, linear, mean, silu } from "./layers.js";
import { type Parameters, type Traced, uniformInit, zeros } from "./parameters.js";

type Arr = np.Array;

/** Sizes of a velocity network, by the names in `config.json` of a released model. */
export interface VelocityConfig {
  /** Coordinates of a point: 3. */
  input_dim: number;
  /** Channels of the residual stream; divisible by 8. */
  dim: number;
  /** Number of residual blocks. */
  depth: number;
  /** Hidden channels of a block's perceptron, as a multiple of `dim`. */
  expansion: number;
  /** Numbers of an embedding, the condition. */
  cond_dim: number;
  /** Where the condition says that data probably lie, and the network is told how far off a point is; absent in released models. */
  near?: Near;
}

/** A place that stands in the condition, from which points are seen at several scales. */
export interface Near {
  /** First of the three numbers of the condition that are the place, a unit vector. */
  column: number;
  /** Scales, km: how far off a point is is told linearly within each, and by its direction alone beyond. */
  reachKm: readonly number[];
}

/** Names and shapes of every weight and of the one buffer. */
export function velocityShapes({
  input_dim,
  dim,
  depth,
  expansion,
  cond_dim,
  near,
}: VelocityConfig): Record<string, number[]> {
  const shapes: Record<string, number[]> = { "time_embedder.encode_time.freqs": [dim / 8] };
  const dense = (name: string, out: number, into: number) => {
    shapes[`${name}.weight`] = [out, into];
    shapes[`${name}.bias`] = [out];
  };
  dense("time_embedder.map_time.0", dim, dim / 4);
  dense("time_embedder.map_time.2", dim, dim);
  dense("cond_mapper", dim, cond_dim);
  dense("initial_mapper", dim, input_dim * (1 + (near?.reachKm.length ?? 0)));
  for (let i = 0; i < depth; i++) {
    dense(`blocks.${i}.mlp.0`, expansion * dim, dim);
    dense(`blocks.${i}.mlp.3`, dim, expansion * dim);
    dense(`blocks.${i}.ada_map.1`, 3 * dim, dim);
  }
  dense("final_adaln.1", 2 * dim, dim);
  dense("final_linear", input_dim, dim);
  return shapes;
}

/**
 * Random weights: PyTorch's default initialisation, but for the last layer of every block, which begins at zero; and
 * the frequencies of the time embedding.
 */
export function initVelocity(config: VelocityConfig, random: Generator): Parameters {
  const shapes = velocityShapes(config);
  const n = config.dim / 8;
  const freqs = Float32Array.from({ length: n }, (_, i) => (1 / 10000) ** (i / n));
  const p: Parameters = { "time_embedder.encode_time.freqs": tensor(freqs, [n]) };
  for (const [name, shape] of Object.entries(shapes).filter(([key]) => isLearned(key))) {
    const fanIn = shapes[name.replace(/bias$/, "weight")][1];
    p[name] = /mlp\.3\./.test(name) ? zeros(shape) : uniformInit(random, shape, fanIn);
  }
  return p;
}

/** Is this entry learned? (The frequencies of the time embedding are a buffer.) */
export const isLearned = (name: string): boolean => !name.endsWith(".freqs");

/** What scales, shifts and gates the network's normalised activations. */
export interface Modulations {
  /** Per block scale, shift and gate, each [..., dim]. */
  blocks: readonly (readonly [Arr, Arr, Arr])[];
  /** Scale and shift in front of the last layer, each [..., dim]. */
  final: readonly [Arr, Arr];
  /** The condition c, [..., dim], after time and embedding have been mapped and added. */
  condition: Arr;
  /** Where data probably lie, [..., 3], and the scales at which points are seen from there. */
  near?: { place: Arr; reachKm: readonly number[] };
}

/** Sinusoids of 1000·γ at geometric frequencies, cosines first: [...] to [..., dim / 4]. */
export function encodeTime(p: Traced, gamma: Arr): Arr {
  const freqs = p["time_embedder.encode_time.freqs"].ref;
  const phase = gamma
    .mul(1000)
    .reshape([...gamma.shape, 1])
    .mul(freqs);
  return np.concatenate([np.cos(phase.ref), np.sin(phase.ref)], -1);
}

/** Zero mean and unit deviation over the last axis, the shape kept; the unbiased deviation, and no eps, as coded officially. */
export function normalizeTime(encoded: Arr): Arr {
  const n = encoded.shape[encoded.shape.length - 1];
  const centred = encoded.ref.sub(mean(encoded, [-1]));
  const variance = centred.ref
    .mul(centred.ref)
    .sum(-1, { keepdims: true })
    .mul(constant(encoded, 1 / (n - 1)));
  return centred.ref.mul(np.reciprocal(np.sqrt(variance)));
}

/** The time embedding: γ through sinusoids and a perceptron, [...] to [..., dim]. */
export function mapTime(p: Traced, gamma: Arr): Arr {
  const hidden = linear(p, "time_embedder.map_time.0", normalizeTime(encodeTime(p, gamma)));
  return linear(p, "time_embedder.map_time.2", silu(hidden));
}

/**
 * The modulations by γ and an embedding, all that does not depend on the points: computed once per step for all samples
 * of an image.
 * @param gamma [...], broadcastable against the leading axes of `embedding`
 * @param embedding [..., cond_dim]; zeros stand for "no condition"
 */
export function modulations(config: VelocityConfig, p: Traced, gamma: Arr, embedding: Arr): Modulations {
  const { near } = config;
  const place = near && lastAxis(embedding.ref, near.column, near.column + 3);
  const modulating = modulationsBy(config, p, linear(p, "cond_mapper", embedding).add(mapTime(p, gamma)));
  return near && place ? { ...modulating, near: { place, reachKm: near.reachKm } } : modulating;
}

const lastAxis = (x: Arr, from: number, to: number): Arr =>
  x.slice(...Array.from({ length: x.shape.length - 1 }, (): [] => []), [from, to]);

/**
 * The modulations by a condition.
 * @param condition [..., dim]
 */
export function modulationsBy({ depth }: Pick<VelocityConfig, "depth">, p: Traced, condition: Arr): Modulations {
  const active = silu(condition.ref);
  const chunks = (name: string, n: number): Arr[] => np.split(linear(p, name, active.ref), n, -1) as Arr[];
  const blocks = Array.from({ length: depth }, (_, i) => chunks(`blocks.${i}.ada_map.1`, 3) as [Arr, Arr, Arr]);
  return { blocks, final: chunks("final_adaln.1", 2) as [Arr, Arr], condition };
}

/**
 * The network behind the modulations, whose leading axes broadcast against those of `x`.
 * @param x points [..., input_dim]
 * @param inspect is shown every activation on the way
 * @returns [..., input_dim]
 */
export function modulated(p: Traced, x: Arr, m: Modulations, inspect?: (name: string, value: Arr) => void): Arr {
  const h = linear(p, "initial_mapper", m.near ? seenFrom(m.near, x) : x);
  inspect?.("x_init", h.ref);
  return linear(p, "final_linear", modulatedBlocks(p, h, m, inspect));
}

/** Points with their offsets d from a place behind them, at every scale s as d / √(s² + |d|²): [..., 3] to [..., 3 + 3·scales]. */
function seenFrom({ place, reachKm }: NonNullable<Modulations["near"]>, x: Arr): Arr {
  const offset = x.ref.sub(place.ref);
  const squared = offset.ref.mul(offset.ref).sum(-1, { keepdims: true });
  const scaled = reachKm.map((km) => {
    const length = np.sqrt(squared.ref.add(constant(squared, (km / earthRadiusKm) ** 2)));
    return offset.ref.mul(np.reciprocal(length));
  });
  return np.concatenate([x, ...scaled], -1);
}

/**
 * The residual blocks and the last adapted normalisation (AdaLN), [..., dim] to [..., dim].
 * @param inspect is shown the activations after every block
 */
export function modulatedBlocks(
  p: Traced,
  from: Arr,
  m: Modulations,
  inspect?: (name: string, value: Arr) => void,
): Arr {
  const adapted = (h: Arr, gain: Arr, shift: Arr) => layerNorm(h).mul(gain.ref.add(1)).add(shift.ref);
  let h = from;
  m.blocks.forEach(([gain, shift, gate], i) => {
    const inner = gelu(linear(p, `blocks.${i}.mlp.0`, adapted(h.ref, gain, shift)));
    h = h.ref.add(linear(p, `blocks.${i}.mlp.3`, inner).mul(gate.ref));
    inspect?.(`x_block${i}`, h.ref);
  });
  return adapted(h, ...m.final);
}

/**
 * The velocity ψ(x, γ, c) = dx/dγ, which leads from noise to data (for diffusion: the noise). It is not projected to
 * the tangent plane.
 * @param x points [n, input_dim]
 * @param gamma level of the data γ, 0 (noise) … 1 (data), [n] or [1]
 * @param embedding [n, cond_dim]; zeros stand for "no condition"
 * @returns [n, input_dim]
 */
export const velocity = (config: VelocityConfig, p: Traced, x: Arr, gamma: Arr, embedding: Arr): Arr =>
  modulated(p, x, modulations(config, p, gamma, embedding));
