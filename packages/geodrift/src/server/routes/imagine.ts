/** A place and words in, pictures out, at once or step by step. */
import { closedVocabulary, distanceKm } from "@geodrift/core";
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import { createRoute, type z } from "@hono/zod-openapi";
import { kindOf, months } from "../../earth/captions.js";
import type { ImagineCall } from "../../engine/engine.js";
import type { DrawingStep, ImagineJob } from "../../engine/engine-messages.js";
import type { TrainingMemory } from "../../engine/training-memory.js";
import { sha256Of } from "../../files/hash.js";
import { imagineDefaults } from "../../imagine/defaults.js";
import { defaultGroundKm, groundOf } from "../../imagine/ground.js";
import { landmarkCaption, landmarkPicturesPlan } from "../../imagine/landmark-plan.js";
import { picturesPlan } from "../../imagine/plan.js";
import { toMadeUpPng } from "../../imagine/sheet.js";
import { conditionWords } from "../../imagine/words.js";
import type { ImageModelDescription, LandmarkModelDescription } from "../../models/schema.js";
import type { Picture } from "../../pictures/picture.js";
import { toPng } from "../../pictures/png.js";
import type { ServerContext } from "../context.js";
import {
  imageModel,
  imagined,
  imagineSettings,
  type imagineStep,
  nearestBody,
  trainingView,
} from "../imagine-schemas.js";
import { router } from "../router.js";
import { body, json, refusals } from "../schemas.js";
import { streamEvents } from "../stream-events.js";
import { followed } from "./locate.js";

/** The model that makes pictures. */
export interface ServedImages {
  /** Name or folder. */
  model: string;
  description: ImageModelDescription;
  /** What it learned from, where the server has the rasters. */
  memory?: TrainingMemory;
  /** The model of a landmark, told from which side. */
  landmark?: {
    /** Name or folder. */
    model: string;
    description: LandmarkModelDescription;
  };
}

const imagineRoute = createRoute({
  method: "post",
  path: "/api/imagine",
  summary: "Make pictures of a place",
  description:
    "With Accept: text/event-stream come the events `step` (what a picture looks like after a step, as PNG in base64), `result` or `error`.",
  request: { body: body(imagineSettings) },
  responses: { 200: followed(imagined, "pictures"), ...refusals.asked, ...refusals.busy },
});

const aboutRoute = createRoute({
  method: "get",
  path: "/api/imagine",
  summary: "The model that makes pictures: its words, sizes and widths",
  responses: { 200: json(imageModel, "the model") },
});

const nearestRoute = createRoute({
  method: "post",
  path: "/api/imagine/nearest",
  summary: "The training view most like a picture, of those near its place",
  request: { body: body(nearestBody) },
  responses: { 200: json(trainingView, "the view"), ...refusals.asked, ...refusals.unknown, ...refusals.busy },
});

