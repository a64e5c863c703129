/** What is known besides a picture: each thing a prior of its own, and what it does to the answer. */
import {
  type MeshDistribution,
  meshDistribution,
  ownShare,
  type PlaceDistribution,
  type Prior,
  productOfPriors,
  refinedFor,
  withPrior,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { z } from "zod";
import type { contribution } from "./contract.js";

/** One thing that is known besides a picture. */
export interface Knowledge {
  kind: Contribution["kind"];
  /** For people: what it is, in a few words. */
  label: string;
  /** Density over the sphere, up to a factor. */
  prior: Prior;
}

/** One thing known, multiplied with the picture's density alone. */
export type Contribution = z.infer<typeof contribution>;

/**
 * The density times all that is known, and what each did by itself.
 * @param plain the picture's own distribution
 * @throws GeodriftError `option` where the method has no mesh, or nothing is left
 */
export function withKnown(
  plain: PlaceDistribution,
  known: readonly Knowledge[],
): { distribution: MeshDistribution; contributions: Contribution[] } {
  if (!("mesh" in plain))
    throw new GeodriftError(
      "option",
      "--prior: the whole distribution is needed, which this model's method does not give",
    );
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
