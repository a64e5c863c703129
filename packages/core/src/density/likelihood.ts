/**
 * Log densities of flows and diffusions: of the map that a solver makes (`carried-density`), or of the continuous flow, where
 * the point is carried back to the noise while the divergence is added up (Chen et al. 2018, instantaneous change of
 * variables). On S² in the intrinsic form, which integrates to one; in R³ by the probability flow of each method, and
 * from there to S² by integrating along the ray.
 */
import type { CompileOptions } from "@geodrift/compile";
import type { GenerativeModel } from "../path/paths.js";
import { alpha } from "../schedule/schedules.js";
import { type Derivative, integrateAdaptively } from "../solve/adaptive.js";
import type { DirectionalField } from "../solve/carried-step.js";
import { axesAt, normalizeAll, tangentsAt } from "../sphere/flat.js";
import { vectorAt } from "../sphere/point.js";
import { carriedDensity, type DensityOf, hasCarriedDensity } from "./carried-density.js";
import { directionalModel } from "./directional.js";
import { logSumExp } from "./log-sum-exp.js";
import { log4Pi, logNormal } from "./noise-density.js";
import { type RadialNode, radialNodes } from "./radial.js";

/** How a log density is computed. */
export interface LikelihoodOptions {
  /** w of classifier-free guidance: the density is that of guided sampling. 0 if left out. */
  guidance?: number;
  /**
   * `map` (the default): density of the map that `steps` steps of a Runge–Kutta method make of the flow, which integrates
   * to one as long as the map is one-to-one; diffusions have `exact` in its place. `exact`: density of the continuous
   * flow, to within the tolerance. `official`: the number that the released code computes, which is not a density (it
   * integrates to anything from 0.1 to 2); for comparison only.
   */
  mode?: LikelihoodMode;
  /** Steps of mode `map`; 32 if left out, times 1 + w with guidance. */
  steps?: number;
  /** Error allowed per step in the other modes, in radians and in nats; 10⁻⁵ if left out. */
  tolerance?: number;
}

/** What a log density is that of: a solver's map, the continuous flow, or neither, as the released code has it. */
export type LikelihoodMode = "map" | "exact" | "official";

/** Log densities, and what they cost. */
export interface Likelihood {
  /** Nats per steradian, [images, points] stored flat; in official mode of R³ models, nats per unit of volume. */
  logProbNats: Float64Array;
  /** Network evaluations of the solver, each with its derivatives, added up over the batches of points. */
  evaluations: number;
  /**
   * 1 for a point at which the solver's map turns the sphere over, [images, points]: it is not one-to-one there, and the
   * density is one of several sheets. Only mode `map` can tell.
   */
  turned: Uint8Array;
}

/** One method's ODE over [x, f] from data to noise, and the log density of the noise. */
interface BackwardFlow {
  derivative: (field: DirectionalField) => Derivative;
  span: readonly [number, number];
  /** Of the state at index i of [n, 4]. */
  logBase: (y: Float64Array, i: number) => number;
}

type Method = Pick<GenerativeModel, "path" | "schedule">;

/** Points that are integrated together: more share each step's overhead, fewer share its size with stiffer ones. */
const batchSize = 2048;

/** The diffusion's flow ends here: at γ = 0 itself it divides by zero, and the point is noise all the same. */
const minDrawnGamma = 1e-7;

const radiiOf = ({ path }: Method, { mode }: LikelihoodOptions): RadialNode[] =>
  mode !== "official" && path.space === "euclidean" ? radialNodes() : [{ radius: 1, logWeight: 0 }];

/** The mode that a method has in place of the one that is asked for: no fixed steps reach a diffusion's noise. */
const modeOf = ({ path }: Method, mode: LikelihoodMode = "map"): LikelihoodMode =>
  mode === "map" && !hasCarriedDensity(path.name) ? "exact" : mode;

/**
 * Log densities of points under the flow of any field.
 * @param method path and schedule of the field
 * @param points unit vectors, [n, 3] stored flat
 * @throws GeodriftError `model` if the field is not a number, or too stiff for the tolerance
 */
