/** What goes over the wire, once for validation and for the description of the interface. */
import { z } from "@hono/zod-openapi";

const lat = z.number().min(-90).max(90);
const lng = z.number().min(-180).max(180);

/** Degrees. */
export const latLng = z.object({ lat, lng });

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
  model: z.string().optional().openapi({ description: "one of /api/models; the server's own if left out" }),
  samples: whole(2, 2048).default(256).openapi({ description: "places drawn" }),
  steps: whole(1, 256).optional().openapi({ description: "steps from noise to places" }),
  guidance: decimal(0, 20).default(0).openapi({ description: "strength of classifier-free guidance" }),
  seed: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  solver: z.string().optional(),
  abstain: decimal(-4, 30).optional().openapi({ description: "bits below which the answer is that it cannot tell" }),
  prior: z.string().max(200).optional().openapi({ description: "a country, within:KM:LAT,LNG, or photos" }),
  region: outlines
    .optional()
    .openapi({ type: "string", description: "outlines as GeoJSON, outside of which it is not" }),
  fine: z
    .enum(["true", "false"])
    .default("false")
    .transform((v) => v === "true")
    .openapi({ type: "string", description: "a finer mesh, as maps want it" }),
  name: z.string().max(300).default("picture").openapi({ description: "what the answer calls the picture" }),
});

export type LocateSettings = z.infer<typeof locateSettings>;

const region = z.object({ mass: z.number(), areaKm2: z.number(), radiusKm: z.number() });

const contribution = z.object({
  kind: z.string(),
  label: z.string(),
  localizabilityBits: z.number(),
  best: latLng,
  ownShare: z.number(),
});

export const locateResult = z
  .object({
    image: z.string(),
    sha256: z.string(),
    model: z.object({ name: z.string(), sha256: z.string() }),
    seed: z.number(),
    solver: z.string().optional(),
    steps: z.number(),
    guidance: z.number(),
    best: latLng,
    place: z.object({
      country: z.string(),
      countryCode: z.string(),
      region: z.string(),
      city: z.string(),
      distanceKm: z.number(),
    }),
    localizabilityBits: z.number(),
    regions: z.array(region),
    ruledOut: z.object({ mass: z.number(), areaKm2: z.number() }),
    modes: z.array(latLng.extend({ mass: z.number(), radiusKm: z.number(), name: z.string() })),
    countries: z.array(z.object({ code: z.string(), name: z.string(), probability: z.number() })),
    divisions: z.array(z.object({ countryCode: z.string(), name: z.string(), probability: z.number() })),
    elapsedMs: z.number(),
    abstained: z.boolean().optional(),
    recorded: latLng.extend({ distanceKm: z.number() }).optional(),
    contributions: z.array(contribution).optional(),
  })
  .openapi("LocateResult");

export const failure = z.object({ error: z.string().openapi({ description: "one sentence" }) }).openapi("Failure");

export const modelEntry = z
  .object({
    id: z.string(),
    description: z.string(),
    licence: z.string(),
    method: z.string(),
    /** Takes steps, which can be watched. */
    steps: z.boolean(),
    guidance: z.boolean(),
  })
  .openapi("Model");

export const densityAt = z
  .object({
    logProbNats: z.number().openapi({ description: "natural logarithm of the density per steradian" }),
    timesUniform: z.number().openapi({ description: "how many times as likely as if nothing were known" }),
    credibleLevel: z.number().openapi({ description: "mass of the smallest region that holds the place" }),
  })
  .openapi("DensityAt");

export const placeQuery = z.strictObject({ lat: decimal(-90, 90), lng: decimal(-180, 180) });
export const wholeNumber = whole;
export const decimalNumber = decimal;
