/** What is known besides a picture: each thing a prior of its own, and what it does to the answer. */
import {
  type MeshDistribution,
  meshDistribution,
  ownShare,
  type PlaceDistribution,
  type Prior,
  productOfPriors,
  refinedFor,
  weighted,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { z } from "zod";
import type { contribution, ownAnswer } from "./contract.js";

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

/** What the picture says by itself, beside an answer that takes in more. */
export type OwnAnswer = z.infer<typeof ownAnswer>;

/** Below this share of its own the picture contradicts what is known. */
const contradiction = 0.01;

/** All that is known, as one prior; undefined where nothing is. */
export const joined = (known: readonly Knowledge[]): Prior | undefined =>
  known.length > 0 ? known.map((k) => k.prior).reduce(productOfPriors) : undefined;

/**
 * The density times all that is known, and what each did by itself.
 * @param plain the picture's own distribution
 * @param known one thing or more
 * @throws GeodriftError `option` where the method names a point and no distribution, or no place has all that is known
 */
export function withKnown(
  plain: PlaceDistribution,
  known: readonly Knowledge[],
): { distribution: MeshDistribution; contributions: Contribution[]; own: OwnAnswer } {
  if (!("mesh" in plain))
    throw new GeodriftError(
      "option",
      "--prior: a whole distribution is needed, and this model's method names points alone",
    );
  const all = known.map((k) => k.prior).reduce(productOfPriors);
  // Refined once for all; on that mesh each prior is seen as it is.
  const alone = refinedFor((plain as MeshDistribution).mesh, all);
  const answer = weighted(alone, all);
  const distribution = meshDistribution(answer);
  const share = ownShare(alone, answer);
  const contributions = known.map(({ kind, label, prior }): Contribution => {
    const one = known.length === 1 ? answer : weighted(alone, prior);
    const { localizabilityBits, best } = known.length === 1 ? distribution : meshDistribution(one);
    return { kind, label, localizabilityBits, best, ownShare: ownShare(alone, one) };
  });
  const { localizabilityBits, best } = plain;
  return { distribution, contributions, own: { localizabilityBits, best, share, contradicted: share < contradiction } };
}
