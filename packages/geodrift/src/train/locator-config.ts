/** What a training config file may say of how something is trained, and of the locators. */
import { z } from "zod";
import { cellsConfig, pathName, scheduleConfig } from "../models/schema.js";

/** A count. */
export const whole = z.int().positive();
/** A part of a whole, 0 … 1. */
export const share = z.number().min(0).max(1);

/** How what AdamW alone trains is trained: steps, examples of a batch, seed, learning rate, warm-up steps, weight decay. */
export const adamwOptimization = {
  steps: whole,
  batch: whole,
  seed: z.int().nonnegative(),
  rate: z.number().positive(),
  warmup: whole,
  weightDecay: z.number().nonnegative(),
};

/**
 * How a locator is trained: steps, examples of a batch, seed, optimiser, learning rate and its warm-up steps, weight
 * decay, and the decay of the moving average of the weights.
 */
const optimization = {
  ...adamwOptimization,
  optimizer: z.enum(["adamw", "lamb"]),
  warmup: z.int().nonnegative(),
  ema: share,
};

/** Names become file names, beside those of the encoder. */
export const locatorName = z
  .string()
  .regex(/^[\w-]+$/, "a name of letters, digits, - and _ is needed")
  .refine(
    (name) => !["encoder", "embeddings", "held", "peak", "peaks"].includes(name),
    "this name is taken by another stage",
  );

const network = { dim: whole.multipleOf(8), depth: whole };

const generative = z.strictObject({
  kind: z.literal("generative"),
  name: locatorName,
  path: pathName,
  schedule: scheduleConfig,
  ...network,
  expansion: whole,
  /** Share of the conditions that are dropped. */
  dropout: share,
  /** Scales, km, at which the network sees points from the peak that the encoder tells of; from nowhere if left out. */
  nearKm: z.array(z.number().positive()).min(1).max(32).optional(),
  ...optimization,
});

const regression = z.strictObject({ kind: z.literal("regression"), name: locatorName, ...network, ...optimization });

const vonMisesFisher = z.strictObject({
  kind: z.literal("von-mises-fisher"),
  name: locatorName,
  ...network,
  expansion: whole,
  /** One distribution, or so many mixed. */
  components: whole,
  ...optimization,
});

const cells = z.strictObject({
  kind: z.literal("cells"),
  name: locatorName,
  ...network,
  /** Places of the training set that a leaf of the quadtree holds at most. */
  most: whole,
  ...cellsConfig,
  ...optimization,
});

/** A generative model that goes on learning, its encoder and its sizes as they are. */
const fineTune = z.strictObject({
  kind: z.literal("fine-tune"),
  name: locatorName,
  /** A flow or diffusion by name or folder; relative to the config file if it is a path. */
  from: z.string(),
  dropout: share,
  ...optimization,
});

/** Exact neighbours among the embedded views: nothing to learn. */
const retrieval = z.strictObject({ kind: z.literal("retrieval"), name: locatorName, neighbours: whole });

/** A flow, with kernels on the places of the nearest embedded views; how wide and with what share is fitted on others. */
const flowAndNeighbours = z.strictObject({
  kind: z.literal("flow-and-neighbours"),
  name: locatorName,
  /** A Riemannian flow by name or folder, on the same embeddings; relative to the config file if it is a path. */
  from: z.string(),
  neighbours: whole,
  /** Standard deviations of the kernels that are tried, km. */
  widthsKm: z.array(z.number().positive()).min(1),
  /** Views that neither the flow nor the index has seen, by which the mixture is fitted. */
  held: whole,
});

/** Prompts of countries, then cities, by the text tower of the CLIP that embedded the pictures: nothing to learn. */
const zeroShot = z.strictObject({
  kind: z.literal("zero-shot"),
  name: locatorName,
  /** With `{country}`, and `{city}`. */
  prompts: z
    .strictObject({ country: z.string().includes("{country}"), city: z.string().includes("{city}") })
    .optional(),
  /** Cities: so many of every country, and all with so many people. */
  perCountry: whole.optional(),
  population: whole.optional(),
});

const uniform = z.strictObject({ kind: z.literal("uniform"), name: locatorName });

/**
 * One locator for each of several seeds, so that what a method is worth is not what one draw of it is worth: the first under its own
 * name, the others with their seed behind it.
 */
const onePerSeed = (locator: unknown): unknown => {
  const { seed, name, ...rest } = (locator ?? {}) as Record<string, unknown>;
  // What is no list of different seeds is left to the schema, which says what a seed is.
  if (!Array.isArray(seed) || seed.length === 0 || new Set(seed).size < seed.length) return locator;
  return seed.map((own, i) => ({ ...rest, name: i === 0 ? name : `${name}-seed-${own}`, seed: own }));
};

/** Schema of the locators of a training. */
export const locators = z.preprocess(
  (listed) => (Array.isArray(listed) ? listed.flatMap(onePerSeed) : listed),
  z
    .array(
      z.discriminatedUnion("kind", [
        generative,
        fineTune,
        regression,
        vonMisesFisher,
        cells,
        retrieval,
        flowAndNeighbours,
        zeroShot,
        uniform,
      ]),
    )
    .min(1)
    .refine((l) => new Set(l.map(({ name }) => name)).size === l.length, "every locator needs a name of its own"),
);

/** One locator of a training. */
export type LocatorTraining = z.infer<typeof locators>[number];
/** How a locator is trained: steps, batches, and what the optimiser is told. */
export type LocatorOptimization = z.infer<z.ZodObject<typeof optimization>>;
