/**
 * Perp-Neg (Armandpour et al. 2023, “Re-imagine the Negative Prompt Algorithm”): the side is told in words that pass into each other, and
 * away from the words of other sides goes only what is at right angles to those of one's own. Against the second face that words alone
 * bring about; for a model that is told the angle there is no need of it.
 */

/** Sides that have words. */
export type WordedSide = "front" | "side" | "back";

/** A side, and how strongly. */
export interface SideShare {
  side: WordedSide;
  weight: number;
}

/** What is asked for, and what is moved away from. */
export interface SideMixture {
  /** At most two, weights that sum to one. */
  positive: SideShare[];
  negative: SideShare[];
}

/** a·exp(−b·r) + c, as threestudio has it. */
const decay = (a: number, b: number, c: number, r: number) => a * Math.exp(-b * r) + c;

/**
 * The mixture of a view (threestudio's `get_text_embeddings_perp_neg`).
 * @param fromFront degrees between the view and the front, 0 … 180
 */
export function sideMixture(fromFront: number): SideMixture {
  if (fromFront <= 90) {
    const r = 1 - fromFront / 90;
    return {
      positive: shares(["front", r], ["side", 1 - r]),
      negative: shares(["front", decay(4, 0.5, -2.426, r)], ["side", decay(4, 0.5, -2.426, 1 - r)]),
    };
  }
  const r = 2 - fromFront / 90;
  return {
    positive: shares(["side", r], ["back", 1 - r]),
    negative: shares(["side", decay(1, 0.5, -0.606, r)], ["front", decay(1, 0.5, 0.967, r)]),
  };
}

const shares = (...all: [WordedSide, number][]): SideShare[] =>
  all.filter(([, weight]) => weight > 0).map(([side, weight]) => ({ side, weight }));

/**
 * x̂_∅ + s·[e₊ − Σ uᵢ eᵢ^⊥], e = x̂ − x̂_∅, eᵢ^⊥ what of eᵢ is at right angles to e₊.
 * @param none the picture, told nothing
 * @param positive pictures, told their words, with shares that sum to one: e₊ is their mean (published: the mean of their tokens)
 * @param negative pictures with weights uᵢ
 * @param scale s
 */
export function perpNegGuided(
  none: Float32Array,
  positive: readonly { restored: Float32Array; weight: number }[],
  negative: readonly { restored: Float32Array; weight: number }[],
  scale: number,
): Float32Array {
  const towards = new Float32Array(none.length);
  for (const { restored, weight } of positive)
    for (let k = 0; k < none.length; k++) towards[k] += weight * (restored[k] - none[k]);
  const square = towards.reduce((sum, v) => sum + v * v, 0);
  const moved = Float32Array.from(towards);
  for (const { restored, weight } of negative) {
    let along = 0;
    for (let k = 0; k < none.length; k++) along += (restored[k] - none[k]) * towards[k];
    along /= Math.max(square, 1e-6);
    for (let k = 0; k < none.length; k++) moved[k] -= weight * (restored[k] - none[k] - along * towards[k]);
  }
  return none.map((v, k) => v + scale * moved[k]);
}
