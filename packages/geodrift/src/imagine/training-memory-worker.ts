import { parentPort, workerData } from "node:worker_threads";
import { readEarthSource } from "../data/captioned-views.js";
import { openEarthFolder } from "../data/earth-rasters.js";
import type { MemoryAnswer, MemoryQuestion, MemoryWork } from "./training-memory.js";
import { trainingViewsOf } from "./training-views.js";

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
    (v) => ({ view: v.mostAlike(picture, place, kind) }),
    (e: Error) => ({ error: e.message }),
  );
  parentPort?.postMessage(answer);
});
