import { basename, dirname, extname, join } from "node:path";
import { type PathName, solverFor } from "@geodrift/core";
import type { Command } from "commander";
import * as ort from "onnxruntime-node";
import { pictureFiles } from "../data/picture-files.js";
import { checkMapFile, writeMap } from "../figures/map.js";
import { locate } from "../locate/locate.js";
import { failureText, toText } from "../locate/text.js";
import { loadModel } from "../models/load.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { progress } from "./progress.js";
import { UsageError } from "./usage-error.js";

interface Flags {
  model: string;
  samples: number;
  steps: number;
  guidance: number;
  seed: number;
  solver?: string;
  json?: boolean;
  map?: string;
}

export function addLocate(program: Command, exit: (code: number) => void): void {
  program
    .command("locate")
    .description("say where on Earth pictures show: best guess, radii, country odds")
    .argument("<image...>", "pictures, folders of them, or patterns")
    .option("--model <name|folder>", "model", "earth")
    .option("--samples <n>", "places drawn per picture", wholeNumber(2, 100_000), 256)
    .option("--steps <n>", "steps from noise to places", wholeNumber(1, 10_000), 32)
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of the flow")
    .option("--json", "one JSON object per picture and line")
    .option("--map <file>", "write a map: .svg, .png, .html, .geojson or .kml; with several pictures, one each")
    .action(async (names: string[], flags: Flags) => exit(await run(names, flags)));
}

async function run(names: string[], flags: Flags): Promise<number> {
  if (flags.map) usage(() => checkMapFile(flags.map as string));
  const model = await loadModel(flags.model, ort);
  usage(() => solverFor(model.description.path as PathName, flags.solver));
  const named = await pictureFiles(names);
  const files = named.flatMap((n) => ("error" in n ? [] : [n.file]));
  const bar = progress(files.length);
  let failed = 0;
  const fail = (failure: { image: string; error: string }) => {
    failed++;
    if (flags.json) process.stdout.write(`${JSON.stringify(failure)}\n`);
    else process.stderr.write(`${failureText(failure)}\n`);
  };
  for (const n of named) if ("error" in n) fail({ image: n.file, error: n.error });
  for await (const answer of locate(files, model, flags)) {
    bar.step();
    if ("error" in answer) {
      fail(answer);
      continue;
    }
    process.stdout.write(`${flags.json ? JSON.stringify(answer.result) : toText(answer.result)}\n`);
    if (flags.map) {
      const file = files.length > 1 ? mapBeside(flags.map, answer.result.image) : flags.map;
      await writeMap(file, answer).catch((e: Error) => fail({ image: answer.result.image, error: e.message }));
    }
  }
  bar.stop();
  return failed > 0 ? 1 : 0;
}

function usage(check: () => void): void {
  try {
    check();
  } catch (e) {
    throw new UsageError((e as Error).message);
  }
}

/** `map.svg` and `a/b.jpg` make `map-b.svg`. */
function mapBeside(map: string, image: string): string {
  const ending = extname(map);
  return join(dirname(map), `${basename(map, ending)}-${basename(image, extname(image))}${ending}`);
}
