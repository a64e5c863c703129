import { GeodriftError, withSubject } from "@geodrift/core/errors";
import type { Command } from "commander";
import { evidenceBundle, shownSide } from "../evidence/bundle.js";
import { readBundle } from "../evidence/read-bundle.js";
import { compareAnswers, verdictText } from "../evidence/verify.js";
import { writeFileAtomically } from "../files/atomic-file.js";
import { locate } from "../locate/locate.js";
import { priorDescription, readPriors } from "../locate/prior.js";
import { toText } from "../locate/text.js";
import { openModel, resolveModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import { readingHere } from "../pictures/picture-tasks.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { readUserConfig } from "./user-config.js";

interface Flags {
  out?: string;
  model?: string;
  encoder?: string;
  seed: number;
  guidance: number;
  steps?: number;
  solver?: string;
  prior?: string;
  withPicture?: boolean;
}

/** `geodrift evidence`. */
export function define(command: Command): void {
  command
    .argument("<image>", "picture")
    // Not a required option: commander would want it of what is below, too.
    .option("-o, --out <file.zip>", "file to write; has to be said")
    .option("--model <name|folder|file>", "model; the default of the settings, else earth")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--steps <n>", "steps from noise to places", wholeNumber(1, 10_000))
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--seed <n>", "seed of the noise", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--solver <name>", "solver of the flow")
    .option("--prior <where>", priorDescription)
    .option(
      "--with-picture",
      "show the picture in evidence.html and evidence.pdf, at most 1,024 pixels wide or high, without what its file says",
    )
    .action(run);
  command
    .command("verify <bundle.zip> <image>")
    .description("ask the same again of the same picture, and say whether the answer is the one in the bundle")
    .option("--model <name|folder|file>", "where the model is here, if not under the name that the bundle says")
    .option("--json", "the differences as JSON")
    .action(verify);
}

async function verify(file: string, image: string, flags: { model?: string; json?: boolean }): Promise<void> {
  const { result, settings, besides } = await readBundle(file);
  const fail = (why: string): never => {
    throw new GeodriftError("data", `${file}: ${why}`);
  };
  if (besides) fail("takes in places or outlines that no command repeats; known.json in it has them");
  const known = settings.prior === undefined ? [] : await readPriors(settings.prior);
  const { seed, guidance, solver, steps } = result;
  const { samples, abstain } = settings;
  const model = await openModel(await resolveModel(flags.model ?? settings.model, settings));
  try {
    if (model.sha256 !== result.model.sha256)
      fail(
        `was made by ${result.model.name} with other weights than those here; its hash begins with ${result.model.sha256.slice(0, 12)}`,
      );
    const asked = { seed, guidance, solver, steps: solver === undefined ? undefined : steps, abstain };
    for await (const answer of locate([image], model, { ...asked, samples, known, fine: true })) {
      if ("error" in answer) return withSubject(image, () => Promise.reject(answer.thrown));
      if (answer.result.sha256 !== result.sha256)
        fail(`is of another picture than ${image}: its hash begins with ${result.sha256.slice(0, 12)}`);
      const verdict = compareAnswers(result, answer.result);
      if (flags.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
      if (!verdict.holds) fail(verdictText(verdict));
      if (!flags.json) process.stdout.write(`${file}: ${verdictText(verdict)}\n`);
    }
  } finally {
    await model.dispose();
  }
}

async function run(image: string, flags: Flags): Promise<void> {
  const { out } = flags;
  if (out === undefined) throw new GeodriftError("option", "-o, --out <file.zip> has to say which file is written");
  const name = flags.model ?? (await readUserConfig()).default ?? "earth";
  const known = flags.prior === undefined ? [] : await readPriors(flags.prior);
  const resolved = await resolveModel(name, flags);
  const { description } = resolved;
  solvingOf(description, flags, flags.guidance);
  const model = await openModel(resolved);
  try {
    for await (const answer of locate([image], model, { ...flags, samples: 256, known, fine: true })) {
      if ("error" in answer) return withSubject(image, () => Promise.reject(answer.thrown));
      const { encoder, prior, withPicture } = flags;
      const picture = withPicture ? (await readingHere.do("shrink", image, shownSide)).webp : undefined;
      const bundle = await evidenceBundle(answer, { model: name, encoder, prior, picture });
      await writeFileAtomically(out, bundle);
      process.stdout.write(`${out}: ${toText(answer.result, { anyway: true })}\n`);
    }
  } finally {
    await model.dispose();
  }
}
