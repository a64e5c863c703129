/** The thread that computes: ONNX Runtime holds the thread that calls it, and the server's must stay free. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { sentTensors } from "@geodrift/compile";
import { distributionTensors } from "@geodrift/core";
import { GeodriftError, toMessage } from "@geodrift/core/errors";
import type { GeoJSON } from "geojson";
import { draw } from "../imagine/draw.js";
import { forgetOldLifts, keptLift, liftId } from "../lift/kept-lifts.js";
import { landmarkOf, liftArguments, liftModel, madeFrom } from "../lift/lift-model.js";
import { albumPrior } from "../locate/album-prior.js";
import type { Knowledge } from "../locate/known.js";
import { locateBatch } from "../locate/locate-batch.js";
import { namedPriors } from "../locate/named-prior.js";
import { outlinePrior } from "../locate/outline-prior.js";
import { elsewhereAfter } from "../locate/time-neighbours.js";
import { travelPrior } from "../locate/travel.js";
import { type LoadedImageModel, type LoadedLandmarkModel, loadPictureModel } from "../models/image-model.js";
import { type LoadedModel, loadModel } from "../models/load.js";
import type { PictureModelDescription } from "../models/schema.js";
import { solvingOf } from "../models/solving.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { giveMemoryBack, onnxRuntime } from "../runtime/onnx-runtime.js";
import type { Answer, FromEngine, ImagineJob, LiftAnswer, LiftJob, LocateJob, ToEngine } from "./engine-messages.js";

giveMemoryBack();

/** Models kept open: two can be compared without loading either again. */
const maxModels = 2;

/** One picture is decoded while another is computed. */
const pictures = new PictureProcesses({ count: 1 });

const models = new Map<string, Promise<LoadedModel>>();
const cancelled = new Set<number>();
/** What ends the jobs that take minutes. */
const stopping = new Map<number, AbortController>();

/** Aborted when a request is withdrawn. */
function stopOf(id: number): AbortSignal {
  const stop = new AbortController();
  stopping.set(id, stop);
  if (cancelled.has(id)) stop.abort(withdrawn());
  return stop.signal;
}

const withdrawn = () => new GeodriftError("stopped", "the request was withdrawn");

/** Pictures that are being located. */
let running = 0;

async function modelOf({ model: name, encoder }: LocateJob): Promise<LoadedModel> {
  const key = `${name}\n${encoder ?? ""}`;
  const open = models.get(key) ?? loadModel(name, { encoder });
  // The one used last comes last.
  models.delete(key);
  models.set(key, open);
  open.catch(() => models.delete(key));
  // A job may be in the middle of the oldest one.
  while (models.size > maxModels && running <= 1) {
    const [oldest, unused] = [...models][0];
    models.delete(oldest);
    await (await unused.catch(() => undefined))?.dispose();
  }
  return open;
}

/** Models that make pictures: a server has one of places, and one of a landmark. */
const imageModels = new Map<string, Promise<LoadedImageModel<PictureModelDescription>>>();

function imageModelOf(name: string): Promise<LoadedImageModel<PictureModelDescription>> {
  const open = imageModels.get(name) ?? loadPictureModel(name);
  imageModels.set(name, open);
  open.catch(() => imageModels.delete(name));
  return open;
}

async function knowledgeOf({ prior, region, neighbours = [] }: LocateJob): Promise<Knowledge[]> {
  const known: Knowledge[] = neighbours.map(({ kind, label, places, elsewhere, apart }) => {
    const timed = places.flatMap((p) => (p.minutes === undefined ? [] : [{ ...p, minutes: p.minutes }]));
    const nowhere = elsewhere ?? elsewhereAfter(Math.min(...timed.map((p) => Math.abs(p.minutes))));
    const prior = kind === "album" ? albumPrior(places, nowhere) : travelPrior(timed, nowhere, { apart });
    return { kind, label, prior };
  });
  if (prior !== undefined) known.push(...(await namedPriors(prior)));
  if (region !== undefined)
    known.push({ kind: "region", label: "a region drawn on the map", prior: outlinePrior(region as GeoJSON) });
  return known;
}

