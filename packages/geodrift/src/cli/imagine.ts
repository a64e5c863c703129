import { imageSolvers } from "@geodrift/core";
import { type Command, InvalidArgumentError } from "commander";
import { imagineDefaults } from "../imagine/defaults.js";
import type { ImagineFlags } from "./imagine-drawing.js";
import type { Invocation } from "./invocation.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { latLngOption } from "./place-option.js";

/** May be given several times. */
const several =
  <T>(parse: (text: string) => T) =>
  (text: string, before: T[] = []): T[] => [...before, parse(text)];

/** `400km`, or the number alone. */
function kilometres(text: string): number {
  const km = Number(/^(\d+(?:\.\d+)?)\s*(?:km)?$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (!(km > 0)) throw new InvalidArgumentError(`It is a width of ground in kilometres, such as 400km, got "${text}".`);
  return km;
}

/** `geodrift imagine`. */
export function define(command: Command, { args }: Invocation): void {
  command
    .option(
      "--at <lat,lng>",
      "place, or where the camera stands before a landmark; several make a grid, a row for each",
      several(latLngOption),
    )
    .option("--words <text>", "what it shows and when; several make a grid, a column for each", several(String))
    .option("--ground <km>", "width of the ground; 400km if neither near nor wide is among the words", kilometres)
    .option("-n <count>", "pictures, each from a noise of its own", wholeNumber(1, 256), 1)
    .option(
      "--guide-place <w>",
      "strength of the place, or the angle; 1 follows the network as it is, 0 leaves it out",
      decimalNumber(0, 100),
      imagineDefaults.guidance.place,
    )
    .option("--guide-words <w>", "strength of the words", decimalNumber(0, 100), imagineDefaults.guidance.words)
    .option("--steps <n>", "steps from noise to picture", wholeNumber(1, 1000), imagineDefaults.steps)
    .option("--solver <name>", `solver: ${Object.keys(imageSolvers).join(", ")}`, imagineDefaults.solver)
    .option("--seed <n>", "seed of the first picture's noise; the next has the next", wholeNumber(0, 2 ** 52), 0)
    .option("--size <pixels>", "pixels along a side; the model's largest if left out", wholeNumber(8, 1024))
    .option(
      "-o, --output <file>",
      "where to: .png, or .webp for what moves; a manifest in .json lies beside it",
      "imagined.png",
    )
    .option("--scale <n>", "each pixel as a square of n by n in the file", wholeNumber(1, 32), 1)
    .option("--average <region>", "the average picture of a region: a .geojson file, a country, or within:KM:LAT,LNG")
    .option("--places <n>", "places that are averaged over; 24 if left out", wholeNumber(1, 1024))
    .option("--walk <lat,lng>", "from --at to there, along the great circle", latLngOption)
    .option("--frames <n>", "pictures of a walk, 24 if left out, or around a landmark, 36", wholeNumber(2, 512))
    .option(
      "--azimuth <degrees>",
      "side that a landmark is seen from, clockwise from north; several make a grid, a column for each",
      several(decimalNumber(-360, 360)),
    )
    .option("--around", "once around a landmark, clockwise, from --azimuth on")
    .option("--fill <share>", "share of the picture that a landmark fills; 0.75 if left out", decimalNumber(0.2, 2))
    .option("--months", "the months of a year, one after another")
    .option("--attention", "draw where each word, longitude and latitude are looked at, into a file beside")
    .option("--nearest <rasters>", "show the training view most like each picture, drawn from this folder of rasters")
    .option("--model <name|folder>", "model", "earth-images")
    .option("--json", "print the manifest")
    .action(async (flags: ImagineFlags) => {
      // Loaded here, so that no other command waits for it.
      const { runImagine } = await import("./imagine-run.js");
      await runImagine(flags, args);
    });
}
