/** The command line: exit code 0 when all went well, 1 when something failed, 2 for a command that makes no sense. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UsageError } from "./usage-error.js";

type AddCommand = (program: Command, own: { args: readonly string[]; exit: (code: number) => void }) => Promise<void>;

/** In the order of the help. The one that is asked for is loaded alone: to load all takes longer than most of what they do. */
const commands: Record<string, AddCommand> = {
  locate: async (program, { exit }) => (await import("./locate.js")).addLocate(program, exit),
  density: async (program) => (await import("./density.js")).addDensity(program),
  evaluate: async (program) => (await import("./evaluate.js")).addEvaluate(program),
  imagine: async (program, { args }) => (await import("./imagine.js")).addImagine(program, args),
  "evaluate-imagine": async (program, { args }) =>
    (await import("./evaluate-imagine.js")).addEvaluateImagine(program, args),
  embed: async (program, { exit }) => (await import("./embed.js")).addEmbed(program, exit),
  split: async (program) => (await import("./split.js")).addSplit(program),
  train: async (program) => (await import("./train.js")).addTrain(program),
  models: async (program) => (await import("./models.js")).addModels(program),
  export: async (program) => (await import("./export.js")).addExport(program),
  evidence: async (program) => (await import("./evidence.js")).addEvidence(program),
  library: async (program, { exit }) => (await import("./library.js")).addLibrary(program, exit),
  serve: async (program) => (await import("./serve.js")).addServe(program),
};

/** What the arguments may need: help and suggestions need all. */
function needed([first]: readonly string[]): string[] {
  if (first === "--version" || first === "-V") return [];
  return first !== undefined && Object.hasOwn(commands, first) ? [first] : Object.keys(commands);
}

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
  for (const name of needed(args)) await commands[name](program, { args, exit });
  for (const command of program.commands) command.exitOverride().showSuggestionAfterError();
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
