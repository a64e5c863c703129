/** What a folder of photographs shows: its `landmark.json`. */
import { z } from "zod";

/** Schema of `landmark.json` in a folder of photographs. */
export const photographed = z.strictObject({
  name: z.string(),
  title: z.string(),
  place: z.strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) }),
  /** From its ground to its top, metres; unknown if left out. */
  heightM: z.number().positive().optional(),
  /** Of its ground above the sea, metres; unknown, or of no matter, if left out. */
  altitudeM: z.number().optional(),
  /** Greatest horizontal distance from its axis, metres; unknown if left out. */
  radiusM: z.number().positive().optional(),
  /** Where its front looks, degrees clockwise from north; unknown if left out. */
  facing: z.number().min(0).lt(360).optional(),
  licence: z.string(),
  credit: z.string(),
  /** How the photographs were made; absent for real ones. */
  made: z
    .strictObject({
      seed: z.int(),
      azimuths: z.enum(["tourist", "uniform"]),
      size: z.int().positive(),
      train: z.int().nonnegative(),
      test: z.int().nonnegative(),
    })
    .optional(),
});

/** What photographs show. */
export type Photographed = z.infer<typeof photographed>;

/** The greatest extent of a landmark, metres: across, or upwards; undefined where neither is known. */
export function extentOf({ heightM = 0, radiusM = 0 }: Pick<Photographed, "heightM" | "radiusM">): number | undefined {
  const extent = Math.max(heightM, 2 * radiusM);
  return extent > 0 ? extent : undefined;
}
