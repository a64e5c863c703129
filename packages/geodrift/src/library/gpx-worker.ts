/** A GPX file in a thread of its own: a long one takes seconds. */
import { parentPort, workerData } from "node:worker_threads";
import { toMessage } from "@geodrift/core/errors";
import { type GpxMessage, readGpx } from "./gpx.js";

const say = (message: GpxMessage): void => parentPort?.postMessage(message);
try {
  say({ points: readGpx(workerData as string) });
} catch (e) {
  say({ thrown: toMessage(e) });
}
