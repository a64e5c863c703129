import { parentPort, workerData } from "node:worker_threads";
import { toMessage } from "@geodrift/core/errors";
import { readEarthSource } from "../earth/captioned-views.js";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { trainingViewsOf } from "../imagine/training-views.js";
import type { MemoryAnswer, MemoryQuestion, MemoryWork } from "./training-memory-messages.js";

const { rasters, description } = workerData as MemoryWork;

async function open() {
  const folder = await openEarthFolder(rasters);
  return trainingViewsOf(await readEarthSource(folder, folder.months), description);
}

const views = open();
// Whoever asks hears of it.
views.catch(() => undefined);

parentPort?.on("message", async ({ picture, place, kind }: MemoryQuestion) => {
  const answer: MemoryAnswer = await views.then(
    (v) => ({ view: v.nearest(picture, place, kind) }),
    (e: unknown) => ({ thrown: toMessage(e) }),
  );
  parentPort?.postMessage(answer);
});
