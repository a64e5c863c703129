/** What is known besides a picture: each thing a prior of its own, and what it does to the answer. */
import {
  type LatLng,
  type MeshDistribution,
  meshDistribution,
  ownShare,
  type PlaceDistribution,
  type Prior,
  productOfPriors,
  withPrior,
} from "@geodrift/core";

export interface Knowledge {
  kind: "region" | "time-neighbours" | "album" | "track";
  /** For people: what it is, in a few words. */
  label: string;
  prior: Prior;
}

/** One thing known, multiplied with the picture's density alone. */
export interface Contribution {
  kind: Knowledge["kind"];
  label: string;
  /** Of the picture with this. */
  localizabilityBits: number;
  best: LatLng;
  /** What the picture alone gives to where nine tenths of the answer with this lie: 0.9 if it changes nothing. */
  ownShare: number;
}

/**
 * The density times all that is known, and what each did by itself.
 * @throws Error where the method has no mesh, or nothing is left
 */
export function withKnown(
  plain: PlaceDistribution,
  known: readonly Knowledge[],
): { distribution: MeshDistribution; contributions: Contribution[] } {
  if (!("mesh" in plain))
    throw new Error("a prior wants the whole distribution, which this model's method does not give");
  const { mesh } = plain as MeshDistribution;
  const all = meshDistribution(withPrior(mesh, known.map((k) => k.prior).reduce(productOfPriors)));
  const contributions = known.map(({ kind, label, prior }): Contribution => {
    const alone = known.length === 1 ? all : meshDistribution(withPrior(mesh, prior));
    const { localizabilityBits, best } = alone;
    return { kind, label, localizabilityBits, best, ownShare: ownShare(mesh, prior) };
  });
  return { distribution: all, contributions };
}