async function locateOne(id: number, job: LocateJob): Promise<Answer> {
  const stop = () => {
    if (cancelled.has(id)) throw withdrawn();
  };
  pictures.start();
  const known = await knowledgeOf(job);
  const model = await modelOf(job);
  const { steps } = solvingOf(model.description, job.options, job.options.guidance);
  const { preparation } = model.encoder;
  const picture = await pictures.do("square", job.picture, preparation, job.maxPixels);
  stop();
  const onStep = (step: number, points: Float64Array) =>
    say({ type: "step", id, step, steps, points: Float32Array.from(points) });
  const options = { ...job.options, known, stop, ...(job.watch && { onStep }) };
  for await (const answer of locateBatch([{ file: job.image, picture }], model, options)) {
    if ("error" in answer) throw answer.thrown;
    const { result, distribution, samples } = answer;
    return { result, tensors: sentTensors(distributionTensors(distribution, samples)) };
  }
  throw new Error("the picture has no answer");
}

async function imagineAll(id: number, { model: name, plan, settings, attention }: ImagineJob): Promise<void> {
  const model = await imageModelOf(name);
  for (const { words } of plan.cells) model.words.read(words ?? "");
  for await (const { index, step, steps, picture, drawn } of draw(model, plan, settings, { attention })) {
    say({ type: "drawing", id, drawing: { index, step, steps, picture, attention: drawn?.attention } });
    await betweenTasks();
    if (cancelled.has(id)) throw withdrawn();
  }
  say({ type: "drawn", id, model: { name: model.description.name, sha256: model.sha256 } });
}

async function liftOne(id: number, { model: name, options }: LiftJob): Promise<LiftAnswer> {
  const loaded = (await imageModelOf(name)) as LoadedLandmarkModel;
  const model = { name: loaded.description.name, sha256: loaded.sha256 };
  const landmark = landmarkOf(loaded.description, options.landmark);
  const lift = liftId({ made: madeFrom(loaded, landmark), ...options });
  const out = keptLift(lift);
  if (!existsSync(join(out, "manifest.json"))) {
    const stop = stopOf(id);
    let preview: Uint8Array | undefined;
    await liftModel(
      loaded,
      { ...options, out },
      await onnxRuntime(),
      liftArguments(name, { ...options, out: "lift" }),
      {
        signal: stop,
        async onStep(at) {
          say({ type: "lifting", id, at: { ...at, preview } });
          preview = undefined;
          await betweenTasks();
        },
        onPreview: (png) => {
          preview = png;
        },
      },
    );
    await forgetOldLifts();
  }
  return { id: lift, model };
}

/** The thread receives messages, a withdrawal among them, only between two of its tasks. */
const betweenTasks = () => new Promise((resolve) => setImmediate(resolve));

const say = (message: FromEngine): void => parentPort?.postMessage(message);

parentPort?.on("message", async (message: ToEngine) => {
  if (message.type === "cancel") {
    cancelled.add(message.id);
    stopping.get(message.id)?.abort(withdrawn());
    return;
  }
  if (message.type === "close") {
    // The thread ends by itself when nothing holds it: ended from outside, ONNX Runtime takes the process with it.
    for (const open of [...models.values(), ...imageModels.values()])
      await (await open.catch(() => undefined))?.dispose();
    await pictures.close();
    parentPort?.close();
    return;
  }
  const { id } = message;
  try {
    if (message.type === "imagine") await imagineAll(id, message.job);
    else if (message.type === "lift") say({ type: "lifted", id, answer: await liftOne(id, message.job) });
    else {
      running++;
      const answer = await locateOne(id, message.job).finally(() => running--);
      say({ type: "answer", id, answer });
    }
  } catch (e) {
    say({ type: "error", id, thrown: toMessage(e) });
  } finally {
    cancelled.delete(id);
    stopping.delete(id);
  }
});
