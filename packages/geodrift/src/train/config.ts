/** What a training config file may say. */
import { z } from "zod";
import { viewsConfig } from "../earth/views-config.js";
import { convolutionalConfig, placeHeadConfig } from "../encode/config.js";
import { azimuthBinCount, imageTransformerConfig, scorerConfig } from "../models/schema.js";
import { adamwOptimization, locatorName, locators, share, whole } from "./locator-config.js";

/** Schema of the training of the image encoder. */
export const encoderTraining = z.strictObject({
  encoder: convolutionalConfig,
  /** Points of the Fibonacci sphere, of which those near land become classes. */
  cells: whole,
  /** Standard deviation of the von Mises–Fisher target around the true place, km. */
  targetKm: z.number().positive(),
  /** Random Fourier features of the place that are learned beside the cells. */
  features: whole,
  /** Weight of their squared error in the loss. */
  featureWeight: z.number().nonnegative(),
  views: viewsConfig,
  batch: whole,
  steps: whole,
  rate: z.number().positive(),
  warmup: whole,
  weightDecay: z.number().nonnegative(),
});

const about = {
  /** What the file is for. */
  purpose: z.string(),
  description: z.string(),
  licence: z.string(),
  /** Where state is kept while training, and the finished models in the end. */
  out: z.string(),
  /** Steps between checkpoints. */
  checkpointEvery: whole,
};

/** Schema of a training on views of the Earth: an encoder, then locators. */
export const earthTraining = z
  .strictObject({
    kind: z.literal("earth"),
    ...about,
    /** Folder of the rasters; relative to the config file. */
    rasters: z.string(),
    /** A model by name or folder, whose trunk and cells are taken as they are; relative to the config file if it is a path. */
    model: z.string().optional(),
    /** How the encoder is trained where no model gives one, and the views that are embedded. */
    encoder: encoderTraining,
    /** Width that the encoder's features are cut down to by their principal components. */
    rank: whole,
    places: placeHeadConfig,
    /** How what is told of the posterior's peak is trained, and on how many views of its own; where that is told. */
    peak: z.strictObject({ views: whole, ...adamwOptimization }).optional(),
    /** Views embedded for the second half of the training. */
    embedded: whole,
    locators,
  })
  .refine((c) => c.encoder.views.size === c.encoder.encoder.size, "the encoder takes pictures of the size of the views")
  .refine(
    ({ places, peak }) => (places.peak === undefined) === (peak === undefined),
    "places.peak and peak, how it is trained, belong together",
  );

/** Schema of a training on one's own pictures, embedded before. */
export const photosTraining = z.strictObject({
  kind: z.literal("photos"),
  ...about,
  /** A table of `geodrift embed`; relative to the config file. */
  embeddings: z.string(),
  /** A split of it, of which the part `train` is learned from; all of it is if left out. */
  split: z.string().optional(),
  locators,
});

const logit = z.tuple([z.number(), z.number().positive()]);

/** Captioned views, and what of them is held out. */
const captioned = {
  /** Folder of the rasters; relative to the config file. */
  rasters: z.string(),
  views: z.strictObject({
    seed: z.int().nonnegative(),
    groundKm: z.tuple([z.number().positive(), z.number().positive()]),
    /** Share of the views whose centre lies on land. */
    land: share,
    kinds: z
      .strictObject({ relief: share, night: share })
      .refine(({ relief, night }) => relief + night < 1, "relief and night leave nothing to satellite views"),
  }),
  heldOut: z.strictObject({
    months: z.array(z.string().regex(/^(0[1-9]|1[0-2])$/)),
    discs: z.int().nonnegative(),
    radiusKm: z.number().positive(),
    testRadiusKm: z.number().positive(),
    seed: z.int().nonnegative(),
  }),
};

/** How what restores pictures from noise is trained: sizes, what is dropped, steps and optimiser. */
const denoisingOptimization = {
  /**
   * Sizes of pictures, in pixels, each with its share of the batches, and mean and standard deviation of the logit of
   * γ.
   */
  sizes: z.array(z.strictObject({ size: whole, share, logit })).min(1),
  /** Shares of examples, 0 … 1, of which the place (or the angle), the words, or both are dropped. */
  dropped: z
    .strictObject({ place: share, words: share, both: share })
    .refine(({ place, words, both }) => place + words + both <= 1, "shares that are dropped add up to more than 1"),
  batch: whole,
  steps: whole,
  seed: z.int().nonnegative(),
  rate: z.number().positive(),
  warmup: whole,
  /** Share of the steps, 0 … 1, over which the learning rate falls to zero. */
  decay: share,
  betas: z.tuple([share, share]),
  /** Greatest Euclidean length of the gradient. */
  clip: z.number().positive(),
  ema: share,
};

/** Schema of the training of a model that makes pictures of places. */
export const imagesTraining = z
  .strictObject({
    kind: z.literal("images"),
    ...about,
    name: locatorName,
    ...captioned,
    network: imageTransformerConfig.omit({ sizes: true, control: true }),
    ...denoisingOptimization,
  })
  .refine((c) => c.sizes.every(({ size }) => size % c.network.grid === 0), "sizes are multiples of the grid")
  .refine(({ network }) => network.width % network.heads === 0, "the width is a multiple of the heads");

