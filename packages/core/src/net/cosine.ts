/** What sine's series is worth at its odd powers, 1/1! − 1/3! + … ± 1/13!: to 7·10⁻¹⁰ over half a turn. */
const [c3, c5, c7, c9, c11, c13] = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];

/**
 * The cosine to 3·10⁻⁹, less than single precision keeps, in a fifth of the time of `Math.cos`, which is good to the last bit: by
 * the half angle, 1 − 2 sin².
 * @param x radians, within some 10⁶
 */
export function cosine(x: number): number {
  const turns = x / (2 * Math.PI);
  const half = Math.PI * (turns - Math.floor(turns + 0.5));
  const q = half * half;
  const sine = half * (1 + q * (c3 + q * (c5 + q * (c7 + q * (c9 + q * (c11 + q * c13))))));
  return 1 - 2 * sine * sine;
}
