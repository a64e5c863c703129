/** Pictures of a library through the computing thread. */

import { Engine, type LocateCall } from "../engine/engine.js";
import type { LocateJob } from "../engine/engine-messages.js";
import { maxPixels } from "../pictures/read-picture.js";
import type { LocatePicture } from "./estimate-queue.js";

/** How pictures of a library are located. */
export interface PictureSettings {
  model: string;
  encoder?: string;
  seed: number;
  /** Strength of classifier-free guidance; 0 is none. */
  guidance: number;
  prior?: string;
}

/** Among the requests of people, those of a long list come last. */
const background = 0;

/** A picture's file as a job of the computing thread, with 256 samples. */
export function pictureJob(
  { model, encoder, seed, guidance, prior }: PictureSettings,
  { picture, image, neighbours }: Pick<LocateJob, "picture" | "image" | "neighbours">,
): LocateJob {
  const options = { samples: 256, seed, guidance };
  return { model, encoder, image, picture, maxPixels: maxPixels, options, prior, neighbours, watch: false };
}

/**
 * Locates pictures by an engine that others use as well, after their requests.
 * @throws as `Engine.locate`; GeodriftError `not-found`, `file` or `picture` if the file cannot be read
 */
export const locateWith =
  (engine: Engine, settings: PictureSettings, call: LocateCall): LocatePicture =>
  (picture, image, neighbours) =>
    engine.locate(pictureJob(settings, { picture, image, neighbours }), { priority: background, ...call });

/** Locates pictures by an engine of its own, for commands; `close` ends it. */
export function engineLocator(settings: PictureSettings): { locate: LocatePicture; close(): Promise<void> } {
  const engine = new Engine({ mostWaiting: Number.POSITIVE_INFINITY });
  const locate = locateWith(engine, settings, { signal: new AbortController().signal });
  return { locate, close: () => engine.close() };
}
