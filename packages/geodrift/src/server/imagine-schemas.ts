/** What is asked of, and answered by, the model that makes pictures. */
import { imageSolvers } from "@geodrift/core";
import { z } from "zod";
import { imagineDefaults } from "../imagine/defaults.js";
import { latLng, modelName } from "../locate/contract.js";

const guide = z.number().min(0).max(100);

/** A place, with words, and how pictures are made of it. */
export const imagineSettings = z.strictObject({
  at: latLng.strict().optional().describe("the place; left out, words alone are the condition"),
  azimuth: z
    .number()
    .min(0)
    .max(360)
    .optional()
    .describe("side of the landmark, degrees clockwise from north, in place of a place"),
  words: z.string().max(300).optional().describe("words that the model knows"),
  groundKm: z
    .number()
    .positive()
    .optional()
    .describe("width of the ground; if left out, what the words near and wide say, or the default"),
  n: z.int().min(1).max(16).default(4).describe("pictures, each from a noise of its own"),
  guidePlace: guide.default(imagineDefaults.guidance.place).describe("strength of the place"),
  guideWords: guide.default(imagineDefaults.guidance.words).describe("strength of the words"),
  steps: z.int().min(1).max(100).default(imagineDefaults.steps),
  solver: z.enum(Object.keys(imageSolvers) as [keyof typeof imageSolvers]).default(imagineDefaults.solver),
  seed: z
    .int()
    .min(0)
    .max(2 ** 52)
    .default(0)
    .describe("of the first picture's noise; the next has the next"),
  size: z.int().optional().describe("pixels along a side; the model's largest if left out"),
  attention: z
    .boolean()
    .default(false)
    .describe("also where each word, longitude and latitude, or the angle, are looked at"),
});

const png = z.string().describe("base64");

/** Pictures that were made. */
export const imagined = z
  .object({
    model: modelName,
    size: z.number(),
    pictures: z.array(
      z.object({
        seed: z.number(),
        png,
        sha256: z.string().describe("of its RGB bytes"),
        attention: z
          .array(z.object({ token: z.string(), map: z.array(z.number()) }))
          .optional()
          .describe("for each token shares of attention, rows from the top"),
      }),
    ),
  })
  .meta({ id: "Imagined" });

/** A picture on its way. */
export const imagineStep = z.object({ index: z.number(), step: z.number(), steps: z.number(), png });

/** The landmark that pictures are made of by their angle: what an azimuth asks for, where the server has it. */
export const landmarkAbout = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    licence: z.string(),
    at: latLng,
    facing: z.number().optional().describe("where its front looks, degrees clockwise from north"),
    azimuths: z.array(z.number()).describe("photographs from each of 36 sides, that about north first"),
    sizes: z.array(z.number()).describe("pixels along a side"),
    words: z.array(z.string()),
  })
  .meta({ id: "Landmark" });

/** The model that makes pictures. */
export const imageModel = z
  .object({
    name: z.string(),
    description: z.string(),
    licence: z.string(),
    sizes: z.array(z.number()),
    groundKm: z.tuple([z.number(), z.number()]).describe("smallest and greatest width of the ground"),
    words: z.array(z.string()),
    memory: z.boolean().describe("can training views be compared with?"),
    usual: z.object({ groundKm: z.number(), guidePlace: z.number(), guideWords: z.number() }),
    landmark: landmarkAbout.optional(),
  })
  .meta({ id: "ImageModel" });

/** Which picture is held against the training's views. */
export const nearestBody = z.strictObject({
  at: latLng.strict(),
  words: z.string().max(300).optional(),
  png: z.string().max(100_000).describe("the picture, base64"),
});

/** A view of the training, and how unlike the picture it is. */
export const trainingView = z
  .object({
    png,
    at: latLng,
    km: z.number().describe("how far its centre lies from the place"),
    groundKm: z.number(),
    kind: z.string(),
    month: z.string().optional(),
    difference: z.number().describe("root mean square of the pixels, of 255"),
  })
  .meta({ id: "TrainingView" });