export async function likelihood(
  field: DirectionalField,
  method: Method,
  points: ArrayLike<number>,
  options: LikelihoodOptions = {},
): Promise<Likelihood> {
  const n = points.length / 3;
  const mode = modeOf(method, options.mode);
  const densityOf = mode === "map" ? carriedDensity(method) : integratedDensity(method, mode, options);
  // A point of S² is a ray of R³.
  const radii = radiiOf(method, { mode });
  const step = Math.max(1, Math.floor(batchSize / radii.length));
  const logProbNats = new Float64Array(n);
  const turned = new Uint8Array(n);
  let total = 0;
  for (let from = 0; from < n; from += step) {
    const count = Math.min(step, n - from);
    const start = new Float64Array(3 * count * radii.length);
    for (let i = 0; i < count; i++) {
      const [x, y, z] = vectorAt(points, from + i);
      radii.forEach(({ radius }, r) => {
        start.set([radius * x, radius * y, radius * z], 3 * (i * radii.length + r));
      });
    }
    const found = await densityOf(field, start, options);
    total += found.evaluations;
    for (let i = 0; i < count; i++) {
      const along = radii.map(({ logWeight }, r) => found.logDensity[i * radii.length + r] + logWeight);
      logProbNats[from + i] = logSumExp(along);
      turned[from + i] = radii.some((_, r) => found.turned?.[i * radii.length + r]) ? 1 : 0;
    }
  }
  return { logProbNats, evaluations: total, turned };
}

/** The density of the continuous flow at points of the method's space, [n, 3]: log p by integrating the divergence. */
const integratedDensity =
  (method: Method, mode: LikelihoodMode, { tolerance = 1e-5 }: LikelihoodOptions): DensityOf =>
  async (field, points) => {
    const flow = mode === "official" ? officialFlow(method) : exactFlows[method.path.name](method);
    const start = new Float64Array((4 * points.length) / 3);
    for (let i = 0; 3 * i < points.length; i++) start.set(points.subarray(3 * i, 3 * i + 3), 4 * i);
    const options = { tolerance, width: 4 };
    const { y, evaluations } = await integrateAdaptively(flow.derivative(field), start, flow.span, options);
    const logDensity = Float64Array.from({ length: y.length / 4 }, (_, i) => flow.logBase(y, 4 * i) + y[4 * i + 3]);
    return { logDensity, evaluations };
  };

/** A compiled generative model that gives log densities. */
export interface LikelihoodModel {
  /**
   * Log densities of places, each under its own image.
   * @param embeddings conditions, [images, cond_dim]
   * @param points unit vectors, [images, n, 3] stored flat
   * @throws GeodriftError `model` if the field is not a number, or too stiff for the tolerance
   */
  logProb(embeddings: Float32Array, points: ArrayLike<number>, options?: LikelihoodOptions): Promise<Likelihood>;
  /** Frees the compiled graphs. */
  dispose(): Promise<void>;
}

/** Compiles a trained flow or diffusion for log densities. */
export function likelihoodModel(model: GenerativeModel, options: CompileOptions): LikelihoodModel {
  const width = model.config.cond_dim;
  const network = directionalModel(model.config, model.params, options);
  return {
    async logProb(embeddings, points, { guidance = 0, ...rest } = {}) {
      const images = embeddings.length / width;
      const n = points.length / images;
      const all = Float64Array.from(points);
      const logProbNats = new Float64Array(points.length / 3);
      const turned = new Uint8Array(points.length / 3);
      let evaluations = 0;
      // Images with few points go together; one with many goes alone, in batches of its points.
      const together = Math.max(1, Math.floor((3 * batchSize) / n / radiiOf(model, rest).length));
      for (let i = 0; i < images; i += together) {
        const last = Math.min(images, i + together);
        const c = embeddings.subarray(i * width, last * width);
        const field: DirectionalField = (x, directions, gamma) => network.at(c, x, directions, gamma, guidance);
        const result = await likelihood(field, model, all.subarray(i * n, last * n), { ...rest, guidance });
        logProbNats.set(result.logProbNats, (i * n) / 3);
        turned.set(result.turned, (i * n) / 3);
        evaluations += result.evaluations;
      }
      return { logProbNats, evaluations, turned };
    },
    dispose: () => network.dispose(),
  };
}

/** The derivative of a state [n, 4], row by row: `f` writes that of point `i` from its velocity. */
function rows(
  y: Float64Array,
  velocity: ArrayLike<number>,
  f: (v: readonly [number, number, number], i: number, out: Float64Array, at: number) => void,
): Float64Array {
  const out = new Float64Array(y.length);
  for (let i = 0; 4 * i < y.length; i++) f(vectorAt(velocity, i), i, out, 4 * i);
  return out;
}

