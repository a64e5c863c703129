/** What a model folder says of itself. */
import { type PathName, paths, type ScheduleName, schedules } from "@geodrift/core";
import { z } from "zod";
import { convolutionalConfig, encoderConfig } from "../encode/config.js";
import { photographed } from "../landmarks/photographed.js";

const whole = z.int().positive();
/** Channels, and what else a layer has many of; blocks that lie behind each other: whatever is beyond is a damaged file. */
const [many, blocks] = [whole.max(2 ** 20), whole.max(1000)];

/**
 * `config.json` of a velocity network, as in the released models: dimensions of points, width, blocks, expansion of their
 * perceptrons, and width of the embeddings.
 */
export const velocityConfig = z
  .strictObject({
    input_dim: many,
    dim: many.multipleOf(8),
    depth: blocks,
    expansion: many,
    cond_dim: many,
    /** Not in released models: where in the embedding a probable place stands, and the scales at which points are seen from there. */
    near: z
      .strictObject({ column: z.int().nonnegative(), reachKm: z.array(z.number().positive()).min(1).max(32) })
      .optional(),
  })
  .refine(
    ({ near, cond_dim }) => !near || near.column + 3 <= cond_dim,
    "the place that points are seen from lies within the embedding",
  )
  .refine(
    ({ near, input_dim }) => !near || input_dim === 3,
    "points that are seen from a place have three coordinates",
  );

/** Any schedule by name; the sigmoid with its ends and temperature. */
export const scheduleConfig = z.strictObject({
  name: z.enum(Object.keys(schedules) as [ScheduleName]),
  start: z.number().optional(),
  end: z.number().optional(),
  tau: z.number().positive().optional(),
});

/** The path between noise and data, by name. */
export const pathName = z.enum(Object.keys(paths) as [PathName]);

/** Regions that have held what they promise (core/density/conformal): on what, of how many pictures, and the masses themselves. */
export const regionsConfig = z.strictObject({
  of: z.string(),
  pictures: whole,
  masses: z
    .array(z.number().min(0).max(1))
    .length(101)
    .refine((m) => m.every((mass, k) => k === 0 || mass >= m[k - 1]), "masses do not fall")
    .refine((m) => m[0] === 0 && m[100] === 1, "masses run from 0 to 1"),
});

const about = {
  name: z.string(),
  description: z.string(),
  licence: z.string(),
  encoder: encoderConfig,
  regions: regionsConfig.optional(),
};

/** `config.json` of the perceptron behind regression and cells. */
export const perceptronConfig = z.strictObject({ cond_dim: many, dim: many, depth: blocks });

/** `config.json` of a von Mises–Fisher model. */
export const vonMisesFisherConfig = z.strictObject({
  dim: many,
  depth: blocks,
  expansion: many,
  cond_dim: many,
  components: many,
});

/** `config.json` of a zero-shot model. */
export const zeroShotConfig = z.strictObject({ cond_dim: many, projection: many, scale: z.number().positive() });

/** `config.json` of a method without weights. */
export const widthConfig = z.strictObject({ cond_dim: many });

/** Depths of the coarser levels of the quadtree, and whether a cell also says where in it. */
export const cellsConfig = { depths: z.array(z.int().nonnegative()), offsets: z.boolean() };

/** The network of a model that makes pictures. */
export const imageTransformerConfig = z.strictObject({
  width: many,
  depth: blocks.multipleOf(2),
  heads: many,
  hidden: many,
  /** What pictures are controlled by beside words; the place if left out. */
  control: z.enum(["place", "angle"]).optional(),
  octaves: many,
  map: z.array(
    z.strictObject({
      degrees: z
        .number()
        .positive()
        .max(90)
        .refine((d) => Number.isInteger(180 / d), "degrees of the map go into 180"),
      channels: many,
      reads: many,
    }),
  ),
  grid: many,
  sizes: z.array(many).min(1),
});

/** The words that an image model understands. */
export const vocabularyConfig = z.strictObject({
  tokens: many,
  words: z.array(z.string()),
  circle: z.array(z.string()),
  silent: z.array(z.string()),
  aliases: z.record(z.string(), z.string()).optional(),
});

const place = z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });

/** What no view of a training showed: months, and the surroundings of places in degrees, with radii in km. */
export const heldOutConfig = z.strictObject({
  months: z.array(z.string()),
  discs: z.array(place),
  radiusKm: z.number().positive(),
  testRadiusKm: z.number().positive(),
});

/** `model.json` of a model that makes pictures of places. */
export const imageModelDescription = z.strictObject({
  method: z.literal("images"),
  name: z.string(),
  description: z.string(),
  licence: z.string(),
  network: imageTransformerConfig,
  vocabulary: vocabularyConfig,
  /** The views it learned from, so that they can be drawn again. */
  views: z.strictObject({
    seed: z.int().nonnegative(),
    /** Smallest and greatest width of the ground that a view shows, km. */
    groundKm: z.tuple([z.number().positive(), z.number().positive()]),
    /** Share of the views whose centre lies on land, 0…1; the others are anywhere. */
    land: z.number().min(0).max(1),
    kinds: z.strictObject({ relief: z.number(), night: z.number() }),
    /** Views 0 … n − 1. */
    n: whole,
    heldOut: heldOutConfig,
    /** Those of the satellite views, two digits. */
    months: z.array(z.string()).min(1),
    /** Fingerprint of the rasters. */
    data: z.string(),
  }),
});

