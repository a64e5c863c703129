/**
 * One step of each solver from γ to γ⁺, for points [n, 3] stored flat, in double precision. A field gives the network's
 * output at (x, γ). Every solver is one function of the same type; its name and its order stand in `index.ts`.
 */
import { crossAll, normalizeAll, turnAll } from "../sphere/flat.js";

/**
 * The network's output at points [n, 3] stored flat and noise level γ in 0 … 1: velocities dx/dγ of a flow, or the noise
 * that a diffusion's network predicts; [n, 3].
 */
export type Field = (x: Float64Array, gamma: number) => Promise<ArrayLike<number>>;

/**
 * One step of a solver: the points [n, 3] at noise level `gamma`, carried to level `next` as new points [n, 3]. γ grows
 * from 0 (noise) to 1 (data).
 */
export type Step = (field: Field, x: Float64Array, gamma: number, next: number) => Promise<Float64Array>;

/** x + Σ weights·slopes */
function moved(x: Float64Array, terms: readonly (readonly [number, ArrayLike<number>])[]): Float64Array {
  const y = x.slice();
  for (const [w, k] of terms) for (let i = 0; i < y.length; i++) y[i] += w * k[i];
  return y;
}

// ---- R³ ----

/** Euler's method in R³: order 1, one evaluation. */
export const euler: Step = async (field, x, gamma, next) => moved(x, [[next - gamma, await field(x, gamma)]]);

/** Heun's method in R³, the explicit trapezoidal rule: order 2, two evaluations. */
export const heun: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const k1 = await field(x, gamma);
  const k2 = await field(moved(x, [[h, k1]]), next);
  return moved(x, [
    [h / 2, k1],
    [h / 2, k2],
  ]);
};

/** The classical Runge–Kutta method in R³: order 4, four evaluations. */
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

/**
 * DDIM without noise, η = 0 (Song et al. 2021, eq. 12), in R³, for a network that predicts the noise: order 1, one
 * evaluation.
 */
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

/** Heun's method over the angle φ of the probability flow: order 2, two evaluations. */
export const diffusionHeun: Step = overAngle(heun);

/** The classical Runge–Kutta method over the angle φ of the probability flow: order 4, four evaluations. */
export const diffusionRk4: Step = overAngle(rk4);

// ---- S² ----

/** The published sampler on S²: Euler's step in R³, then scaled back to length one. Order 1, one evaluation. */
export const retraction: Step = async (field, x, gamma, next) => normalizeAll(await euler(field, x, gamma, next));

/** Angular velocities x × v: the tangent part of the field as elements of so(3). */
const angular = async (field: Field, x: Float64Array, gamma: number): Promise<Float64Array> =>
  crossAll(x, await field(x, gamma));

/**
 * Euler's method along great circles of S²: order 1, one evaluation. For tangent v, exp_x(h v) is x turned about x × v.
 */
export const exponentialEuler: Step = async (field, x, gamma, next) =>
  turnAll(x, [[next - gamma, await angular(field, x, gamma)]]);

/**
 * Heun's method with rotations of S²: order 2, two evaluations (Munthe-Kaas 1998, with the commutator left out, which
 * order 2 does not need).
 */
export const sphericalHeun: Step = async (field, x, gamma, next) => {
  const h = next - gamma;
  const k1 = await angular(field, x, gamma);
  const k2 = await angular(field, turnAll(x, [[h, k1]]), next);
  return turnAll(x, [
    [h / 2, k1],
    [h / 2, k2],
  ]);
};

/**
 * Commutator-free Runge–Kutta method on S²: order 4, four evaluations of the field and five sets of rotations (Celledoni,
 * Marthinsen & Owren 2003, table 1).
 */
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
