/** Log densities of the noise that flows begin with. */

/** log 4π: less it, the log density of the uniform noise on S², nats per steradian. */
export const log4Pi = Math.log(4 * Math.PI);

/** Log density of N(0, I₃) at the point at index `i` of [n, 3], or of rows that begin with a point. */
export const logNormal = (x: ArrayLike<number>, i: number): number =>
  -0.5 * (x[i] ** 2 + x[i + 1] ** 2 + x[i + 2] ** 2) - 1.5 * Math.log(2 * Math.PI);
