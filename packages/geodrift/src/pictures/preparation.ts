/** How a picture becomes the square that an encoder takes. */
import { z } from "zod";

/**
 * `cover`: scaled until the square is covered, in one step (libvips). `crop-resize`: the middle square is cut out, then
 * resized (DINOv2 in PLONK). `resize-crop`: the shorter side is resized, then the middle cut out (CLIP).
 */
export const squareKinds = ["cover", "crop-resize", "resize-crop"] as const;

/** How a picture becomes the square that an encoder takes. */
export const preparation = z.strictObject({
  /** Side of the square, pixels; no encoder sees more than thousands. */
  size: z.int().positive().max(8192),
  square: z.enum(squareKinds),
  /** Pixels that the shorter side is resized to before the middle is cut out; `size` if left out. */
  shorter: z.int().positive().max(8192).optional(),
});

/** How a picture becomes the square that an encoder takes: its side in pixels, and the order of cutting and resizing. */
export type Preparation = z.infer<typeof preparation>;

/**
 * Means and standard deviations of red, green and blue that encoders were trained with, for pixels in 0…1: those of
 * ImageNet and of CLIP.
 */
export const colours = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
} as const;

/** What is taken from pixels in 0…1, and what they are then divided by. */
export interface Colours {
  /** Of red, green and blue, [3]. */
  mean: readonly number[];
  /** Of red, green and blue, [3]. */
  std: readonly number[];
}

/** Leaves pixels in 0…1. */
export const asTheyAre: Colours = { mean: [0, 0, 0], std: [1, 1, 1] };
