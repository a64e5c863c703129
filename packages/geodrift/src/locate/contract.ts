/** The answer of `locate` as programs read it: `--json`, and over HTTP. Its type is inferred from here. */
import { z } from "zod";

/** What priors by name are, as the sentence of an error has it. */
export const namedPriorRule =
  "the name of a place, not:NAME, within:KM:LAT,LNG, sun:TIME:DEGREES, shadow:TIME:RATIO, or photos";

/** A place, degrees. */
export const latLng = z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) });

const distanceKm = z.number();

/** A model by name, with the hash of its weights (SHA-256, hexadecimal). */
export const modelName = z.object({ name: z.string(), sha256: z.string() });

/**
 * A place by the country that holds it and the nearest town of that country; the country's code is ISO 3166-1 alpha-2, the
 * distance great-circle kilometres.
 */
export const placeName = z.object({
  country: z.string().describe("whose outline holds the place; empty on the high seas"),
  countryCode: z.string(),
  region: z.string().describe("of the city"),
  city: z.string().describe("the nearest; empty where none is within 100 km"),
  distanceKm: distanceKm.describe("from the place to the nearest town"),
});

/** A picture taken about the same time, whose place (degrees) is known. */
export const neighbour = latLng.extend({
  image: z.string(),
  minutes: z.number().describe("how much later it was taken; below 0, earlier"),
  errorMetres: z.number().optional().describe("that its place may be off, as its file says"),
});

/** One thing known, multiplied with the picture's density alone. */
export const contribution = z.object({
  kind: z.enum(["region", "time-neighbours", "album", "track"]),
  label: z.string().describe("what it is, in a few words"),
  localizabilityBits: z.number().describe("of the picture with this"),
  best: latLng,
  ownShare: z
    .number()
    .describe(
      "what the picture alone gives to where nine tenths of the answer with this lie: 0.9 if it changes nothing",
    ),
});

/** What the picture says by itself, beside an answer that takes in more. */
export const ownAnswer = z.object({
  localizabilityBits: z.number().describe("of the picture alone"),
  best: latLng,
  share: z.number().describe("what the picture alone gives to where nine tenths of the answer lie"),
  contradicted: z.boolean().describe("is that under one hundredth?"),
});

/**
 * What `locate` says of one picture: places in degrees, areas in km², radii in km, masses and probabilities in 0…1,
 * localizability in bits.
 */
export const locateResult = z
  .object({
    image: z.string(),
    sha256: z.string().describe("of the picture's bytes"),
    model: modelName,
    seed: z.number(),
    solver: z.string().optional().describe("of methods that solve a flow; the others take no steps"),
    steps: z.number(),
    guidance: z.number(),
    best: latLng,
    place: placeName,
    localizabilityBits: z.number().describe("with all that is known"),
    regions: z.array(
      z.object({
        mass: z
          .number()
          .describe(
            "its probability: the density's own, or with densityMass the share of true places that such regions have held",
          ),
        densityMass: z
          .number()
          .optional()
          .describe("the density's own probability in it, where the model says which of its regions hold a share"),
        areaKm2: z.number(),
        radiusKm: z.number(),
      }),
    ),
    ruledOut: z
      .object({ mass: z.number(), areaKm2: z.number() })
      .describe("the part of the globe outside the smallest region that holds 99 %"),
    modes: z.array(
      latLng.extend({
        mass: z.number(),
        radiusKm: z.number(),
        name: z.string().describe("the nearest town and its country"),
        country: z.string().optional().describe("as that of `place`; absent in estimates of before 0.3"),
        countryCode: z.string().optional(),
      }),
    ),
    countries: z.array(z.object({ code: z.string(), name: z.string(), probability: z.number() })),
    divisions: z
      .array(z.object({ countryCode: z.string(), name: z.string(), probability: z.number() }))
      .describe("by the nearest town of the country: right but for a strip along the borders"),
    continents: z
      .array(z.object({ name: z.string(), probability: z.number() }))
      .optional()
      .describe("those of the United Nations, the Americas as two; absent in estimates of before 0.3"),
    elapsedMs: z.number(),
    domain: z
      .object({ of: z.string(), logOdds: z.number(), inside: z.boolean() })
      .optional()
      .describe(
        "is the picture of the kind that the model is for (`of`)? Outside of it the answer means nothing. Absent for models that cannot tell; of models trained on tables `logOdds` is how much likelier the embedding is than one at the edge of those of the training",
      ),
    abstained: z
      .boolean()
      .optional()
      .describe("only where a least localizability is asked for: does the picture tell less?"),
    recorded: latLng
      .extend({ distanceKm })
      .optional()
      .describe("what the picture's own file says, which is never used, and how far the best guess is from it"),
    pointOnly: z
      .boolean()
      .optional()
      .describe("the method names a point and no distribution: no radius, no region, and bits of anywhere"),
    notes: z
      .array(z.string())
      .optional()
      .describe("what the picture's file or sidecars say and was not used, with its reason"),
    neighbours: z
      .array(neighbour)
      .optional()
      .describe("pictures taken shortly before or after, which the answer takes in"),
    own: ownAnswer.optional().describe("only where something else is taken in"),
    contributions: z
      .array(contribution)
      .optional()
      .describe("what each thing known besides does to the picture's own answer"),
  })
  .meta({ id: "LocateResult" });
