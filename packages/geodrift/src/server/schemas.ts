/** What goes over the wire, once for validation and for the description of the interface. */
import { type ErrorCode, errorCodes } from "@geodrift/core/errors";
import { z } from "@hono/zod-openapi";
import { locateResult, namedPriorRule } from "../locate/contract.js";

/** Whole numbers and decimals from text, where nothing else is meant by it. */
const number = (schema: z.ZodNumber) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i, "is a number")
    .transform(Number)
    .pipe(schema)
    .openapi({ type: "number" });
const whole = (least: number, most: number) => number(z.number().int().min(least).max(most));
const decimal = (least: number, most: number) => number(z.number().min(least).max(most));

const outlines = z
  .string()
  .max(16_000)
  .transform((text, ctx): object => {
    try {
      const json = JSON.parse(text);
      if (typeof json === "object" && json !== null) return json;
    } catch {
      // Said below.
    }
    ctx.addIssue({ code: "custom", message: "is GeoJSON" });
    return z.NEVER;
  });

/** Settings of `locate`, as on the command line. */
export const locateSettings = z.strictObject({
  model: z.string().optional().describe("one of /api/models; the server's own if left out"),
  samples: whole(2, 2048).default(256).describe("places drawn"),
  steps: whole(1, 256).optional().describe("steps from noise to places"),
  guidance: decimal(0, 20).default(0).describe("strength of classifier-free guidance"),
  seed: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  solver: z.string().optional(),
  abstain: decimal(-4, 30).optional().describe("bits below which the answer is that it cannot tell"),
  prior: z.string().max(2000).optional().describe(`${namedPriorRule}; several with ; between them`),
  region: outlines
    .optional()
    .openapi({ type: "string", description: "outlines as GeoJSON, outside of which it is not" }),
  fine: z
    .enum(["true", "false"])
    .default("false")
    .transform((v) => v === "true")
    .openapi({ type: "string", description: "a finer mesh, as maps want it" }),
  name: z.string().max(300).default("picture").describe("what the answer calls the picture"),
});

/** What evidence is to have besides the answer. */
export const evidenceWishes = {
  remarks: z
    .string()
    .max(8000)
    .default("")
    .transform((text) => text.split("\n").filter(Boolean))
    .openapi({ type: "string", description: "what a person has ruled out, and why: a line each" }),
  picture: z
    .enum(["true", "false"])
    .default("false")
    .transform((v) => v === "true")
    .openapi({ type: "string", description: "the picture itself, at most 1,024 pixels wide or high" }),
};

/** Settings of `locate`, checked. */
export type LocateSettings = z.infer<typeof locateSettings>;

/** What every refused request is answered with. */
export const failure = z
  .object({
    error: z.string().describe("one sentence"),
    code: z
      .enum([
        ...(Object.keys(errorCodes) as [ErrorCode]),
        "internal",
        "unauthorized",
        "forbidden",
        "host",
        "too-large",
        "too-slow",
        "media-type",
      ])
      .describe("what kind of thing is to be mended; internal is a mistake of the program"),
    id: z.string().optional().describe("of an internal one, which the server's log has under it"),
  })
  .meta({ id: "Failure" });

/** What every refused request is answered with. */
export type FailureBody = z.infer<typeof failure>;

/** The description of a JSON answer. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** The description of a JSON body. */
export const body = <T extends z.ZodType>(schema: T) => ({
  content: { "application/json": { schema } },
  required: true as const,
});

/** The description of an answer that is a file. */
export const file = (types: string | readonly string[], description: string) => ({
  description,
  content: Object.fromEntries([types].flat().map((type) => [type, { schema: schemaOf(type) }])),
});

const schemaOf = (type: string): z.ZodType =>
  type === "application/json" ? z.record(z.string(), z.unknown()) : z.string().openapi({ format: "binary" });

/** Refusals, by what they say. */
export const refusals = {
  asked: { 400: json(failure, "what was asked cannot be done") },
  unknown: { 404: json(failure, "there is none") },
  large: { 408: json(failure, "the body does not come on"), 413: json(failure, "the body is too large") },
  conflict: { 409: json(failure, "something else is under way, or has changed it since") },
  busy: { 429: json(failure, "too much is waiting; Retry-After says when to come back") },
} as const;

/** A model that can be asked. */
export const modelEntry = z
  .object({
    id: z.string(),
    description: z.string(),
    licence: z.string(),
    method: z.string(),
    steps: z.boolean().describe("takes steps, which can be watched"),
    guidance: z.boolean(),
    views: z.boolean().describe("is for views of the Earth from above, and for no other pictures"),
  })
  .meta({ id: "Model" });

/** The density at a place. */
export const densityAt = z
  .object({
    logProbNats: z.number().describe("natural logarithm of the density per steradian"),
    timesUniform: z.number().describe("how many times as likely as if nothing were known"),
    credibleLevel: z.number().describe("mass of the smallest region that holds the place"),
  })
  .meta({ id: "DensityAt" });

/** The events of an answer that is followed step by step. */
export const locateStep = z.object({
  step: z.number(),
  steps: z.number(),
  points: z.array(z.number()).describe("longitude, latitude, longitude, …"),
});

/** The last event: the answer, and the name of its density under /api/density. */
export const locateEnd = z.object({ result: locateResult, density: z.string() });

/** A place, degrees. */
export const placeQuery = z.strictObject({ lat: decimal(-90, 90), lng: decimal(-180, 180) });
/** A whole number from `least` to `most`, as text. */
export const wholeNumber = whole;
/** A decimal number from `least` to `most`, as text. */
export const decimalNumber = decimal;

/** Is the server well, and what does it have? */
export const health = z.object({
  status: z.literal("ok"),
  version: z.string(),
  running: z.number(),
  waiting: z.number(),
  mostWaiting: z.number(),
  library: z.boolean().describe("is there an archive?"),
  fetches: z.boolean().describe("are models fetched for whoever asks?"),
  detail: z.boolean().describe("is there a map with more detail, /map/detail.pmtiles?"),
});
