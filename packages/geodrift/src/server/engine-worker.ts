/** The thread that computes: ONNX Runtime holds the thread that calls it, and the server's must stay free. */
import { parentPort } from "node:worker_threads";
import { distributionTensors } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { pictureOf } from "../encode/read-picture.js";
import type { Knowledge } from "../locate/known.js";
import { locateBatch } from "../locate/locate-batch.js";
import { namedPrior, outlinePrior } from "../locate/prior.js";
import { neighboursPrior } from "../locate/time-neighbours.js";
import { type LoadedModel, loadModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { Answer, AskedPriors, FromEngine, LocateJob, ToEngine } from "./engine-messages.js";

/** Models kept open: two can be compared without loading either again. */
const mostModels = 2;

/** What the request got wrong. */
class AskedError extends Error {}

const models = new Map<string, Promise<LoadedModel>>();
const cancelled = new Set<number>();
let running = 0;

async function modelOf({ model: name, encoder }: LocateJob): Promise<LoadedModel> {
  const key = `${name}\n${encoder ?? ""}`;
  const open = models.get(key) ?? loadModel(name, ort, { encoder });
  // The one used last comes last.
  models.delete(key);
  models.set(key, open);
  open.catch(() => models.delete(key));
  // A job may be in the middle of the oldest one.
  if (models.size > mostModels && running <= 1) {
    const [oldest, unused] = [...models][0];
    models.delete(oldest);
    await (await unused.catch(() => undefined))?.dispose();
  }
  return open;
}

/** @throws AskedError in one sentence */
async function knowledgeOf({ prior, region }: AskedPriors): Promise<Knowledge[]> {
  try {
    return [
      ...(prior === undefined ? [] : [await namedPrior(prior)]),
      ...(region === undefined
        ? []
        : [{ kind: "region" as const, label: "a region drawn on the map", prior: outlinePrior(region as never) }]),
    ];
  } catch (e) {
    throw new AskedError((e as Error).message);
  }
}

async function locateOne(id: number, job: LocateJob): Promise<Answer> {
  const stop = () => {
    if (cancelled.has(id)) throw new Error("the request was withdrawn");
  };
  const known = [
    ...(await knowledgeOf(job)),
    ...(job.neighbours ?? []).map(
      ({ kind, label, places }): Knowledge => ({ kind, label, prior: neighboursPrior(places) }),
    ),
  ];
  const model = await modelOf(job);
  const { steps } = (() => {
    try {
      return solvingOf(model.description, job.options, job.options.guidance);
    } catch (e) {
      throw new AskedError((e as Error).message);
    }
  })();
  const picture = await pictureOf(job.bytes, model.encoder.preparation, job.mostPixels).catch((e: Error) => {
    throw new AskedError(e.message);
  });
  stop();
  const onStep = (step: number, points: Float64Array) => {
    stop();
    if (job.watch) say({ type: "step", id, step, steps, points: Float32Array.from(points) });
  };
  const options = { ...job.options, known, ...(job.watch && { onStep }) };
  for await (const answer of locateBatch([{ file: job.image, picture }], model, options)) {
    if ("error" in answer) throw new AskedError(answer.error);
    const tensors = distributionTensors(answer.distribution, answer.samples);
    return {
      result: answer.result,
      tensors: Object.fromEntries(
        Object.entries(tensors).map(([name, { data, dims, type }]) => [name, { data, dims: [...dims], type }]),
      ) as Answer["tensors"],
    };
  }
  throw new Error("the picture has no answer");
}

const say = (message: FromEngine): void => parentPort?.postMessage(message);

parentPort?.on("message", async (message: ToEngine) => {
  if (message.type === "cancel") {
    cancelled.add(message.id);
    return;
  }
  const { id, job } = message;
  running++;
  try {
    say({ type: "answer", id, answer: await locateOne(id, job) });
  } catch (e) {
    say({ type: "error", id, message: (e as Error).message, asked: e instanceof AskedError });
  } finally {
    running--;
    cancelled.delete(id);
  }
});
