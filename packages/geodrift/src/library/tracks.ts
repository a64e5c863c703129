/** Tracks: where a person, with a camera, was at which time. */
import { readFile, stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { geodesic, type LatLng, toLatLng, toVec3 } from "@geodrift/core";
import { fromMessage, GeodriftError, withSubject } from "@geodrift/core/errors";
import type { z } from "zod";
import { cannotRead } from "../files/system-error.js";
import { decodeText } from "../files/text.js";
import type { drawnTrack } from "./contract.js";
import { type GpxMessage, mostOfTracks, readGpx, type TrackPoint } from "./gpx.js";
import type { Library } from "./library.js";

/** What reading a file may take: it ends the thread, and not the process. */
const resourceLimits = { maxOldGenerationSizeMb: 1024 };

/**
 * As `readGpx`, without holding up this thread: a long track takes seconds.
 * @param text of the GPX file
 * @throws GeodriftError `data` if it is no GPX with times
 */
export function readGpxAside(text: string): Promise<TrackPoint[]> {
  const worker = new Worker(new URL("./gpx-worker.js", import.meta.url), { workerData: text, resourceLimits });
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
  const info = await stat(file).catch(cannotRead(file));
  if (!info.isFile()) throw new GeodriftError("file", `${file}: is no plain file, where a track is expected`);
  // Text in other encodings has up to two bytes for a character.
  if (info.size > 2 * mostOfTracks.characters)
    throw new GeodriftError(
      "data",
      `${file}: has ${Math.round(info.size / 2 ** 20)} MiB, and a track at most ${mostOfTracks.characters / 2 ** 19}`,
    );
  const bytes = await readFile(file).catch(cannotRead(file));
  return withSubject(file, () => readGpx(decodeText(bytes)));
}

/** Further from any point in time, a track says nothing. */
const maxMinutes = 12 * 60;

/**
 * The points of the tracks that were taken in just before and just after a time, at most 12 hours from it.
 * @param utc milliseconds since 1970, UTC
 * @returns places in degrees, with how many minutes later they are; `apart` where they are of two parts of a track, or of two
 * tracks, so that nothing is known of the way between them
 */
export async function aroundTime(
  { store }: Library,
  utc: number,
): Promise<{ places: (LatLng & { minutes: number })[]; apart: boolean }> {
  const near = (await store.tracks.around(utc)).filter((p) => Math.abs(p.at - utc) <= 60_000 * maxMinutes);
  const [a, b] = near;
  return {
    places: near.map(({ at, lat, lng }) => ({ lat, lng, minutes: (at - utc) / 60_000 })),
    apart: b !== undefined && (a.track !== b.track || a.segment !== b.segment),
  };
}

/** Points of a track that are drawn: more of them nobody sees. */
const mostDrawn = 2000;

/** Parts of tracks that are drawn. */
const mostParts = 500;

/**
 * The tracks around a time, from 12 hours before it to 12 after it, and where whoever carried them was then.
 * @param utc milliseconds since 1970, UTC
 * @returns parts of tracks, places in degrees, and the place at that time; null where nothing is known of it
 */
export async function trackAround(library: Library, utc: number): Promise<z.infer<typeof drawnTrack>> {
  const points = await library.store.tracks.between(utc - 60_000 * maxMinutes, utc + 60_000 * maxMinutes);
  const every = Math.ceil(points.length / mostDrawn);
  const lines: LatLng[][] = [];
  points.forEach(({ track, segment, lat, lng }, i) => {
    const before = points[i - 1];
    const begins = before?.track !== track || before.segment !== segment;
    const next = points[i + 1];
    const ends = next?.track !== track || next.segment !== segment;
    if (begins) lines.push([]);
    if (begins || ends || i % every === 0) lines.at(-1)?.push({ lat, lng });
  });
  // Of very many parts, each with its ends, the shortest are left out.
  if (lines.length > mostParts) lines.sort((a, b) => b.length - a.length).splice(mostParts);
  const { places, apart } = await aroundTime(library, utc);
  const [a, b] = places;
  if (!a || !b || apart) return { lines, moment: null };
  const share = a.minutes === b.minutes ? 0 : a.minutes / (a.minutes - b.minutes);
  return { lines, moment: toLatLng(geodesic(toVec3(a), toVec3(b), share).point) };
}