/** Schema of the training of a model that makes pictures of landmarks. */
export const landmarkTraining = z
  .strictObject({
    kind: z.literal("landmark"),
    ...about,
    name: locatorName,
    /** Folders of photographs, as `geodrift landmarks` makes them; relative to the config file. */
    photographs: z.array(z.string()).min(1),
    /** Photographs of each that are learned from, the first ones; all if left out. */
    most: whole.optional(),
    /** Is it told from which side, or words alone? */
    angle: z.enum(["told", "untold"]),
    /** Azimuths are told as the middles of so many bins (36 as published); as they are if left out. */
    bins: azimuthBinCount.optional(),
    /** Standard deviation of what is added to the photographs' azimuths, degrees: how well must one know where one stood? */
    azimuthNoise: z.number().nonnegative().max(180).optional(),
    /** The general model that it begins as; relative to the config file. A network of its own if left out. */
    from: z.string().optional(),
    network: imageTransformerConfig.omit({ sizes: true, control: true, map: true }).optional(),
    /** What keeps the general model's knowledge: so many pictures of its own, and their share of every batch; ½ is λ = 1. */
    preservation: z
      .strictObject({ pictures: whole, share, steps: whole, guideWords: z.number().positive() })
      .optional(),
    ...denoisingOptimization,
  })
  .refine(
    (c) => (c.from === undefined) !== (c.network === undefined),
    "a network, or a model that it begins as, is needed",
  )
  .refine(
    ({ sizes }) => sizes.every(({ size }) => Math.max(...sizes.map((s) => s.size)) % size === 0),
    "sizes go into the largest one",
  )
  .refine((c) => c.preservation === undefined || c.from !== undefined, "preservation is of the model that it begins as")
  .refine(
    (c) => !c.network || c.sizes.every(({ size }) => size % (c.network?.grid ?? 1) === 0),
    "sizes are multiples of the grid",
  );

/** Schema of the training of a judge of pictures. */
export const scorerTraining = z.strictObject({
  kind: z.literal("judge"),
  ...about,
  name: locatorName,
  ...captioned,
  network: scorerConfig.omit({ attributes: true }),
  ...adamwOptimization,
});

/** Schema of the training of what tells views of the Earth from other pictures. */
export const domainTraining = z.strictObject({
  kind: z.literal("domain"),
  ...about,
  name: locatorName,
  /** A model by name or folder, whose encoder it stands on; relative to the config file if it is a path. */
  model: z.string(),
  /** What pictures are that the model is for, with an article. */
  of: z.string(),
  /** Log-odds from which on a picture counts as one of them. */
  least: z.number(),
  /** Folder of the rasters; relative to the config file. */
  rasters: z.string(),
  /** Folder of pictures of anything else; relative to the config file. */
  others: z.string(),
  views: viewsConfig,
  /** Views, and patterns beside the other pictures. */
  count: whole,
  patterns: z.int().nonnegative(),
  /** Hidden channels of the head. */
  hidden: whole,
  ...adamwOptimization,
});

/** Schema of the fitting of a model's regions to what they held of other renderings of the Earth. */
export const regionsTraining = z.strictObject({
  kind: z.literal("regions"),
  purpose: z.string(),
  name: locatorName,
  /** Where the outcome is put. */
  out: z.string(),
  /** A model of views by name or folder; relative to the config file if it is a path. */
  model: z.string(),
  /** What the pictures are that regions are fitted to. */
  of: z.string(),
  /** Folder of the rasters, for its land mask; relative to the config file. */
  rasters: z.string(),
  /** Global rasters that nothing was trained on, each with an equal share; relative to the config file. */
  renderings: z.array(z.string()).min(1),
  views: viewsConfig,
  /** Views of each. */
  count: whole,
});

/** Schema of a training config file, by its `kind`. */
export const training = z.discriminatedUnion("kind", [
  earthTraining,
  photosTraining,
  imagesTraining,
  landmarkTraining,
  scorerTraining,
  domainTraining,
  regionsTraining,
]);

/** How the image encoder is trained. */
export type EncoderTraining = z.infer<typeof encoderTraining>;
/** A training on views of the Earth. */
export type EarthTraining = z.infer<typeof earthTraining>;
/** A training of a model that makes pictures of places. */
export type ImagesTraining = z.infer<typeof imagesTraining>;
/** A training of a model that makes pictures of landmarks. */
export type LandmarkTraining = z.infer<typeof landmarkTraining>;
/** A training of a judge of pictures. */
export type ScorerTraining = z.infer<typeof scorerTraining>;
/** A training of what tells views of the Earth from other pictures. */
export type DomainTraining = z.infer<typeof domainTraining>;
/** A fitting of a model's regions. */
export type RegionsTraining = z.infer<typeof regionsTraining>;
/** The captioned views of a config, and what of them is held out. */
export type CaptionedConfig = Pick<ImagesTraining, "rasters" | "views" | "heldOut">;
/** A training on one's own pictures. */
export type PhotosTraining = z.infer<typeof photosTraining>;
/** A training config. */
export type Training = z.infer<typeof training>;
