/**
 * From noise to a picture of a place: the denoiser's field with two guidances, and the walk along it.
 *
 * Pictures lie on γ·picture + (1 − γ)·noise, so the field is (denoised − noisy) / (1 − γ), and any solver of flows in Euclidean
 * space takes it; the last step ends on what the network restores.
 */

import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { GeodriftError } from "../errors/geodrift-error.js";
import {
  contextTokens,
  controlOf,
  type ImageCondition,
  type ImageTransformerConfig,
  imageTransformer,
} from "../net/image-transformer.js";
import { mean } from "../net/layers.js";
import type { Parameters, Traced } from "../net/parameters.js";
import type { TextEncoder } from "../net/words.js";
import { Generator } from "../random/generator.js";
import { linearSchedule } from "../schedule/linear.js";
import type { GuidanceTerm } from "./dual-guidance.js";
import { type Solver, solve, solvers } from "./solvers.js";
import { euler, type Field, type Step } from "./steps.js";
import { type Scale, type Told, type ToldTensors, toldTensors } from "./told-tensors.js";

type Arr = np.Array;

/** Steps along the field end with Euler's: at the data itself the field is not defined. */
const endingInEuler =
  (step: Step): Step =>
  (field, x, gamma, next) =>
    (next < 1 ? step : euler)(field, x, gamma, next);

/**
 * Steps are smallest at the noise, where what is told decides over the whole picture: the mean of thousands of pixels stands
 * out of the noise early.
 */
const timeShift = -0.6;

/**
 * Solvers of pictures by name: those of flows in Euclidean space, with small first steps, and a last step that is always
 * Euler's.
 */
export const imageSolvers = Object.fromEntries(
  Object.entries(solvers.flow).map(([name, solver]) => [
    name,
    { ...solver, timeShift, step: endingInEuler(solver.step) },
  ]),
) as Record<keyof typeof solvers.flow, Solver>;

/** What one picture is drawn with. */
export interface SamplingRequest extends Scale {
  /** The guided sum: see `dualGuidance`. */
  terms: readonly GuidanceTerm[];
  /** Pixels along a side: one of the network's sizes. */
  size: number;
  /** Seed of the noise: one seed, one noise. */
  seed: number;
  /** Steps of the solver, 1 or more. */
  steps: number;
  /** A name of `imageSolvers`. */
  solver: string;
  /**
   * Conditions under which attention maps are collected, averaged over all evaluations of the field; of several, such as
   * the places of a region, the mean.
   */
  attention?: readonly Omit<GuidanceTerm, "weight">[];
  /** Ends the drawing at the next evaluation of the network. */
  signal?: AbortSignal;
}

/** A picture after one step of the solver. */
export interface SamplingState {
  /** Steps done, 1 … steps. */
  step: number;
  /** Steps in all. */
  steps: number;
  /** γ after the step, 0 … 1: the share of the picture in picture and noise; 1 at the end. */
  gamma: number;
  /**
   * The network's present estimate of the picture, [3, size, size] in −1 … 1, rows from the top; after the last step the
   * picture.
   */
  picture: Float32Array;
  /**
   * Attention that the patches pay to every token in front of them, [tokens, grid, grid], rows from the top: mean over
   * blocks, heads and evaluations so far.
   */
  attention?: Float32Array;
}

/** What a noisy picture is restored with. */
export type RestoringRequest = Pick<SamplingRequest, "terms" | "groundKm" | "fill" | "size">;

/** A restored picture. */
export interface Restored {
  /** The guided sum, [3, size, size]; beyond −1 … 1 where the guidance is strong. */
  guided: Float32Array;
  /** What each term says, [3, size, size]. */
  each: Float32Array[];
}

/** A compiled network that draws pictures of places. */
export interface ImageModel {
  /** Sizes of the network. */
  readonly config: ImageTransformerConfig;
  /** What turns captions into tokens. */
  readonly words: TextEncoder;
  /**
   * Draws one picture from noise, yielding its state after every step. The picture depends on the request alone, not on
   * what else is drawn.
   * @throws GeodriftError `option` for a solver, a size or words that the model does not know
   * @throws the signal's reason when it is aborted
   */
  draw(request: SamplingRequest): AsyncGenerator<SamplingState>;
  /**
   * What one noisy picture was before the noise, under each of several terms and as their guided sum: one evaluation of the field.
   * @param noisy γ·picture + (1−γ)·noise, [3, size, size]
   * @throws GeodriftError `option` for terms that the model does not know
   */
  restore(noisy: Float32Array, gamma: number, request: RestoringRequest): Promise<Restored>;
  /** Frees the compiled graphs. */
  dispose(): Promise<void>;
}

/** Most evaluations of the network in one run. */
const most = 8;

/** Where the noise of a picture comes from. */
const noiseStream = 3;

/** Terms that are evaluated in one run, and their weights. */
interface TermGroup {
  weights: number[];
  terms: ToldTensors;
}

/**
 * Compiles an image transformer for drawing.
 * @param params weights by state-dict name; linear layers are [out, in]
 * @param words the text encoder that the network was trained with
 */
