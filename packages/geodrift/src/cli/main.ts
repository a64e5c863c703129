/** The command line. Exit codes: docs/errors.md. */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { type Device, device, devices, useDevice } from "../runtime/device.js";
import { lanceSettings } from "../runtime/lance-settings.js";
import { maxThreads, threads, useThreads } from "../runtime/threads.js";
import type { Invocation } from "./invocation.js";
import { wholeNumber } from "./options.js";
import { debugging, exitCodes, reportError } from "./report-error.js";

export { closeThreads } from "../runtime/open-threads.js";

interface Definition {
  /** Arguments, flags and what they do. */
  define(command: Command, invocation: Invocation): void;
}

/**
 * What each does, in the order of the help, and where its arguments and its work are defined: loaded when it is asked for, as
 * to load all takes longer than most of what they do.
 */
const commands: Record<string, [summary: string, load: () => Promise<Definition>]> = {
  locate: ["say where on Earth pictures show: best guess, radii, country odds", () => import("./locate.js")],
  density: ["the probability density of places, given a picture", () => import("./density.js")],
  evaluate: ["how good models are on pictures whose places are known", () => import("./evaluate.js")],
  imagine: ["make pictures of places: a place, with words, becomes an image", () => import("./imagine.js")],
  "evaluate-imagine": [
    "how good a model's pictures of places are: scores, the round trip, sensitivity, guidance",
    () => import("./evaluate-imagine.js"),
  ],
  "evaluate-landmark": [
    "how well a landmark's model hears the angle, beside words alone and the photographs themselves",
    () => import("./evaluate-landmark.js"),
  ],
  "evaluate-field": [
    "how near a field is to the landmark's own shape: silhouettes, depths, colours, surfaces",
    () => import("./evaluate-field.js"),
  ],
  "evaluate-lift": [
    "how near a landmark's fields are to its own shape, lifted in every way, several times over",
    () => import("./evaluate-lift.js"),
  ],
  landmarks: [
    "landmarks and their photographs: list, photograph, render, or take in one's own",
    () => import("./landmarks.js"),
  ],
  lift: [
    "a landmark's model, or photographs of it, become a field that renders from any side, and a mesh",
    () => import("./lift.js"),
  ],
  rate: [
    "a page on which people rate lifts, two at a time, without knowing what made them; and what they have said",
    () => import("./rate.js"),
  ],
  embed: [
    "turn pictures with places into a table of embeddings to train on; run it again to go on after a stop",
    () => import("./embed.js"),
  ],
  shards: [
    "embed or locate more pictures than one machine can: plan, run, job, status, finish, as an array job",
    () => import("./shards.js"),
  ],
  split: ["split a table of embeddings into training, validation and test, by place", () => import("./split.js")],
  index: [
    "make a model that answers with the places of a table's most similar pictures, in memory or from disk",
    () => import("./index-table.js"),
  ],
  train: ["train what a config file describes; run it again to go on after a stop", () => import("./train.js")],
  models: ["list, fetch and look into models and encoders", () => import("./models.js")],
  export: [
    "write a flow or diffusion for other programs: ONNX files, or the layout of the released models",
    () => import("./export.js"),
  ],
  evidence: [
    "a zip for whoever is to check an answer: hashes, settings, density, map, what was ruled out, the command",
    () => import("./evidence.js"),
  ],
  library: ["index an archive's pictures, locate them, and export what was decided", () => import("./library.js")],
  serve: ["the page and the interface for programs, on this machine", () => import("./serve.js")],
};

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** Runs the arguments that follow the program's name; resolves to the exit code, and never throws. */
export async function main(given: readonly string[]): Promise<number> {
  const args = debugging(given);
  let code: number = exitCodes.done;
  const program = new Command("geodrift")
    .description("Where on Earth was this image taken? A map of probability, not a guess.")
    .version(version)
    .option(
      "--threads <n>",
      "threads that compute; GEODRIFT_THREADS, else as many as this process may use",
      wholeNumber(1, maxThreads),
    )
    .addOption(new Option("--device <name>", "what computes; GEODRIFT_DEVICE, else the processor").choices(devices))
    .hook("preAction", async (command) => {
      const asked = command.opts<{ threads?: number; device?: Device }>();
      if (asked.threads !== undefined) useThreads(asked.threads);
      threads();
      lanceSettings();
      if (asked.device !== undefined) useDevice(asked.device);
      // One sentence, and not one for every picture, where the device is not there.
      if (device() !== "cpu") await (await import("../runtime/onnx-runtime.js")).onnxRuntime();
    })
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride();
  const exit = (c: number) => {
    code = c;
  };
  const asked = args.find((arg) => Object.hasOwn(commands, arg));
  for (const [name, [summary, load]] of Object.entries(commands)) {
    const command = program.command(name).description(summary).exitOverride().showSuggestionAfterError();
    command.option("--debug", "show where an error comes from, with what caused it; as GEODRIFT_DEBUG=1 does");
    if (name === asked) (await load()).define(command, { args, exit });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (e) {
    if (e instanceof CommanderError) return e.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(e);
  }
}
