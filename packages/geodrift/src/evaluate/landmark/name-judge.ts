import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { type PhotoFolder, photoBank } from "../../landmarks/photo-bank.js";
import type { MadePhoto } from "../../landmarks/photos-table.js";
import type { AngleJudgeOptions } from "./angle-judge.js";
import { type Judge, trainJudge } from "./judge.js";

/**
 * What tells landmarks by name, `name` being the place of a folder among those given, as their photographs have taught it.
 * @param training photographs to learn from, a folder for every landmark
 * @param size pixels along a side
 * @returns with a name for what it has learned
 * @throws GeodriftError for a photograph that cannot be read, `disk` if the judge cannot be kept
 */
export async function nameJudgeOf(
  training: readonly PhotoFolder<MadePhoto>[],
  size: number,
  { epochs, seed, work }: AngleJudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<{ judge: Judge; data: string }> {
  const { bank, fingerprints } = await photoBank(training, [size]);
  const names = Int32Array.from(training.flatMap(({ photos }, k) => photos.map(() => k)));
  const data = fingerprints.join();
  const judge = await trainJudge(
    { n: bank.n, pixels: bank.pixels[size], labels: { name: names } },
    {
      ...{ size, seed, data, labels: { name: training.length } },
      epochs: Math.max(1, Math.round(epochs / training.length)),
      file: join(work, "judge-names.safetensors"),
    },
    runtime,
    report,
  );
  return { judge, data: `${data} ${epochs} ${seed}` };
}
