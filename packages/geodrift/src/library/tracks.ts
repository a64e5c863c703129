/** Tracks: where a person, with a camera, was at which time. */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { LatLng } from "@geodrift/core";
import { fromMessage, GeodriftError, withSubject } from "@geodrift/core/errors";
import { cannotRead } from "../files/system-error.js";
import { type GpxMessage, readGpx, type TrackPoint } from "./gpx.js";
import type { Library } from "./library.js";

/**
 * As `readGpx`, without holding up this thread: a long track takes seconds.
 * @param text of the GPX file
 * @throws GeodriftError `data` if it is no GPX with times
 */
export function readGpxAside(text: string): Promise<TrackPoint[]> {
  const worker = new Worker(new URL("./gpx-worker.js", import.meta.url), { workerData: text });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: GpxMessage) =>
      "points" in message ? resolve(message.points) : reject(fromMessage(message.thrown)),
    );
    worker.on("error", reject);
    worker.on("exit", () => reject(new GeodriftError("stopped", "the thread that reads the track has stopped")));
  });
}

/**
 * The points of a GPX file, in the order of time.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it is no
 * GPX with times
 */
export async function readGpxFile(file: string): Promise<TrackPoint[]> {
  const text = await readFile(file, "utf8").catch(cannotRead(file));
  return withSubject(file, () => readGpx(text));
}

/** Further from any point in time, a track says nothing. */
const maxMinutes = 12 * 60;

/**
 * The points of the tracks that were taken in just before and just after a time, at most 12 hours from it, the nearest
 * first.
 * @param utc milliseconds since 1970, UTC
 * @returns places in degrees, with the minutes in between
 */
export function aroundTime({ store }: Library, utc: number): (LatLng & { minutes: number })[] {
  const places = store.tracks
    .around(utc)
    .map(({ at, lat, lng }) => ({ lat, lng, minutes: Math.abs(at - utc) / 60_000 }))
    .filter((p) => p.minutes <= maxMinutes)
    .sort((a, b) => a.minutes - b.minutes);
  // Where the track goes on for hours without a point, its near end says more than both.
  return places.length === 2 && places[1].minutes > 10 * Math.max(1, places[0].minutes) ? places.slice(0, 1) : places;
}