const pointsOf = (y: Float64Array): Float64Array =>
  Float64Array.from({ length: (3 * y.length) / 4 }, (_, k) => y[4 * Math.floor(k / 3) + (k % 3)]);

/** Σ dₖ·J dₖ at point `i`, over orthonormal directions: the trace of J over the space that they span. */
const traceAt = (directions: readonly Float64Array[], derivatives: readonly ArrayLike<number>[], i: number): number =>
  directions.reduce((sum, d, k) => {
    const own = derivatives[k];
    return sum + d[3 * i] * own[3 * i] + d[3 * i + 1] * own[3 * i + 1] + d[3 * i + 2] * own[3 * i + 2];
  }, 0);

const exactFlows: Record<GenerativeModel["path"]["name"], (method: Method) => BackwardFlow> = {
  "riemannian-flow": ({ schedule }) => ({
    span: [0, 1],
    logBase: () => -log4Pi,
    derivative: (field) => async (t, y) => {
      const x = pointsOf(y);
      normalizeAll(x);
      const tangents = tangentsAt(x);
      const rate = schedule.gammaDot(t);
      const { velocity, derivatives } = await field(x, tangents, schedule.gamma(t));
      return rows(y, velocity, (u, i, out, k) => {
        const p = vectorAt(x, i);
        const normal = p[0] * u[0] + p[1] * u[1] + p[2] * u[2];
        for (let j = 0; j < 3; j++) out[k + j] = rate * (u[j] - normal * p[j]);
        // div of the tangent part: the trace over the tangent plane, less what the sphere's curvature takes.
        out[k + 3] = rate * (traceAt(tangents, derivatives, i) - 2 * normal);
      });
    },
  }),
  flow: ({ schedule }) => ({
    span: [0, 1],
    logBase: logNormal,
    derivative: (field) => async (t, y) => {
      const x = pointsOf(y);
      const rate = schedule.gammaDot(t);
      const axes = axesAt(x);
      const { velocity, derivatives } = await field(x, axes, schedule.gamma(t));
      return rows(y, velocity, (u, i, out, k) => {
        for (let j = 0; j < 3; j++) out[k + j] = rate * u[j];
        out[k + 3] = rate * traceAt(axes, derivatives, i);
      });
    },
  }),
  // With γ = cos²θ the probability flow dx/dγ = (x − ψ/√(1−γ)) / 2γ becomes dx/dθ = (ψ − x sin θ) / cos θ, which is
  // smooth at the data.
  diffusion: () => ({
    span: [0, Math.acos(Math.sqrt(minDrawnGamma))],
    logBase: logNormal,
    derivative: (field) => async (theta, y) => {
      const x = pointsOf(y);
      const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
      const axes = axesAt(x);
      const { velocity: noise, derivatives } = await field(x, axes, cos * cos);
      return rows(y, noise, (psi, i, out, k) => {
        for (let j = 0; j < 3; j++) out[k + j] = (psi[j] - sin * y[k + j]) / cos;
        out[k + 3] = (traceAt(axes, derivatives, i) - 3 * sin) / cos;
      });
    },
  }),
};

/** As `compute_exact_loglikelihood` of the released code has it: flat space throughout, and its own diffusion field. */
function officialFlow({ path, schedule }: Method): BackwardFlow {
  const slope =
    path.name === "diffusion"
      ? (t: number, x: number, psi: number) => -0.5 * (alpha(schedule, t) * x - Math.abs(alpha(schedule, t)) * psi)
      : (t: number, _: number, psi: number) => schedule.gammaDot(t) * psi;
  return {
    span: [0, 1],
    logBase: path.space === "sphere" ? () => -log4Pi : logNormal,
    derivative: (field) => async (t, y) => {
      const x = pointsOf(y);
      const axes = axesAt(x);
      const { velocity, derivatives } = await field(x, axes, schedule.gamma(t));
      return rows(y, velocity, (u, i, out, k) => {
        for (let j = 0; j < 3; j++) out[k + j] = slope(t, y[k + j], u[j]);
        // The field is linear in x and in ψ, so its divergence is its value at 3 and ψ's.
        out[k + 3] = slope(t, 3, traceAt(axes, derivatives, i));
      });
    },
  };
}
