/** `geodrift landmarks`: landmarks, their shapes and their photographs. */
import { type Command, Option } from "commander";
import { decimalNumber, wholeNumber } from "./options.js";
import { latLngOption } from "./place-option.js";

/** What the commands do, loaded when one of them runs. */
const running = () => import("./landmarks-run.js");

const shapesOption = () =>
  new Option(
    "--shapes <folder>",
    "folder that has the files of shapes; the cache, and where they are published, if left out",
  );

/** `geodrift landmarks`. */
export function define(landmarks: Command): void {
  const command = (name: string, description: string) =>
    landmarks.command(name).description(description).exitOverride().showSuggestionAfterError();

  command("list", "landmarks that are known by name, with licence and credit")
    .addOption(shapesOption())
    .option("--json", "as JSON")
    .action(async (flags) => (await running()).list(flags));

  command(
    "photograph",
    "make photographs of a landmark as tourists take them, with positions; run it again to go on after a stop",
  )
    .argument("<landmark>", "name, or a .json file of one's own")
    .requiredOption("-o, --output <folder>", "where to")
    .addOption(shapesOption())
    .option("--train <n>", "photographs for trainings", wholeNumber(0, 1_000_000), 2400)
    .option("--test <n>", "photographs that are held out, evenly from all round", wholeNumber(0, 1_000_000), 600)
    .addOption(
      new Option("--azimuths <kind>", "where those for trainings are taken: mostly in front, or evenly around")
        .choices(["tourist", "uniform"])
        .default("tourist"),
    )
    .option("--size <pixels>", "pixels along a side", wholeNumber(8, 2048), 64)
    .option(
      "--seed <n>",
      "every photograph is a function of it and its number",
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
      1,
    )
    .action(async (name, flags) => (await running()).photograph(name, flags));

  command("render", "draw a landmark from all round: colours, surfaces and depths")
    .argument("<landmark>", "name, or a .json file of one's own")
    .option("-o, --output <file>", "where to: .png", "landmark.png")
    .addOption(shapesOption())
    .option("--views <n>", "azimuths, evenly", wholeNumber(1, 72), 8)
    .option("--elevation <degrees>", "of the camera, seen from the landmark's centre", decimalNumber(-60, 60), -12)
    .option("--size <pixels>", "pixels along a side", wholeNumber(8, 1024), 128)
    .action(async (name, flags) => (await running()).render(name, flags));

  command("from", "take a folder of one's own photographs with positions; the pictures stay as they are")
    .argument("<folder>", "folder of photographs; landmark.json and photos.csv are written into it")
    .requiredOption("--at <lat,lng>", "where the landmark stands", latLngOption)
    .requiredOption("--title <text>", "what it is called in words")
    .option(
      "--height <m>",
      "from its ground to its top, metres: the apparent size is told where the lens is known",
      decimalNumber(0.01, 100_000),
    )
    .option("--radius <m>", "greatest horizontal distance from its axis, metres", decimalNumber(0.01, 100_000))
    .option(
      "--altitude <m>",
      "of its ground above the sea, where photographs are taken from other heights: theirs are what their GPS says",
      decimalNumber(-500, 10_000),
    )
    .option("--nearest <m>", "nearest photographs, metres", decimalNumber(0, 100_000), 5)
    .option("--farthest <m>", "farthest photographs, metres", decimalNumber(1, 1_000_000), 1000)
    .option("--held <share>", "share of them that is held out", decimalNumber(0, 1), 0.2)
    .option("--seed <n>", "what is held out", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option("--licence <text>", "of the photographs", "all rights reserved")
    .option("--credit <text>", "who took them", "")
    .option("--json", "as JSON")
    .action(async (folder, flags) => (await running()).fromFolder(folder, flags));
}
