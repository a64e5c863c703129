/** A place and words in, pictures out, at once or step by step. */

import { closedVocabulary, distanceKm } from "@geodrift/core";
import { createRoute, z } from "@hono/zod-openapi";
import sharp from "sharp";
import { kindOf, months, type ViewKind } from "../../earth/captions.js";
import type { ImagineCall } from "../../engine/engine.js";
import type { DrawingStep, ImagineJob } from "../../engine/engine-messages.js";
import type { TrainingMemory } from "../../engine/training-memory.js";
import { sha256Of } from "../../files/hash.js";
import { groundOf, usualGroundKm } from "../../imagine/ground.js";
import { picturesPlan } from "../../imagine/plan.js";
import { toMadeUpPng } from "../../imagine/sheet.js";
import { usualImagining } from "../../imagine/usual.js";
import { toldWords } from "../../imagine/words.js";
import type { ImageModelDescription } from "../../models/schema.js";
import type { Picture } from "../../pictures/picture.js";
import { toPng } from "../../pictures/png.js";
import type { App, ServerContext } from "../context.js";
import { failure, latLng } from "../schemas.js";
import { streamEvents } from "../stream-events.js";

/** The model that makes pictures. */
export interface ServedImages {
  /** Name or folder. */
  model: string;
  description: ImageModelDescription;
  /** What it learned from, where the server has the rasters. */
  memory?: TrainingMemory;
}

const guide = z.number().min(0).max(100);

const imagineSettings = z.strictObject({
  at: latLng.strict().optional().openapi({ description: "the place; left out, words alone are told" }),
  words: z.string().max(300).optional().openapi({ description: "words that the model knows" }),
  groundKm: z
    .number()
    .positive()
    .optional()
    .openapi({ description: "width of the ground; if left out, what the words near and wide say, or the usual one" }),
  n: z.int().min(1).max(16).default(4).openapi({ description: "pictures, each from a noise of its own" }),
  guidePlace: guide.default(usualImagining.guidance.place).openapi({ description: "strength of the place" }),
  guideWords: guide.default(usualImagining.guidance.words).openapi({ description: "strength of the words" }),
  steps: z.int().min(1).max(100).default(usualImagining.steps),
  solver: z.enum(["euler", "heun", "rk4"]).default(usualImagining.solver),
  seed: z
    .int()
    .min(0)
    .max(2 ** 52)
    .default(0)
    .openapi({ description: "of the first picture's noise; the next has the next" }),
  size: z.int().optional().openapi({ description: "pixels along a side; the model's largest if left out" }),
  attention: z
    .boolean()
    .default(false)
    .openapi({ description: "also where each word, longitude and latitude are looked at" }),
});

const imagined = z
  .object({
    model: z.object({ name: z.string(), sha256: z.string() }),
    size: z.number(),
    pictures: z.array(
      z.object({
        seed: z.number(),
        png: z.string().openapi({ description: "base64" }),
        sha256: z.string().openapi({ description: "of its RGB bytes" }),
        attention: z
          .array(z.object({ token: z.string(), map: z.array(z.number()) }))
          .optional()
          .openapi({ description: "for each token shares of attention, rows from the top" }),
      }),
    ),
  })
  .openapi("Imagined");

const about = z
  .object({
    name: z.string(),
    description: z.string(),
    licence: z.string(),
    sizes: z.array(z.number()),
    groundKm: z.array(z.number()).openapi({ description: "least and greatest width of the ground" }),
    words: z.array(z.string()),
    memory: z.boolean().openapi({ description: "can training views be compared with?" }),
    usual: z.object({ groundKm: z.number(), guidePlace: z.number(), guideWords: z.number() }),
  })
  .openapi("ImageModel");

const alike = z
  .object({
    png: z.string().openapi({ description: "base64" }),
    at: latLng,
    km: z.number().openapi({ description: "how far its centre lies from the place" }),
    groundKm: z.number(),
    kind: z.string(),
    month: z.string().optional(),
    difference: z.number().openapi({ description: "root mean square of the pixels, of 255" }),
  })
  .openapi("TrainingView");

const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

const imagineRoute = createRoute({
  method: "post",
  path: "/api/imagine",
  summary: "Make pictures of a place",
  description:
    "With Accept: text/event-stream come the events `step` (what a picture looks like after a step, as PNG in base64), `result` or `error`.",
  request: { body: { content: json(imagineSettings), required: true } },
  responses: {
    200: { description: "pictures", content: { ...json(imagined), "text/event-stream": { schema: z.string() } } },
    400: { description: "what was asked cannot be done", content: json(failure) },
    429: { description: "too much is waiting; Retry-After says when to come back", content: json(failure) },
  },
});

const aboutRoute = createRoute({
  method: "get",
  path: "/api/imagine",
  summary: "The model that makes pictures: its words, sizes and widths",
  responses: { 200: { description: "the model", content: json(about) } },
});

