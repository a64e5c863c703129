import { basename, dirname, extname, join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { Command } from "commander";
import { locateInThreads } from "../engine/locating-threads.js";
import { gainsByThreads } from "../engine/many-threads.js";
import { checkMapFile, writeMap } from "../figures/map.js";
import type { Knowledge } from "../locate/known.js";
import { locate } from "../locate/locate.js";
import { priorDescription, readPriors } from "../locate/prior.js";
import type { Located, LocateFailure, LocateResult } from "../locate/result.js";
import { failureText, toText } from "../locate/text.js";
import { openModel, type ResolvedModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { type Named, pictureFiles } from "../pictures/picture-files.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { threads } from "../runtime/threads.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { progress } from "./progress.js";
import { exitCodes, reportError, showStack, worse } from "./report-error.js";
import { readUserConfig } from "./user-config.js";

interface Flags {
  model?: string;
  encoder?: string;
  samples: number;
  steps?: number;
  guidance: number;
  seed: number;
  solver?: string;
  prior?: string;
  abstain?: number;
  anyway?: boolean;
  json?: boolean;
  map?: string;
  trajectories?: boolean;
  timeNeighbours?: number;
}

/** `geodrift locate`. */
export function define(command: Command, { exit }: Invocation): void {
  command
    .argument("<image...>", "pictures, folders of them, or patterns")
    .option("--model <name|folder|file>", "model; the default of the settings, else earth")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option(
      "--samples <n>",
      "places drawn per picture, into maps and where a method has no mesh",
      wholeNumber(2, 4096),
      256,
    )
    .option("--steps <n>", "steps from noise to places; the solver's own if left out", wholeNumber(1, 10_000))
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of the flow; the one that loses least if left out")
    .option("--prior <where>", priorDescription)
    .option(
      "--time-neighbours <minutes>",
      "take in where pictures of the same run were taken so shortly before or after",
      decimalNumber(0, 100_000),
    )
    .option("--anyway", "say the answer of a picture that the model is not for all the same, marked")
    .option("--abstain <bits>", 'say "cannot tell" of pictures that tell less than so many bits', decimalNumber(-4, 30))
    .option("--json", "one JSON object per picture and line")
    .option("--map <file>", "write a map: .svg, .png, .html, .geojson or .kml; with several pictures, one each")
    .option("--trajectories", "draw the ways from noise to places as well, into .svg, .png, .html or .geojson")
    .action(async (names: string[], flags: Flags) => exit(await run(names, flags)));
}

async function run(names: string[], flags: Flags): Promise<number> {
  if (flags.trajectories && !flags.map)
    throw new GeodriftError("option", "--trajectories are drawn into a map, which --map names");
  if (flags.trajectories && /\.kml$/i.test(flags.map ?? ""))
    throw new GeodriftError("option", "--trajectories are drawn into .svg, .png, .html or .geojson, not into .kml");
  if (flags.map) checkMapFile(flags.map as string);
  const name = flags.model ?? (await readUserConfig()).default ?? "earth";
  const known = flags.prior === undefined ? undefined : await readPriors(flags.prior);
  const resolved = await resolveModel(name, flags);
  const { description } = resolved;
  solvingOf(description, flags, flags.guidance);
  if (flags.trajectories && description.method !== "generative")
    throw new GeodriftError(
      "option",
      `--trajectories are of flows and diffusions, the method of ${name} is ${description.method}`,
    );
  const named = await pictureFiles(names);
  const answers = answersOf(named, resolved, flags, known);
  const bar = progress(named.length);
  const maps = new Set<string>();
  let code: number = exitCodes.done;
  let photographs = 0;
  try {
    for await (const answer of answers) {
      bar.advance(1);
      if ("error" in answer) {
        code = worse(code, answer.thrown);
        if (flags.json) bar.above(`${JSON.stringify(answer)}\n`);
        else process.stderr.write(`${failureText(answer)}\n`);
        showStack(answer.thrown);
        continue;
      }
      if (answer.camera) photographs++;
      bar.above(`${flags.json ? JSON.stringify(answer.result) : toText(answer.result, flags)}\n`);
      if (!flags.map || !("distribution" in answer)) continue;
      const file = named.length > 1 ? mapBeside(flags.map, answer.result.image, maps) : flags.map;
      await writeMap(file, answer).catch((e: unknown) => {
        code = worse(code, e);
        reportError(e);
      });
    }
  } finally {
    bar.stop();
  }
  if (photographs > 0 && name === "earth" && flags.model === undefined)
    process.stderr.write(
      'geodrift: earth is for views from above; for photographs, "geodrift models pull plonk-yfcc" once, then --model plonk-yfcc\n',
    );
  return code;
}

/** Pictures of a thread at the least: it opens a model of its own, which takes as long as some of them. */
const leastPerThread = 32;

/** Answers in order: by this thread, or by several where there are many pictures, and nothing is asked but what can be written as JSON. */
async function* answersOf(
  named: readonly Named[],
  resolved: ResolvedModel,
  flags: Flags,
  known: Knowledge[] | undefined,
): AsyncGenerator<Located | { result: LocateResult; camera?: string } | LocateFailure> {
  // What a file does to its decoder costs the others nothing; there are none where it is alone.
  const reader = named.length > 1 ? new PictureProcesses() : undefined;
  const isPlain = flags.map === undefined && flags.timeNeighbours === undefined;
  const count = Math.min(threads(), Math.floor(named.length / leastPerThread));
  if (reader && isPlain && count > 1 && gainsByThreads(resolved)) {
    const { name: model } = resolved;
    const { encoder, prior, samples, seed, guidance, steps, solver, abstain } = flags;
    const options = { samples, seed, guidance, steps, solver, abstain };
    return yield* locateInThreads(named, { model, encoder, prior, options }, reader, count);
  }
  const model = await openModel(resolved);
  try {
    yield* locate(named, model, { ...flags, known, fine: flags.map !== undefined }, reader);
  } finally {
    await model.dispose();
  }
}

/** `map.svg` and `a/b.jpg` make `map-b.svg`; a second `b` makes `map-b-2.svg`. */
function mapBeside(map: string, image: string, taken: Set<string>): string {
  const ending = extname(map);
  const stem = join(dirname(map), `${basename(map, ending)}-${basename(image, extname(image))}`);
  let file = `${stem}${ending}`;
  for (let i = 2; taken.has(file); i++) file = `${stem}-${i}${ending}`;
  taken.add(file);
  return file;
}