const colour = z.tuple([z.number(), z.number(), z.number()]);

/** What an angle model, and what judges its pictures, have learned a landmark from. */
export const learnedLandmark = z.strictObject({
  ...photographed.pick({
    name: true,
    title: true,
    place: true,
    heightM: true,
    radiusM: true,
    facing: true,
    licence: true,
    credit: true,
  }).shape,
  /** Photographs that were learned from. */
  n: whole,
  /** How many of them were taken from each of 36 sides, that about north first. */
  azimuths: z.array(z.int().nonnegative()).length(36),
  /** Least and greatest share of the picture that it fills, of nine tenths of them. */
  fill: z.tuple([z.number(), z.number()]),
  /** What is behind it in some of the photographs: sky and ground, sRGB 0 … 1. */
  behind: z.array(z.strictObject({ sky: z.tuple([colour, colour]), ground: colour })),
  /** Fingerprint of the photographs. */
  data: z.string(),
});

/** A number of bins of a full turn. */
export const azimuthBinCount = z.int().min(1).max(360);

/** `model.json` of a model that makes pictures of landmarks. */
export const landmarkModelDescription = z.strictObject({
  method: z.literal("landmark"),
  name: z.string(),
  description: z.string(),
  licence: z.string(),
  network: imageTransformerConfig,
  vocabulary: vocabularyConfig,
  /** Is it told from which side, or words alone? */
  angle: z.enum(["told", "untold"]),
  /** Azimuths that it has been told are the middles of so many bins; they were told as they are if left out. */
  bins: azimuthBinCount.optional(),
  landmarks: z.array(learnedLandmark).min(1),
});

/** `model.json` of anything that makes pictures. */
export const pictureModelDescription = z.discriminatedUnion("method", [
  imageModelDescription,
  landmarkModelDescription,
]);

/** `model.json` of anything that makes pictures. */
export type PictureModelDescription = z.infer<typeof pictureModelDescription>;
/** A landmark that was learned. */
export type LearnedLandmark = z.infer<typeof learnedLandmark>;
/** `model.json` of a model that makes pictures of landmarks. */
export type LandmarkModelDescription = z.infer<typeof landmarkModelDescription>;
/** `model.json` of a judge. */
export type ScorerDescription = z.infer<typeof scorerDescription>;
/** `model.json` of a model that makes pictures of places. */
export type ImageModelDescription = z.infer<typeof imageModelDescription>;

/** What judges pictures of places. */
export const scorerConfig = z.strictObject({
  trunk: convolutionalConfig,
  octaves: many,
  places: z.strictObject({ dim: many, depth: blocks }),
  space: many,
  attributes: z.record(z.string(), whole),
  temperature: z.number().positive(),
});

/** `model.json` of a judge. */
export const scorerDescription = z.strictObject({
  method: z.literal("judge"),
  name: z.string(),
  description: z.string(),
  licence: z.string(),
  heldOut: heldOutConfig,
  network: scorerConfig,
});

/** `model.json`: which method, with what belongs to it, and which encoder. */
export const modelDescription = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("generative"), ...about, path: pathName, schedule: scheduleConfig }),
  z.strictObject({ method: z.literal("regression"), ...about }),
  z.strictObject({ method: z.literal("von-mises-fisher"), ...about }),
  z.strictObject({ method: z.literal("cells"), ...about, ...cellsConfig }),
  z.strictObject({
    method: z.literal("retrieval"),
    ...about,
    neighbours: many,
    /** Where the known pictures lie on disk: lists of their index that are looked into, and how many times as many are compared. */
    disk: z.strictObject({ probes: many, refine: many }).optional(),
  }),
  z.strictObject({
    method: z.literal("flow-and-neighbours"),
    ...about,
    path: z.literal("riemannian-flow"),
    schedule: scheduleConfig,
    neighbours: many,
    /** Standard deviation of the kernels on the neighbours' places, km, and the share of the flow. */
    widthKm: z.number().positive(),
    weight: z.number().gt(0).lt(1),
  }),
  z.strictObject({ method: z.literal("zero-shot"), ...about }),
  z.strictObject({ method: z.literal("uniform"), ...about }),
]);

/** `model.json` of anything that has one. */
export const anyDescription = z.discriminatedUnion("method", [
  modelDescription,
  imageModelDescription,
  landmarkModelDescription,
  scorerDescription,
]);

/** `model.json` of a model that locates, told apart by `method`. */
export type ModelDescription = z.infer<typeof modelDescription>;
/** A noise schedule by name, with its parameters. */
export type ScheduleConfig = z.infer<typeof scheduleConfig>;