const alikeRoute = createRoute({
  method: "post",
  path: "/api/imagine/nearest",
  summary: "The training view most like a picture, of those near its place",
  request: {
    body: {
      content: json(
        z.strictObject({
          at: latLng.strict(),
          words: z.string().max(300).optional(),
          png: z.string().max(100_000).openapi({ description: "the picture, base64" }),
        }),
      ),
      required: true,
    },
  },
  responses: {
    200: { description: "the view", content: json(alike) },
    400: { description: "what was asked cannot be done", content: json(failure) },
    404: { description: "the server has no rasters", content: json(failure) },
    429: { description: "too much is waiting; Retry-After says when to come back", content: json(failure) },
  },
});

export function addImagine(
  app: App,
  { engine, log }: ServerContext,
  { model, description, memory }: ServedImages,
): void {
  const { network, views, vocabulary } = description;
  const text = closedVocabulary(vocabulary);

  /** @throws RangeError in one sentence */
  function jobOf({
    at,
    words,
    groundKm,
    n,
    seed,
    size,
    attention,
    ...settings
  }: z.infer<typeof imagineSettings>): ImagineJob {
    const told = toldWords(text, words, description.name);
    if (at === undefined && told === undefined) throw new RangeError("a place, at, or words are needed, or both");
    const ground = groundOf(groundKm, [text.read(told ?? "")], views.groundKm);
    const pixels = size ?? Math.max(...network.sizes);
    if (!network.sizes.includes(pixels))
      throw new RangeError(`"size": the model makes pictures of ${network.sizes.join(" or ")} pixels, got ${pixels}`);
    const { guidePlace, guideWords, steps, solver } = settings;
    return {
      model,
      plan: picturesPlan(at, told, seed, n),
      settings: { groundKm: ground, guidance: { place: guidePlace, words: guideWords }, steps, solver, size: pixels },
      attention,
    };
  }

  async function imagine(job: ImagineJob, call: ImagineCall) {
    const last: DrawingStep[] = [];
    const made = await engine.imagine(job, {
      ...call,
      onDrawing(drawing) {
        last[drawing.index] = drawing;
        call.onDrawing(drawing);
      },
    });
    const pictures = last.map(async ({ picture, attention }, i) => ({
      seed: job.plan.cells[i].seed,
      png: base64Of(await toMadeUpPng(picture)),
      sha256: sha256Of(picture.data),
      ...(attention && { attention: attention.map(({ token, map }) => ({ token, map: [...map] })) }),
    }));
    return { model: made, size: job.settings.size, pictures: await Promise.all(pictures) };
  }

  app.openapi(aboutRoute, (c) =>
    c.json(
      {
        name: description.name,
        description: description.description,
        licence: description.licence,
        sizes: network.sizes,
        groundKm: [...views.groundKm],
        words: [...vocabulary.words, ...vocabulary.circle],
        memory: memory !== undefined,
        usual: {
          groundKm: usualGroundKm(views.groundKm),
          guidePlace: usualImagining.guidance.place,
          guideWords: usualImagining.guidance.words,
        },
      },
      200,
    ),
  );

  app.openapi(alikeRoute, async (c) => {
    const { at, words = "", png } = c.req.valid("json");
    if (!memory) return c.json({ error: "the server has no rasters to draw training views from (--rasters)" }, 404);
    const size = Math.max(...network.sizes);
    let picture: Picture;
    let kind: ViewKind | undefined;
    try {
      kind = kindOf(text.read(words));
      const { data, info } = await sharp(Buffer.from(png, "base64"), { limitInputPixels: size * size })
        .removeAlpha()
        .toColourspace("srgb")
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (info.width !== info.height) throw new Error("is not square");
      picture = { width: info.width, height: info.height, data };
    } catch (e) {
      const rule = e instanceof RangeError ? e.message : `"png": a square picture of at most ${size} pixels is needed`;
      return c.json({ error: rule }, 400);
    }
    const view = await memory.mostAlike({ picture, place: at, kind }, c.req.raw.signal);
    if (!view) return c.json({ error: `the model has learned from no ${kind} views` }, 400);
    const { shot, picture: own, difference } = view;
    return c.json(
      {
        png: base64Of(await toPng(own)),
        at: shot.place,
        km: distanceKm(shot.place, at),
        groundKm: shot.widthKm,
        kind: shot.kind,
        ...(shot.month !== undefined && { month: months[shot.month] }),
        difference,
      },
      200,
    );
  });

  app.openapi(imagineRoute, async (c) => {
    let job: ImagineJob;
    try {
      job = jobOf(c.req.valid("json"));
    } catch (e) {
      return c.json({ error: (e as Error).message }, 400);
    }
    const giveBack = engine.reserve(0);
    if (!c.req.header("accept")?.includes("text/event-stream"))
      return imagine(job, { signal: c.req.raw.signal, onDrawing: () => {} })
        .then((result) => c.json(result, 200))
        .finally(giveBack);
    return streamEvents(c, log, ({ signal, step }) =>
      imagine(job, {
        signal,
        onDrawing: ({ picture, index, step: done, steps }) =>
          step(async () => ({ index, step: done, steps, png: base64Of(await toPng(picture)) })),
      }).finally(giveBack),
    ) as never;
  });
}

const base64Of = (file: Uint8Array): string => Buffer.from(file).toString("base64");
