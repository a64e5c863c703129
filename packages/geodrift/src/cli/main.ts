/** The command line: exit code 0 when all went well, 1 when something failed, 2 for a command that makes no sense. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addDensity } from "./density.js";
import { addEmbed } from "./embed.js";
import { addEvaluate } from "./evaluate.js";
import { addEvaluateImagine } from "./evaluate-imagine.js";
import { addEvidence } from "./evidence.js";
import { addExport } from "./export.js";
import { addImagine } from "./imagine.js";
import { addLibrary } from "./library.js";
import { addLocate } from "./locate.js";
import { addModels } from "./models.js";
import { addServe } from "./serve.js";
import { addSplit } from "./split.js";
import { addTrain } from "./train.js";
import { UsageError } from "./usage-error.js";

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
  addLocate(program, exit);
  addDensity(program);
  addEvaluate(program);
  addImagine(program, args);
  addEvaluateImagine(program, args);
  addEmbed(program, exit);
  addSplit(program);
  addTrain(program);
  addModels(program);
  addExport(program);
  addEvidence(program);
  addLibrary(program, exit);
  addServe(program);
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
