import { withSubject } from "@geodrift/core/errors";
import type { Command } from "commander";
import { evidenceBundle } from "../evidence/bundle.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import { locate } from "../locate/locate.js";
import { readPrior } from "../locate/prior.js";
import { toText } from "../locate/text.js";
import { openModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { readUserConfig } from "./user-config.js";

interface Flags {
  out: string;
  model?: string;
  encoder?: string;
  seed: number;
  guidance: number;
  steps?: number;
  solver?: string;
  prior?: string;
}

/** `geodrift evidence`. */
export function define(command: Command): void {
  command
    .argument("<image>", "picture")
    .requiredOption("-o, --out <file.zip>", "file to write")
    .option("--model <name|folder|file>", "model; the default of the settings, else earth")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--steps <n>", "steps from noise to places", wholeNumber(1, 10_000))
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of the flow")
    .option(
      "--prior <where>",
      "what is known besides: the name of a place, not:NAME, within:KM:LAT,LNG, photos, a .geojson, .kml or .csv file",
    )
    .action(run);
}

async function run(image: string, flags: Flags): Promise<void> {
  const name = flags.model ?? (await readUserConfig()).default ?? "earth";
  const known = flags.prior === undefined ? [] : [await readPrior(flags.prior)];
  const resolved = await resolveModel(name, flags);
  const { description } = resolved;
  solvingOf(description, flags, flags.guidance);
  const model = await openModel(resolved);
  try {
    for await (const answer of locate([image], model, { ...flags, samples: 256, known, fine: true })) {
      if ("error" in answer) return withSubject(image, () => Promise.reject(answer.thrown));
      const { encoder, prior } = flags;
      const bundle = evidenceBundle(answer, { model: name, encoder, prior });
      await writeFileAtomically(flags.out, bundle);
      process.stdout.write(`${flags.out}: ${toText(answer.result, { anyway: true })}\n`);
    }
  } finally {
    await model.dispose();
  }
}
