/** Pictures of a library through the computing thread. */

import { Engine, type LocateCall } from "../engine/engine.js";
import type { LocateJob } from "../engine/engine-messages.js";
import { maxPixels, readPictureBytes } from "../pictures/read-picture.js";
import type { LocatePicture } from "./estimate-queue.js";

export interface PictureSettings {
  model: string;
  encoder?: string;
  seed: number;
  guidance: number;
  prior?: string;
}

/** Among the requests of people, those of a long list come last. */
const background = 0;

export function pictureJob(
  { model, encoder, seed, guidance, prior }: PictureSettings,
  { bytes, image, neighbours }: Pick<LocateJob, "bytes" | "image" | "neighbours">,
): LocateJob {
  const options = { samples: 256, seed, guidance };
  return { model, encoder, image, bytes, maxPixels: maxPixels, options, prior, neighbours, watch: false };
}

export const locateWith =
  (engine: Engine, settings: PictureSettings, call: LocateCall): LocatePicture =>
  async (file, image, neighbours) => {
    const bytes = await readPictureBytes(file);
    return engine.locate(pictureJob(settings, { bytes, image, neighbours }), { priority: background, ...call });
  };

/** With an engine of its own, for commands. */
export function engineLocator(settings: PictureSettings): { locate: LocatePicture; close(): Promise<void> } {
  const engine = new Engine({ mostWaiting: Number.POSITIVE_INFINITY });
  const locate = locateWith(engine, settings, { signal: new AbortController().signal });
  return { locate, close: () => engine.close() };
}