export function imageModel(
  config: ImageTransformerConfig,
  params: Parameters,
  words: TextEncoder,
  options: CompileOptions,
): ImageModel {
  type Traits = Omit<ImageCondition, "gamma">;
  /** One noisy picture under several terms. */
  const restore = (p: Traced, noisy: Arr, gamma: Arr, terms: Traits, look?: (weights: Arr) => void): Arr => {
    const n = terms.mask.shape[0];
    const spread = np.broadcastTo(noisy, [n, ...noisy.shape.slice(1)]);
    return imageTransformer(config, words, p, spread, { ...terms, gamma: np.broadcastTo(gamma, [n]) }, look);
  };
  const run = compile<[Parameters, Tensor, Tensor, ToldTensors], Tensor>(
    (p: Traced, noisy: Arr, gamma: Arr, terms: Traits) => restore(p, noisy, gamma, terms),
    options,
  );
  const context = contextTokens(config, words.tokens);
  const patches = config.grid ** 2;
  const look = compile<[Parameters, Tensor, Tensor, ToldTensors], Tensor>(
    (p: Traced, noisy: Arr, gamma: Arr, terms: Traits) => {
      const maps: Arr[] = [];
      const tokens = context + patches;
      restore(p, noisy, gamma, terms, (weights) => {
        // From patches to what stands in front of them.
        const rows = np.split(mean(weights, [1]).reshape([1, tokens, tokens]), [context], 1)[1] as Arr;
        maps.push(np.split(rows, [context], 2)[0] as Arr);
      });
      return maps.reduce((a, b) => a.add(b)).mul(1 / config.depth);
    },
    options,
  );

  const tensorsOf = (terms: readonly Told[], { groundKm, fill }: Scale) =>
    toldTensors(
      config,
      words,
      terms.map((term) => ({ ...term, groundKm, fill })),
    );

  /** Terms in groups that one run takes. */
  async function groupsOf({ terms, size, ...request }: RestoringRequest): Promise<TermGroup[]> {
    if (!config.sizes.includes(size))
      throw new GeodriftError("option", `the model makes pictures of ${config.sizes.join(" or ")} pixels, got ${size}`);
    const { control } = controlOf(config);
    if (control === "place" && request.groundKm === undefined)
      throw new GeodriftError("option", "a model of places needs the width of the ground, and none is given");
    if (terms.some((term) => (control === "place" ? term.azimuth : term.place) !== undefined))
      throw new GeodriftError(
        "option",
        control === "place" ? "a model of places is told no angle" : "a model of angles is told no place",
      );
    const groups: TermGroup[] = [];
    for (let from = 0; from < terms.length; from += most) {
      const part = terms.slice(from, from + most);
      groups.push({ weights: part.map(({ weight }) => weight), terms: await tensorsOf(part, request) });
    }
    return groups;
  }

  async function restored(noisy: Tensor, level: Tensor, groups: readonly TermGroup[]): Promise<Restored> {
    const guided = new Float32Array(noisy.data.length);
    const each: Float32Array[] = [];
    for (const { weights, terms } of groups) {
      const denoised = (await run(params, noisy, level, terms)).data as Float32Array;
      weights.forEach((w, k) => {
        const own = denoised.subarray(k * guided.length, (k + 1) * guided.length);
        for (let i = 0; i < guided.length; i++) guided[i] += w * own[i];
        each.push(own);
      });
    }
    return { guided, each };
  }

  async function* draw(request: SamplingRequest): AsyncGenerator<SamplingState> {
    const { size, seed, steps, signal } = request;
    if (!Object.hasOwn(imageSolvers, request.solver))
      throw new GeodriftError(
        "option",
        `pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${request.solver}"`,
      );
    const solver = imageSolvers[request.solver as keyof typeof imageSolvers];
    const groups = await groupsOf(request);
    const attended = await Promise.all((request.attention ?? []).map((term) => tensorsOf([term], request)));
    const looked = new Float32Array(context * patches);
    let looks = 0;
    let picture = new Float32Array(3 * size * size);

    const field: Field = async (x, gamma) => {
      signal?.throwIfAborted();
      const noisy = tensor(Float32Array.from(x), [1, 3, size, size]);
      const level = tensor([gamma], [1]);
      const { guided: sum } = await restored(noisy, level, groups);
      // No picture has colours beyond black and white, however strong the guidance.
      picture = sum.map((v) => Math.min(1, Math.max(-1, v)));
      for (const whole of attended) {
        const rows = (await look(params, noisy, level, whole)).data as Float32Array;
        for (let t = 0; t < context; t++)
          for (let i = 0; i < patches; i++) looked[t * patches + i] += rows[i * context + t];
        looks++;
      }
      return x.map((v, i) => (picture[i] - v) / (1 - gamma));
    };

    const noise = Float64Array.from(new Generator(seed, noiseStream).normals(3 * size * size));
    for await (const { step, gamma, x } of solve(field, noise, { solver, schedule: linearSchedule(), steps })) {
      signal?.throwIfAborted();
      if (step === 0) continue;
      yield {
        step,
        steps,
        gamma,
        picture: step === steps ? Float32Array.from(x) : picture,
        ...(looks > 0 && { attention: looked.map((sum) => sum / looks) }),
      };
    }
  }

  return {
    config,
    words,
    draw,
    restore: async (noisy, gamma, request) =>
      restored(tensor(noisy, [1, 3, request.size, request.size]), tensor([gamma], [1]), await groupsOf(request)),
    dispose: async () => {
      await run.dispose();
      await look.dispose();
    },
  };
}
