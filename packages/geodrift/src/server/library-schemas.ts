/** What goes over the wire about libraries. */
import { z } from "@hono/zod-openapi";
import { type ExportFormat, exportFormats } from "../library/export/formats.js";
import { levels, states } from "../library/tables.js";
import { decimalNumber, latLng, locateResult, locateSettings, wholeNumber } from "./schemas.js";

const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((v) => v === "true")
  .openapi({ type: "string" });

export const job = z
  .object({
    kind: z.enum(["scan", "estimate"]),
    progress: z.record(z.string(), z.number()),
    running: z.boolean(),
    error: z.string().optional(),
  })
  .openapi("Job");

export const overview = z
  .object({
    counts: z.record(z.enum(states), z.number()),
    missing: z.number(),
    folders: z.array(
      z.object({ id: z.number(), path: z.string(), scannedAt: z.number().nullable(), pictures: z.number() }),
    ),
    unestimated: z.number(),
    /** Whether folders can be added over this interface. */
    canAdd: z.boolean(),
    undo: z.number().optional().openapi({ description: "number of the last word that can be taken back" }),
    job: job.optional(),
  })
  .openapi("Library");

export const listQuery = z.strictObject({
  state: z.enum(states).optional(),
  folder: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  album: z.string().max(4096).optional(),
  text: z.string().max(300).optional(),
  from: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  to: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  leastBits: decimalNumber(-4, 30).optional(),
  order: z.enum(["number", "time", "bits"]).optional(),
  limit: wholeNumber(1, 1000).default(100),
  after: z.string().max(100).optional(),
});

export const listedPicture = z
  .object({
    id: z.number(),
    path: z.string(),
    folder: z.number(),
    album: z.string(),
    state: z.enum(states),
    takenAt: z.number().nullable(),
    camera: z.string().nullable(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    recorded: latLng.nullable(),
    error: z.string().nullable(),
    decided: z.object({ place: z.string(), level: z.enum(levels), source: z.enum(["estimate", "person"]) }).nullable(),
    estimate: z
      .object({
        best: latLng,
        place: z.string(),
        bits: z.number(),
        radiusKm: z.number(),
        abstained: z.boolean(),
        madeAt: z.number(),
      })
      .nullable(),
  })
  .openapi("Picture");

export const pictureDetail = listedPicture
  .extend({
    sha256: z.string().nullable(),
    result: locateResult.nullable(),
    decision: z.record(z.string(), z.unknown()).nullable(),
  })
  .openapi("PictureDetail");

export const knownQuery = {
  timeNeighbours: decimalNumber(0, 100_000).optional().openapi({ description: "minutes" }),
  album: flag,
  track: flag,
  clockMinutes: decimalNumber(-1440, 1440).optional(),
};

export const pictureSettings = locateSettings.extend(knownQuery);

export const knownPlaces = z.array(
  z.object({
    kind: z.enum(["time-neighbours", "album", "track"]),
    label: z.string(),
    places: z.array(
      latLng.extend({ picture: z.number().optional(), path: z.string().optional(), minutes: z.number() }),
    ),
  }),
);

const pictures = z.array(z.int().positive()).min(1).max(100_000);

export const decisionBody = z
  .strictObject({
    pictures,
    verdict: z.discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("accept"),
        level: z.enum(levels).default("point"),
        pin: latLng.optional(),
        radiusKm: z.number().positive().max(20_000).optional(),
        madeAt: z
          .number()
          .optional()
          .openapi({ description: "of the estimate that was looked at, if no other is to be accepted" }),
      }),
      z.strictObject({ kind: z.literal("reject") }),
      z.strictObject({ kind: z.literal("not-a-place") }),
    ]),
  })
  .openapi("Decision");

export const outcomes = z.array(
  z.object({ picture: z.number(), sidecar: z.string().optional(), error: z.string().optional() }),
);

export const writeBody = z.strictObject({ pictures: pictures.optional() });
export const undoBody = z.strictObject({ batch: z.int().positive().optional() });
export const folderBody = z.strictObject({ path: z.string().min(1).max(4096) });
export const estimateBody = z.strictObject({
  model: z.string().optional(),
  seed: z.int().nonnegative().default(0),
  guidance: z.number().min(0).max(20).default(0),
  prior: z.string().max(200).optional(),
  timeNeighbours: z.number().min(0).max(100_000).optional(),
  album: z.boolean().default(false),
  track: z.boolean().default(false),
  clockMinutes: z.number().min(-1440).max(1440).optional(),
  again: z.boolean().default(false),
});
export const exportQuery = z.strictObject({
  format: z.enum(Object.keys(exportFormats) as [ExportFormat]).default("csv"),
  obscure: flag,
});
export const thumbnailQuery = z.strictObject({ size: z.enum(["small", "large"]).default("small") });
