import { mkdir } from "node:fs/promises";
import { imageSolvers } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { evaluateLandmark, picturesDrawn } from "../evaluate/landmark/evaluate-landmark.js";
import { landmarkTables, withoutExamples, writeLandmarkReport } from "../evaluate/landmark/landmark-report.js";
import { toMarkdown } from "../evaluate/table.js";
import { cannotWrite } from "../files/system-error.js";
import { type LoadedLandmarkModel, loadLandmarkModel } from "../models/image-model.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { progress } from "./progress.js";

/** Flags of `geodrift evaluate-landmark`. */
export interface EvaluateLandmarkFlags {
  photographs: string[];
  general?: string;
  beside?: string[];
  /** Pictures of every bin. */
  n: number;
  epochs: number;
  work: string;
  seed: number;
  /** Steps of the solver. */
  steps: number;
  solver: string;
  guideAngle: number;
  guideWords: number;
  out?: string;
  json?: boolean;
}

/**
 * Evaluates a landmark's model, and writes the page of results.
 * @param args the command line, for the page
 * @throws GeodriftError `option` for flags that make no sense, `model` for a model that cannot be opened, `data` for photographs that
 * cannot be used, `disk` if something cannot be written
 */
export async function runEvaluateLandmark(
  name: string,
  flags: EvaluateLandmarkFlags,
  args: readonly string[],
): Promise<void> {
  if (flags.out !== undefined && !/\.md$/i.test(flags.out))
    throw new GeodriftError("option", `--out: the page is a .md file, got "${flags.out}"`);
  if (!Object.hasOwn(imageSolvers, flags.solver))
    throw new GeodriftError(
      "option",
      `--solver: pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${flags.solver}"`,
    );
  await mkdir(flags.work, { recursive: true }).catch(cannotWrite(flags.work));
  const runtime = await onnxRuntime();
  const model = await loadLandmarkModel(name);
  const opened = [model];
  const open = async (text: string): Promise<LoadedLandmarkModel> => {
    const one = await loadLandmarkModel(text);
    opened.push(one);
    return one;
  };
  const general = flags.general === undefined ? undefined : await open(flags.general);
  const beside: LoadedLandmarkModel[] = [];
  for (const text of flags.beside ?? []) beside.push(await open(text));
  const { n, seed, steps, solver, epochs, work } = flags;
  const guidance = { words: flags.guideWords, place: flags.guideAngle };
  const bar = progress(picturesDrawn(n, beside.length, general !== undefined, flags.photographs.length - 1));
  try {
    const evaluation = await evaluateLandmark(
      {
        model,
        beside,
        general,
        photographs: flags.photographs,
        runtime,
        report: (line) => process.stderr.write(`${line}\n`),
        advance: (pictures) => bar.advance(pictures),
      },
      { n, seed, steps, solver, guidance, epochs, work },
    );
    bar.stop();
    if (flags.json) process.stdout.write(`${JSON.stringify(withoutExamples(evaluation))}\n`);
    else for (const table of landmarkTables(evaluation)) process.stdout.write(`${toMarkdown(table)}\n`);
    if (flags.out !== undefined) {
      const files = await writeLandmarkReport(flags.out, `geodrift ${args.join(" ")}`, evaluation);
      process.stderr.write(`${files.join("\n")}\n`);
    }
  } finally {
    bar.stop();
    for (const one of opened) await one.dispose();
  }
}
