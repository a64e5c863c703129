/**
 * One step of each solver from γ to γ⁺, for points [n, 3] stored flat, in double precision. A field gives the network's
 * output at (x, γ). Every solver is one function of the same type; its name and its order stand in `index.ts`.
 */
import { crossAll, normalizeAll, turnAll } from "../sphere/flat.js";

/** The network at points [n, 3] and noise level γ: [n, 3]. */
export type Field = (x: Float64Array, gamma: number) => Promise<ArrayLike<number>>;

export type Step = (field: Field, x: Float64Array, gamma: number, next: number) => Promise<Float64Array>;

/** x + Σ weights·slopes */
function moved(x: Float64Array, terms: readonly (readonly [number, ArrayLike<number>])[]): Float64Array {
  const y = x.slice();
  for (const [w, k] of terms) for (let i = 0; i < y.length; i++) y[i] += w * k[i];
  return y;
}

// ---- R³ ----

/** Euler, order 1. */
export const euler: Step = async (field, x, gamma, next) => moved(x, [[next - gamma, await field(x, gamma)]]);

/** Heun's trapezoidal rule, order 2. */
export const heun: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const k1 = await field(x, gamma);
  const k2 = await field(moved(x, [[h, k1]]), next);
  return moved(x, [
    [h / 2, k1],
    [h / 2, k2],
  ]);
};

/** The classical Runge–Kutta method, order 4. */
export const rk4: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const middle = gamma + h / 2;
  const k1 = await field(x, gamma);
  const k2 = await field(moved(x, [[h / 2, k1]]), middle);
  const k3 = await field(moved(x, [[h / 2, k2]]), middle);
  const k4 = await field(moved(x, [[h, k3]]), next);
  return moved(x, [
    [h / 6, k1],
    [h / 3, k2],
    [h / 3, k3],
    [h / 6, k4],
  ]);
};

/** What a noise estimate ψ says of a diffusion's point x = √γ·data + √(1−γ)·noise. */
function estimates(x: number, psi: number, signal: number, level: number): { data: number; noise: number } {
  // Held to [−1, 1] per coordinate, as officially.
  const data = Math.min(1, Math.max(-1, (x - level * psi) / signal));
  // At γ = 1 there is no noise to see.
  return { data, noise: level > 0 ? (x - signal * data) / level : psi };
}

/** DDIM without noise (Song et al. 2021, eq. 12) for a network that predicts the noise, order 1. */
export const ddim: Step = async (field, x, gamma, next) => {
  const psi = await field(x, gamma);
  const [signal, level] = [Math.sqrt(gamma), Math.sqrt(1 - gamma)];
  const [nextSignal, nextLevel] = [Math.sqrt(next), Math.sqrt(1 - next)];
  return x.map((v, i) => {
    const { data, noise } = estimates(v, psi[i], signal, level);
    return nextSignal * data + nextLevel * noise;
  });
};

/**
 * The probability flow of a diffusion over the angle φ, √γ = cos φ (Salimans & Ho 2022, appendix D): dx/dφ = cos φ·noise −
 * sin φ·data, which is bounded everywhere. DDIM is its first-order exponential integrator.
 */
const overAngle =
  (step: Step): Step =>
  (field, x, gamma, next) => {
    const turning: Field = async (y, phi) => {
      const [signal, level] = [Math.cos(phi), Math.sin(phi)];
      const psi = await field(y, signal * signal);
      return y.map((v, i) => {
        const { data, noise } = estimates(v, psi[i], signal, level);
        return signal * noise - level * data;
      });
    };
    return step(turning, x, Math.acos(Math.sqrt(gamma)), Math.acos(Math.sqrt(next)));
  };

/** Heun's rule over the angle, order 2. */
export const diffusionHeun: Step = overAngle(heun);

/** The classical Runge–Kutta method over the angle, order 4. */
export const diffusionRk4: Step = overAngle(rk4);

// ---- S² ----

/** The official sampler: a straight step, then back to the sphere. Order 1. */
export const retraction: Step = async (field, x, gamma, next) => normalizeAll(await euler(field, x, gamma, next));

/** Angular velocities x × v: the tangent part of the field as elements of so(3). */
const angular = async (field: Field, x: Float64Array, gamma: number): Promise<Float64Array> =>
  crossAll(x, await field(x, gamma));

/** Euler along great circles, order 1: for tangent v, exp_x(h v) is x turned about x × v. */
export const exponentialEuler: Step = async (field, x, gamma, next) =>
  turnAll(x, [[next - gamma, await angular(field, x, gamma)]]);

/** Heun's rule with rotations, order 2 (Munthe-Kaas 1998, with the commutator that order 2 does not need left out). */
export const sphericalHeun: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const k1 = await angular(field, x, gamma);
  const k2 = await angular(field, turnAll(x, [[h, k1]]), next);
  return turnAll(x, [
    [h / 2, k1],
    [h / 2, k2],
  ]);
};

/** Commutator-free Runge–Kutta, order 4 (Celledoni, Marthinsen & Owren 2003, table 1). */
export const sphericalRk4: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const middle = gamma + h / 2;
  const k1 = await angular(field, x, gamma);
  const x2 = turnAll(x, [[h / 2, k1]]);
  const k2 = await angular(field, x2, middle);
  const k3 = await angular(field, turnAll(x, [[h / 2, k2]]), middle);
  const k4 = await angular(
    field,
    turnAll(x2, [
      [h, k3],
      [-h / 2, k1],
    ]),
    next,
  );
  const half = turnAll(x, [
    [h / 4, k1],
    [h / 6, k2],
    [h / 6, k3],
    [-h / 12, k4],
  ]);
  return turnAll(half, [
    [-h / 12, k1],
    [h / 6, k2],
    [h / 6, k3],
    [h / 4, k4],
  ]);
};
