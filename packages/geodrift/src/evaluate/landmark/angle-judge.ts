import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { azimuthBins, binOf } from "@geodrift/core";
import { weathers } from "../../landmarks/captions.js";
import { type PhotoBank, type PhotoFolder, photoBank } from "../../landmarks/photo-bank.js";
import type { MadePhoto } from "../../landmarks/photos-table.js";
import { type Judge, trainJudge } from "./judge.js";

/** How a judge of angles is trained, and where it is kept. */
export interface AngleJudgeOptions {
  /** Times that it sees every photograph. */
  epochs: number;
  seed: number;
  /** Folder where it is kept. */
  work: string;
}

/**
 * What reads off pictures from which side they show a landmark, as photographs with their GPS positions have taught it.
 * @param training photographs to learn from
 * @param size pixels along a side
 * @param report is told the progress, in sentences for people
 * @returns with the photographs that it has learned from, a name for it, and their fingerprint
 * @throws GeodriftError for a photograph that cannot be read, `disk` if the judge cannot be kept
 */
export async function angleJudgeOf(
  training: PhotoFolder<MadePhoto>,
  size: number,
  { epochs, seed, work }: AngleJudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<{ judge: Judge; bank: PhotoBank; data: string; photographs: string }> {
  const { bank, fingerprints } = await photoBank([training], [size]);
  const labels = { angle: Int32Array.from(bank.azimuths, binOf), weather: weatherOf(training.photos) };
  const judge = await trainJudge(
    { n: bank.n, pixels: bank.pixels[size], labels },
    {
      ...{ size, epochs, seed, data: fingerprints.join() },
      labels: { angle: azimuthBins, weather: weathers.length },
      file: join(work, `judge-${training.shown.name}.safetensors`),
    },
    runtime,
    report,
  );
  return { judge, bank, data: `${fingerprints.join()} ${epochs} ${seed}`, photographs: fingerprints.join() };
}

/** The weather that captions tell; −1 where they do not. */
const weatherOf = (photos: readonly MadePhoto[]): Int32Array =>
  Int32Array.from(photos, ({ caption }) => weathers.findIndex((weather) => caption.includes(weather)));
