/**
 * From a density in R³ to one on S²: q(y) = ∫ p(r y) r² dr, the density of directions. Trained models put all mass into a
 * thin shell about r = 1 whose thickness is not known beforehand, so the nodes lie ever closer towards 1.
 */

/** A node of the quadrature along a ray. */
export interface RadialNode {
  /** Distance r from the origin. */
  radius: number;
  /** log of the node's weight, r² dr. */
  logWeight: number;
}

/** |log r| below which nodes are evenly spaced. */
const core = 2e-3;
/** Greatest |log r|: standard normal noise has no mass to speak of beyond, on either side. */
const farthest = 3;

/**
 * Nodes and weights of the trapezoidal rule in u for ∫ f(r) r² dr, with log r = 0.002 · sinh u and |log r| up to 3.
 * @param spacing step of u
 */
export function radialNodes(spacing = 0.25): RadialNode[] {
  const last = Math.floor(Math.asinh(farthest / core) / spacing);
  return Array.from({ length: 2 * last + 1 }, (_, i) => {
    const u = (i - last) * spacing;
    const radius = Math.exp(core * Math.sinh(u));
    return { radius, logWeight: Math.log(radius ** 3 * core * Math.cosh(u) * spacing) };
  });
}
