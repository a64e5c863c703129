/** What a model folder says of the encoder that its embeddings come from. */
import { z } from "zod";
import { preparation } from "../pictures/preparation.js";

/** Channels and pixels along a side: whatever is beyond is a damaged file. */
const whole = z
  .int()
  .positive()
  .max(2 ** 20);

/**
 * Sizes of the convolutional trunk: `size` is the side of its pictures in pixels, the rest count channels, blocks and
 * hidden units.
 */
export const convolutionalConfig = z.strictObject({
  size: whole.multipleOf(16),
  stem: whole,
  stages: z.array(z.strictObject({ channels: whole, blocks: z.int().nonnegative().max(1000) })).min(1),
  squeeze: whole,
  hidden: whole,
  embedding: whole,
});

/**
 * Sizes of the place head: Fourier features of the posterior over land cells, those of the sharpened posterior, and the
 * exponent that sharpens it.
 */
export const placeHeadConfig = z.strictObject({
  features: whole,
  sharpFeatures: whole,
  sharpness: z.number().positive(),
  /**
   * Of the posterior's peak: within how many km of the most probable cell it lies, Fourier features of its centre, how many of them
   * are told, and hidden channels of what moves it.
   */
  peak: z
    .strictObject({ withinKm: z.number().positive().max(10_000), features: whole, told: whole, hidden: whole })
    .refine(({ told, features }) => told <= features, "no more features are told than there are")
    .optional(),
});

/** What tells pictures that the encoder is for from others; its weights lie in `domain.safetensors`. */
export const domainConfig = z.strictObject({
  /** What pictures are that it is for, with an article. */
  of: z.string(),
  /** Hidden channels of the head. */
  hidden: whole,
  /** Log-odds from which on a picture counts as one of them. */
  least: z.number(),
});

/** The encoder of views from above; its weights lie in `encoder.safetensors`. */
export const placeEncoderConfig = z.strictObject({
  kind: z.literal("places"),
  trunk: convolutionalConfig,
  places: placeHeadConfig,
  domain: domainConfig.optional(),
});

const rgb = z.array(z.number()).length(3);

/** What is taken from pixels in 0…1, and what they are then divided by. */
const coloursConfig = z.strictObject({ mean: rgb, std: rgb });

/** A vision transformer of published weights. */
export const transformerEncoderConfig = z.strictObject({
  kind: z.literal("transformer"),
  /** One that is known by name, or a file or folder in the model's own. */
  weights: z.union([z.strictObject({ known: z.string() }), z.strictObject({ file: z.string() })]),
  preparation,
  colours: z.union([z.enum(["imagenet", "clip"]), coloursConfig]),
  /** Attention heads, where they do not have 64 channels each. */
  heads: whole.optional(),
  /** Matrices in eight bits: twice as fast, and embeddings that differ by about a hundredth. */
  precision: z.literal("int8").optional(),
});

/** Any ONNX network that takes pictures. */
export const onnxEncoderConfig = z.strictObject({
  kind: z.literal("onnx"),
  file: z.string(),
  preparation,
  colours: coloursConfig,
  /** The node, or the result, that embeddings are taken from; the network's own output if left out. */
  output: z.string().optional(),
});

/** Any encoder, told apart by `kind`. */
export const encoderConfig = z.discriminatedUnion("kind", [
  placeEncoderConfig,
  transformerEncoderConfig,
  onnxEncoderConfig,
]);

/** The config of what tells pictures that an encoder is for from others. */
export type DomainConfig = z.infer<typeof domainConfig>;
/** The config of the encoder of views from above. */
export type PlaceEncoderConfig = z.infer<typeof placeEncoderConfig>;
/** The config of a vision transformer of published weights. */
export type TransformerEncoderConfig = z.infer<typeof transformerEncoderConfig>;
/** The config of any encoder. */
export type EncoderConfig = z.infer<typeof encoderConfig>;
