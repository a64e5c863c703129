/** GPX tracks: where a person, with a camera, was at which time. */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { LatLng } from "@geodrift/core";
import { type GpxMessage, readGpx, type TrackPoint } from "./gpx.js";
import type { Library } from "./library.js";

/** The same without holding up this thread. */
export function readGpxAside(text: string): Promise<TrackPoint[]> {
  const worker = new Worker(new URL("./gpx-worker.js", import.meta.url), { workerData: text });
  return new Promise((resolve, reject) => {
    worker.on("message", (message: GpxMessage) =>
      "points" in message ? resolve(message.points) : reject(new Error(message.error)),
    );
    worker.on("error", reject);
  });
}

/** @throws Error in one sentence, beginning with the file's name */
export async function readGpxFile(file: string): Promise<TrackPoint[]> {
  const text = await readFile(file, "utf8").catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: ${e.code === "ENOENT" ? "no such file" : `cannot be read (${e.code})`}`);
  });
  try {
    return readGpx(text);
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
}

/** Keeps a track with the library under the name of its file; one of the same name is replaced. */
export function keepTrack(library: Library, name: string, points: readonly TrackPoint[]): void {
  library.transaction(() => {
    library.run("DELETE FROM track_points WHERE track = ?", name);
    for (const { at, lat, lng } of points)
      library.run("INSERT OR REPLACE INTO track_points (track, at, lat, lng) VALUES (?, ?, ?, ?)", name, at, lat, lng);
  });
}

/** Further from any point in time, a track says nothing. */
const mostMinutes = 12 * 60;

/** The track's points just before and just after a time, and how far they are from it. */
export function aroundTime(library: Library, utc: number): (LatLng & { minutes: number })[] {
  const near = [
    "SELECT at, lat, lng FROM track_points WHERE at <= ? ORDER BY at DESC LIMIT 1",
    "SELECT at, lat, lng FROM track_points WHERE at > ? ORDER BY at LIMIT 1",
  ].flatMap((sql) => library.rows<TrackPoint>(sql, utc));
  const places = near
    .map(({ at, lat, lng }) => ({ lat, lng, minutes: Math.abs(at - utc) / 60_000 }))
    .filter((p) => p.minutes <= mostMinutes)
    .sort((a, b) => a.minutes - b.minutes);
  // Where the track goes on for hours without a point, its near end says more than both.
  return places.length === 2 && places[1].minutes > 10 * Math.max(1, places[0].minutes) ? places.slice(0, 1) : places;
}
