/** What is known besides a picture: each thing a prior of its own, and what it does to the answer. */
import {
  type LatLng,
  type MeshDistribution,
  meshDistribution,
  ownShare,
  type PlaceDistribution,
  type Prior,
  productOfPriors,
  refinedFor,
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
  const priors = known.map((k) => k.prior);
  // Refined once for all; on that mesh each prior is seen as it is.
  const mesh = refinedFor((plain as MeshDistribution).mesh, priors.reduce(productOfPriors));
  const weights = priors.map(
    (prior): Prior =>
      (x) =>
        prior(x),
  );
  const all = meshDistribution(withPrior(mesh, weights.reduce(productOfPriors)));
  const contributions = known.map(({ kind, label }, i): Contribution => {
    const alone = known.length === 1 ? all : meshDistribution(withPrior(mesh, weights[i]));
    const { localizabilityBits, best } = alone;
    return { kind, label, localizabilityBits, best, ownShare: ownShare(mesh, weights[i]) };
  });
  return { distribution: all, contributions };
}
