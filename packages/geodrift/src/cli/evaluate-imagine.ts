import { imageSolvers } from "@geodrift/core";
import type { Command } from "commander";
import * as ort from "onnxruntime-node";
import { readEarthSource } from "../data/captioned-views.js";
import { openEarthFolder } from "../data/earth-rasters.js";
import { evaluateImages, picturesToDraw } from "../evaluate/imagine/evaluate-images.js";
import { imagesTables, writeImagesReport } from "../evaluate/imagine/images-report.js";
import { toMarkdown } from "../evaluate/table.js";
import { trainingViewsOf } from "../imagine/training-views.js";
import { usualImagining } from "../imagine/usual.js";
import { imageModelFolder, loadImageModel } from "../models/image-model.js";
import { loadJudge } from "../models/judge-model.js";
import { checkModelName, loadModel } from "../models/load.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { progress } from "./progress.js";
import { UsageError, usage } from "./usage-error.js";

interface Flags {
  rasters: string;
  judge: string;
  locator: string;
  n: number;
  ablations: number;
  size?: number;
  seed: number;
  steps: number;
  solver: string;
  guidePlace: number;
  guideWords: number;
  out?: string;
  json?: boolean;
}

const { guidance, steps, solver } = usualImagining;

/** `geodrift evaluate-imagine`. */
export function addEvaluateImagine(program: Command): void {
  program
    .command("evaluate-imagine")
    .description("how good a model's pictures of places are: scores, the round trip, sensitivity, guidance")
    .argument("[model]", "model by name or folder", "earth-images")
    .requiredOption("--rasters <folder>", "rasters of the Earth, of which real views are cut")
    .requiredOption("--judge <folder>", "what scores pictures; train configs/imagine-judge.json makes one")
    .option("--locator <name|folder>", "what locates them again", "earth")
    .option("-n <count>", "targets of each of the two sets", wholeNumber(8, 100_000), 200)
    .option(
      "--ablations <n>",
      "pictures for every guidance and every way to solve; 0 for none",
      wholeNumber(0, 10_000),
      0,
    )
    .option("--size <pixels>", "pixels along a side; the model's largest if left out", wholeNumber(8, 1024))
    .option("--seed <n>", "seed of targets and noise", wholeNumber(0, 2 ** 40), 1)
    .option("--steps <n>", "steps from noise to picture", wholeNumber(1, 1000), steps)
    .option("--solver <name>", "solver", solver)
    .option("--guide-place <w>", "strength of the place", decimalNumber(0, 100), guidance.place)
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), guidance.words)
    .option("--out <file>", "write a page of tables and sheets, .md")
    .option("--json", "print figures as JSON")
    .action(run);
}

async function run(name: string, flags: Flags, command: Command): Promise<void> {
  usage(() => imageModelFolder(name));
  usage(() => checkModelName(flags.locator));
  if (flags.out !== undefined && !/\.md$/i.test(flags.out))
    throw new UsageError(`--out: the page is a .md file, got "${flags.out}"`);
  if (!(flags.solver in imageSolvers))
    throw new UsageError(
      `--solver: pictures have the solvers ${Object.keys(imageSolvers).join(", ")}, got "${flags.solver}"`,
    );
  const folder = await openEarthFolder(flags.rasters);
  const model = await loadImageModel(name, ort);
  const { sizes } = model.description.network;
  const size = flags.size ?? Math.max(...sizes);
  if (!sizes.includes(size))
    throw new UsageError(`--size: ${name} makes pictures of ${sizes.join(" or ")} pixels, got ${size}`);
  const held = model.description.views.heldOut.months;
  const missing = held.find((month) => !folder.months.includes(month));
  if (missing)
    throw new Error(`${flags.rasters}: month ${missing}, which the model has not seen, is not there to compare with`);
  const judge = await loadJudge(flags.judge, ort);
  const locator = await loadModel(flags.locator, ort);
  const source = await readEarthSource(folder, folder.months);
  const training = trainingViewsOf(source, model.description);
  const options = {
    n: flags.n,
    ablations: flags.ablations,
    size,
    seed: flags.seed,
    steps: flags.steps,
    solver: flags.solver,
    guidance: { place: flags.guidePlace, words: flags.guideWords },
  };
  const bar = progress(picturesToDraw(options));
  try {
    const means = { model, judge, locator, source, training, advance: (pictures: number) => bar.advance(pictures) };
    const evaluation = await evaluateImages(means, options);
    bar.stop();
    if (flags.json) {
      const { sets, ...figures } = evaluation;
      process.stdout.write(`${JSON.stringify({ ...figures, sets: sets.map(({ examples: _, ...set }) => set) })}\n`);
    } else for (const table of imagesTables(evaluation)) process.stdout.write(`${toMarkdown(table)}\n`);
    if (flags.out !== undefined) {
      const { rawArgs } = command.parent as unknown as { rawArgs: string[] };
      const files = await writeImagesReport(flags.out, `geodrift ${rawArgs.join(" ")}`, evaluation);
      process.stderr.write(`${files.join("\n")}\n`);
    }
  } finally {
    bar.stop();
    await model.dispose();
    await judge.dispose();
    await locator.dispose();
  }
}
