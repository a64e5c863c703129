import { z } from "zod";

const share = z.number().min(0).max(1);

/** Schema of a config file's `views`: `EarthViewsOptions`. */
export const viewsConfig = z
  .strictObject({
    seed: z.int().nonnegative(),
    size: z.int().positive(),
    widthKm: z.tuple([z.number().positive(), z.number().positive()]),
    headingDegrees: z.number().min(0).max(180),
    centres: z.enum(["land", "globe"]),
    augment: z.number().nonnegative(),
    seasons: z.strictObject({ between: share, thaw: share }).optional(),
  })
  .refine((v) => v.widthKm[0] <= v.widthKm[1], "widthKm runs from the least to the greatest");
