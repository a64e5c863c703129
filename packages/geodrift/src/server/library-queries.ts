/** What is asked of a library over HTTP. */
import { z } from "@hono/zod-openapi";
import { job, overview, verdict } from "../library/contract.js";
import { type ExportFormat, exportFormats } from "../library/export/formats.js";
import { roles } from "../library/people.js";
import { states } from "../library/states.js";
import { type Order, orders } from "../library/store/picture-filter.js";
import { decimalNumber, locateSettings, wholeNumber } from "./schemas.js";

const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((v) => v === "true")
  .openapi({ type: "string" });

/** What a library holds, what it is busy with, and what may be asked of it. */
export const libraryState = overview
  .extend({
    canAdd: z.boolean().describe("whether folders can be added over this interface"),
    canChoose: z.boolean().describe("whether the machine's folders are listed to whoever asks here"),
    undo: z.number().optional().describe("number of the last word of whoever asks, which can be taken back"),
    person: z.object({ name: z.string().nullable(), role: z.enum(roles) }).describe("who asks, and what they may do"),
    job: job.optional(),
  })
  .meta({ id: "Library" });

/** Which pictures: `from` and `to` in milliseconds by the camera's clock, `leastBits` of localizability. */
export const surveyQuery = z.strictObject({
  state: z.enum(states).optional(),
  folder: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  album: z.string().max(4096).optional(),
  text: z.string().max(300).optional(),
  camera: z.string().max(300).optional(),
  where: z
    .string()
    .max(200)
    .optional()
    .describe("pictures that stand within a place by name, within:KM:LAT,LNG or not:NAME, whoever says so"),
  from: wholeNumber(-8.64e15, 8.64e15).optional(),
  to: wholeNumber(-8.64e15, 8.64e15).optional(),
  leastBits: decimalNumber(-4, 30).optional(),
  order: z.enum(Object.keys(orders) as [Order]).optional(),
});

/** Which page of them. */
export const listQuery = surveyQuery.extend({
  limit: wholeNumber(1, 1000).default(100),
  after: z.string().max(100).optional(),
});

/** Which pictures by their numbers, with commas between them. */
export const severalQuery = z.strictObject({
  ids: z
    .string()
    .max(4000)
    .regex(/^\d+(,\d+)*$/, "are numbers with commas between them")
    .transform((text) => text.split(",").map(Number))
    .refine((ids) => ids.every(Number.isSafeInteger), "are numbers of pictures")
    .openapi({ type: "string" }),
});

/** Which of the groups of pictures that are the same, counted from 0. */
export const duplicatesQuery = z.strictObject({
  from: wholeNumber(0, 10_000_000).default(0),
  limit: wholeNumber(1, 100).default(20),
});

/** What the camera's clock is ahead of UTC, in minutes, where its files do not say. */
export const trackQuery = z.strictObject({ clockMinutes: decimalNumber(-1440, 1440).default(0) });

/** A folder of this machine; the home folder if left out. */
export const diskQuery = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4096)
    .refine((path) => !path.includes("\0"), "is a path without a NUL")
    .optional(),
});

/** What may be taken in besides a picture. */
export const knownQuery = {
  timeNeighbours: decimalNumber(0, 100_000).optional().describe("minutes"),
  album: flag,
  track: flag,
  clockMinutes: decimalNumber(-1440, 1440).optional(),
};

/** Settings of `locate` for a picture of a library, with what may be taken in besides. */
export const pictureSettings = locateSettings.extend(knownQuery);

const pictures = z.array(z.int().positive()).min(1).max(100_000);

/** What is said of which pictures, by number. */
export const decisionBody = z
  .strictObject({
    pictures,
    verdict,
    seen: z
      .array(z.int().positive().nullable())
      .max(100_000)
      .optional()
      .describe(
        "of each of the pictures, `lastWord.id` as it was seen, null for none: 409 where somebody has said something else meanwhile",
      ),
  })
  .refine(({ pictures, seen }) => seen === undefined || seen.length === pictures.length, {
    path: ["seen"],
    message: "has one number, or null, for each of the pictures",
  })
  .meta({ id: "Decision" });

/** Pictures that sidecars are written for; all that are accepted if left out. */
export const writeBody = z.strictObject({
  pictures: pictures.optional(),
  intoExisting: z
    .boolean()
    .default(false)
    .describe("into photo.xmp, where another program keeps one, instead of photo.jpg.xmp beside it"),
});
/** What is taken back; the last word if left out. */
export const undoBody = z.strictObject({ batch: z.int().positive().optional() });
/** A folder of this machine. */
export const folderBody = z.strictObject({ path: z.string().min(1).max(4096) });
/** How the queue is located; `timeNeighbours` and `clockMinutes` in minutes. */
export const estimateBody = z.strictObject({
  model: z.string().optional(),
  seed: z.int().nonnegative().default(0),
  guidance: z.number().min(0).max(20).default(0),
  prior: z.string().max(2000).optional(),
  timeNeighbours: z.number().min(0).max(100_000).optional(),
  album: z.boolean().default(false),
  track: z.boolean().default(false),
  clockMinutes: z.number().min(-1440).max(1440).optional(),
  again: z.boolean().default(false),
});
/** In which format, and whether places are coarsened to cells. */
export const exportQuery = z.strictObject({
  format: z.enum(Object.keys(exportFormats) as [ExportFormat]).default("csv"),
  obscure: flag,
});
/** Which of the two sizes. */
export const thumbnailQuery = z.strictObject({ size: z.enum(["small", "large"]).default("small") });
