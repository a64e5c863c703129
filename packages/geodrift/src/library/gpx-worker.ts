/** A GPX file in a thread of its own: a long one takes seconds. */
import { parentPort, workerData } from "node:worker_threads";
import { readGpx, type TrackPoint } from "./tracks.js";

export type GpxMessage = { points: TrackPoint[] } | { error: string };

const say = (message: GpxMessage): void => parentPort?.postMessage(message);
try {
  say({ points: readGpx(workerData as string) });
} catch (e) {
  say({ error: (e as Error).message });
}