/** GET and POST /api/imagine, and POST /api/imagine/nearest. */
export function imagineRoutes(
  { engine, log, pictures }: ServerContext,
  { model, description, memory, landmark }: ServedImages,
) {
  const { network, views, vocabulary } = description;
  const text = closedVocabulary(vocabulary);

  /** @throws GeodriftError `option` in one sentence */
  function jobOf(asked: z.infer<typeof imagineSettings>): ImagineJob {
    if (asked.azimuth !== undefined) return landmarkJob(asked, asked.azimuth);
    const { at, words, groundKm, n, seed, size, attention, ...settings } = asked;
    const condition = conditionWords(text, words, description.name);
    if (at === undefined && condition === undefined)
      throw new GeodriftError("option", "a place, at, or words are needed, or both");
    const ground = groundOf(groundKm, [text.read(condition ?? "")], views.groundKm);
    const pixels = sizeOf(size, network.sizes);
    const { guidePlace, guideWords, steps, solver } = settings;
    return {
      model,
      plan: picturesPlan(at, condition, seed, n),
      settings: { groundKm: ground, guidance: { place: guidePlace, words: guideWords }, steps, solver, size: pixels },
      attention,
    };
  }

  /** @throws GeodriftError `option` in one sentence */
  function landmarkJob(
    { at, words, groundKm, n, seed, size, attention, ...settings }: z.infer<typeof imagineSettings>,
    azimuth: number,
  ): ImagineJob {
    if (!landmark) throw new GeodriftError("option", '"azimuth": this server has no model of a landmark');
    if (at !== undefined || groundKm !== undefined)
      throw new GeodriftError(
        "option",
        '"azimuth": takes the place of "at" and "groundKm", and they are given as well',
      );
    const { guidePlace, guideWords, steps, solver } = settings;
    const caption = landmarkCaption(landmark.description, closedVocabulary(landmark.description.vocabulary), words);
    return {
      model: landmark.model,
      plan: landmarkPicturesPlan(azimuth, caption, seed, n),
      settings: {
        guidance: { place: guidePlace, words: guideWords },
        ...{ steps, solver, size: sizeOf(size, landmark.description.network.sizes) },
      },
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

  /** The picture of a question, small and square. @throws GeodriftError `picture` */
  async function questioned(png: string): Promise<Picture> {
    const size = Math.max(...network.sizes);
    const rule = `"png": a square picture of at most ${size} pixels is needed`;
    const picture = await pictures.do("pixels", Buffer.from(png, "base64"), size * size).catch((e: unknown) => {
      throw isMendable(e) ? new GeodriftError("picture", rule, { cause: e }) : e;
    });
    if (picture.width !== picture.height) throw new GeodriftError("picture", rule);
    return picture;
  }

  return router()
    .openapi(aboutRoute, (c) =>
      c.json(
        {
          name: description.name,
          description: description.description,
          licence: description.licence,
          sizes: network.sizes,
          groundKm: views.groundKm,
          words: [...vocabulary.words, ...vocabulary.circle],
          memory: memory !== undefined,
          usual: {
            groundKm: defaultGroundKm(views.groundKm),
            guidePlace: imagineDefaults.guidance.place,
            guideWords: imagineDefaults.guidance.words,
          },
          ...(landmark && { landmark: aboutLandmark(landmark.description) }),
        },
        200,
      ),
    )
    .openapi(nearestRoute, async (c) => {
      const { at, words = "", png } = c.req.valid("json");
      if (!memory)
        throw new GeodriftError("not-found", "the server has no rasters to draw training views from (--rasters)");
      const kind = kindOf(text.read(words));
      const view = await memory.nearest({ picture: await questioned(png), place: at, kind }, c.req.raw.signal);
      if (!view) throw new GeodriftError("option", `the model has learned from no ${kind} views`);
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
    })
    .openapi(imagineRoute, async (c) => {
      const job = jobOf(c.req.valid("json"));
      const { giveBack } = engine.reserve();
      if (!c.req.header("accept")?.includes("text/event-stream"))
        return imagine(job, { signal: c.req.raw.signal, onDrawing: () => {} })
          .then((result) => c.json(result, 200))
          .finally(giveBack);
      return streamEvents<z.infer<typeof imagineStep>, z.infer<typeof imagined>>(c, log, ({ signal, step }) =>
        imagine(job, {
          signal,
          onDrawing: ({ picture, index, step: done, steps }) =>
            step(async () => ({ index, step: done, steps, png: base64Of(await toPng(picture)) })),
        }).finally(giveBack),
      ) as never;
    });
}

/** @throws GeodriftError `option` for a size that a model does not make */
function sizeOf(asked: number | undefined, sizes: readonly number[]): number {
  const pixels = asked ?? Math.max(...sizes);
  if (!sizes.includes(pixels))
    throw new GeodriftError(
      "option",
      `"size": the model makes pictures of ${sizes.join(" or ")} pixels, got ${pixels}`,
    );
  return pixels;
}

function aboutLandmark({ name, description, licence, landmarks, vocabulary, network }: LandmarkModelDescription) {
  const [{ title, place: at, facing, azimuths }] = landmarks;
  const titles = landmarks.map((l) => l.title);
  const words = vocabulary.words.filter((word) => !titles.includes(word));
  return { name, title, description, licence, at, facing, azimuths, sizes: network.sizes, words };
}

const base64Of = (file: Uint8Array): string => Buffer.from(file).toString("base64");
