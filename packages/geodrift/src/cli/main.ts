/** The command line: exit code 0 when all went well, 1 when something failed, 2 for a command that makes no sense. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UsageError } from "./usage-error.js";

type Define = (command: Command, own: { args: readonly string[]; exit: (code: number) => void }) => Promise<void>;

/**
 * What each does, in the order of the help, and where its arguments and its work are defined: loaded when it is asked for, as
 * to load all takes longer than most of what they do.
 */
const commands: Record<string, [summary: string, define: Define]> = {
  locate: [
    "say where on Earth pictures show: best guess, radii, country odds",
    async (command, { exit }) => (await import("./locate.js")).defineLocate(command, exit),
  ],
  density: [
    "the probability density of places, given a picture",
    async (command) => (await import("./density.js")).defineDensity(command),
  ],
  evaluate: [
    "how good models are on pictures whose places are known",
    async (command) => (await import("./evaluate.js")).defineEvaluate(command),
  ],
  imagine: [
    "make pictures of places: a place, with words, becomes an image",
    async (command, { args }) => (await import("./imagine.js")).defineImagine(command, args),
  ],
  "evaluate-imagine": [
    "how good a model's pictures of places are: scores, the round trip, sensitivity, guidance",
    async (command, { args }) => (await import("./evaluate-imagine.js")).defineEvaluateImagine(command, args),
  ],
  embed: [
    "turn pictures with places into a table of embeddings to train on; run it again to go on after a stop",
    async (command, { exit }) => (await import("./embed.js")).defineEmbed(command, exit),
  ],
  split: [
    "split a table of embeddings into training, validation and test, by place",
    async (command) => (await import("./split.js")).defineSplit(command),
  ],
  train: [
    "train what a config file describes; run it again to go on after a stop",
    async (command) => (await import("./train.js")).defineTrain(command),
  ],
  models: [
    "list, fetch and look into models and encoders",
    async (command) => (await import("./models.js")).defineModels(command),
  ],
  export: [
    "write a flow or diffusion for other programs: ONNX files, or the layout of the released models",
    async (command) => (await import("./export.js")).defineExport(command),
  ],
  evidence: [
    "a zip for whoever is to check an answer: hashes, settings, density, map, what was ruled out, the command",
    async (command) => (await import("./evidence.js")).defineEvidence(command),
  ],
  library: [
    "index an archive's pictures, locate them, and export what was decided",
    async (command, { exit }) => (await import("./library.js")).defineLibrary(command, exit),
  ],
  serve: [
    "the page and the interface for programs, on this machine",
    async (command) => (await import("./serve.js")).defineServe(command),
  ],
};

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** Runs the arguments that follow the program's name; resolves to the exit code, and never throws. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command("geodrift")
    .description("Where on Earth was this image taken? A map of probability, not a guess.")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride();
  const exit = (c: number) => {
    code = c;
  };
  const asked = args.find((arg) => Object.hasOwn(commands, arg));
  for (const [name, [summary, define]] of Object.entries(commands)) {
    const command = program.command(name).description(summary).exitOverride().showSuggestionAfterError();
    if (name === asked) await define(command, { args, exit });
  }
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (e: NodeJS.ErrnoException) => {
    if (e.code === "EPIPE") process.exit(0);
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (e) {
    if (e instanceof CommanderError) return e.exitCode === 0 ? 0 : 2;
    process.stderr.write(`geodrift: ${(e as Error).message}\n`);
    return e instanceof UsageError ? 2 : 1;
  }
}
