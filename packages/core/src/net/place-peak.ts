/**
 * The peak of a posterior over cells, more finely than the cells lie: the centre of mass of what lies around the most
 * probable one, and from there an offset that a perceptron has learned from the encoder's features: what the posterior is
 * off by, from place to place and from picture to picture.
 */
import { type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import type { Generator } from "../random/generator.js";
import { earthRadiusKm } from "../sphere/point.js";
import { constant, softplus } from "./layers.js";
import { ones, type Parameters, prefixed, subtree, type Traced, zeros } from "./parameters.js";
import { initPerceptron, perceptron, perceptronShapes } from "./perceptron.js";
import { fourierFeatures, placeFeatures } from "./place-features.js";

type Arr = np.Array;

/** Sizes of what is told of a peak. */
export interface PeakConfig {
  /** What lies within so many km of the most probable cell is the peak. */
  withinKm: number;
  /** Number of Fourier features of its centre, which the perceptron is told. */
  features: number;
  /** Number of those, of the centre after the offset, that are part of an embedding. */
  told: number;
  /** Channels of the perceptron's two hidden layers. */
  hidden: number;
}

/** Unit of the perceptron's offsets, km. */
export const offsetUnitKm = 50;

/** Least deviation that it names, in that unit. */
const leastDeviation = 0.05;

/** Length scales of the Fourier features of a peak's centre, radians: from countries to 60 km. */
const scales = [0.3, 0.1, 0.03, 0.01];

/** Names of what is stored of a peak begin so. */
const prefix = "places.peak";
const inPeak = <T>(own: Record<string, T>): Record<string, T> => prefixed(own, prefix);

/** Numbers of an embedding: centre (3), logarithms of probability, spread and deviation, and Fourier features of the centre. */
export const peakWidth = ({ told }: PeakConfig): number => 3 + 3 + told;

/** Hidden layers of the perceptron. */
const depth = 2;

const perceptronOf = ({ features, hidden }: PeakConfig, into: number) => ({
  cond_dim: into + features,
  dim: hidden,
  depth,
});

/**
 * Names and shapes of every stored weight and buffer.
 * @param into numbers of the encoder's features
 */
export const peakShapes = (config: PeakConfig, into: number): Record<string, number[]> =>
  inPeak({
    frequencies: [3, config.features],
    phases: [config.features],
    mean: [into],
    scale: [into],
    ...perceptronShapes(perceptronOf(config, into), 4),
  });

/**
 * Fresh weights, whose offset is none, and buffers that leave the encoder's features as they are.
 * @param into numbers of the encoder's features
 */
export function initPeak(config: PeakConfig, into: number, random: Generator): Parameters {
  const layers = initPerceptron(perceptronOf(config, into), 4, random);
  const last = [`layers.${depth}.weight`, `layers.${depth}.bias`];
  return inPeak<Tensor>({
    ...placeFeatures(config.features, random, scales),
    mean: zeros([into]),
    scale: ones([into]),
    ...layers,
    ...Object.fromEntries(last.map((name) => [name, zeros(layers[name].dims)])),
  });
}

/** Is this tensor one of the perceptron's weights? */
export const isPeakWeight = (name: string): boolean => name.startsWith(`${prefix}.layers.`);

/**
 * The weights with the encoder's features standardised by the given moments.
 * @param mean of every feature
 * @param deviation of every feature
 */
export const withFeatureMoments = (
  p: Parameters,
  mean: readonly number[],
  deviation: readonly number[],
): Parameters => ({
  ...p,
  ...inPeak({
    mean: tensor(Float32Array.from(mean), [mean.length]),
    scale: tensor(
      Float32Array.from(deviation, (d) => 1 / Math.max(d, 1e-3)),
      [deviation.length],
    ),
  }),
});

/** The centre of mass of a peak, unit vectors [n, 3], and logarithms of its probability and of its spread in radians, [n, 1]. */
export interface RawPeak {
  centre: Arr;
  logMass: Arr;
  logSpread: Arr;
}

/**
 * The centre of mass of what lies in a cap around the most probable cell.
 * @param posterior [n, cells]
 * @param centres unit vectors of the cells, [cells, 3]
 */
export function rawPeak(withinKm: number, posterior: Arr, centres: Arr): RawPeak {
  const [one, none] = [constant(posterior, 1), constant(posterior, 0)];
  // Of equally probable cells the middle is what the cap lies around.
  const most = np.max(posterior.ref, -1, { keepdims: true });
  const top = np.where(np.greaterEqual(posterior.ref, most), one.ref, none.ref);
  const cosines = np.matmul(unit(np.matmul(top, centres.ref)), np.transpose(centres.ref));
  const inside = np.greaterEqual(cosines, constant(posterior, Math.cos(withinKm / earthRadiusKm)));
  const mass = np.where(inside, posterior, none);
  const total = mass.ref.sum(-1, { keepdims: true }).add(1e-12);
  const mean = np.matmul(mass, centres).div(total.ref);
  // Unit vectors whose mean has length r lie √(1 − r²) from it, in the mean of squares; cells are not nearer than this.
  const variance = np.maximum(one.sub(mean.ref.mul(mean.ref).sum(-1, { keepdims: true })), 1e-6);
  return { centre: unit(mean), logMass: np.log(total), logSpread: np.log(variance).mul(0.5) };
}

/** A peak's centre after the offset, unit vectors [n, 3], and how far off it is, a deviation in units of `offsetUnitKm`, [n, 1]. */
export interface FinePeak {
  centre: Arr;
  deviation: Arr;
}

/**
 * Moves a peak's centre by what the perceptron says.
 * @param h features of the encoder, [n, into]
 * @param centre unit vectors, [n, 3]
 */
export function finePeak(p: Traced, h: Arr, centre: Arr): FinePeak {
  const own = subtree(p, prefix);
  const seen = h.sub(own.mean.ref).mul(own.scale.ref);
  const where = fourierFeatures(centre.ref, own.frequencies.ref, own.phases.ref);
  const out = perceptron({ depth }, own, np.concatenate([seen, where], -1));
  const offset = out.ref.slice([], [0, 3]).mul(offsetUnitKm / earthRadiusKm);
  const tangent = offset.ref.sub(centre.ref.mul(offset.mul(centre.ref).sum(-1, { keepdims: true })));
  return { centre: unit(centre.add(tangent)), deviation: softplus(out.slice([], [3, 4])).add(leastDeviation) };
}

/**
 * What an embedding says of the posterior's peak: `peakWidth` numbers, the centre first.
 * @param p with `places.centres`
 * @param h features of the encoder, [n, into]
 * @param posterior [n, cells]
 */
export function posteriorPeak({ withinKm, told }: PeakConfig, p: Traced, h: Arr, posterior: Arr): Arr[] {
  const raw = rawPeak(withinKm, posterior, p["places.centres"].ref);
  const { centre, deviation } = finePeak(p, h, raw.centre);
  const { frequencies, phases } = subtree(p, prefix);
  const features = fourierFeatures(centre.ref, frequencies.ref.slice([], [0, told]), phases.ref.slice([0, told]));
  return [centre, raw.logMass, raw.logSpread, np.log(deviation), features];
}

const unit = (x: Arr): Arr => x.ref.div(np.sqrt(x.ref.mul(x).sum(-1, { keepdims: true })));
