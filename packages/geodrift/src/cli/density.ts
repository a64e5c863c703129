import {
  type DensityOptions,
  generativeLocator,
  type LatLng,
  type LikelihoodMode,
  localizability,
  toVec3,
} from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { readNpy } from "../files/npy.js";
import { checkModelName, loadGenerativeModel, loadModel } from "../models/load.js";
import { readPicture } from "../pictures/read-picture.js";
import { readPlacesTable } from "../places/places-table.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import { decimalNumber, wholeNumber } from "./options.js";
import { progress } from "./progress.js";

interface Flags {
  encoder?: string;
  image?: string;
  embedding?: string;
  points?: string;
  grid?: number;
  localizability?: number;
  seed: number;
  mode?: LikelihoodMode;
  guidance: number;
  steps?: number;
  tolerance?: number;
  json?: boolean;
}

/** `geodrift density`. */
export function define(command: Command): void {
  command
    .argument("<model>", "model by name, or a folder with config.json and model.safetensors")
    .option("--image <file>", "the picture")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--embedding <file>", "or its embedding, a NumPy array (.npy)")
    .option("--points <file>", "places as CSV with columns lat and lng")
    .option("--grid <degrees>", "or a grid over the globe", decimalNumber(0.1, 90))
    .option("--localizability <n>", "or ∫ p log₂ p in bits, from so many samples of p", wholeNumber(2, 100_000))
    .option("--seed <n>", "seed of those samples", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .addOption(
      new Option(
        "--mode <mode>",
        "what a flow's density is that of: the solver's map, the continuous flow (exact; also with --tolerance), or the number of the released code",
      ).choices(["map", "exact", "official"]),
    )
    .option("--guidance <w>", "strength of classifier-free guidance", decimalNumber(0, 100), 0)
    .option("--steps <n>", "steps of the map; 32, times 1 + w, if left out", wholeNumber(1, 10_000))
    .option("--tolerance <e>", "error allowed per step in the other modes", decimalNumber(1e-9, 0.1))
    .option("--json", "one JSON object per place and line")
    .action(run);
}

async function run(name: string, flags: Flags): Promise<void> {
  if ((flags.image === undefined) === (flags.embedding === undefined))
    throw new GeodriftError(
      "option",
      "a picture is needed (--image) or its embedding (--embedding), and only one of them",
    );
  const { points: file, grid, localizability: samples } = flags;
  if ([file, grid, samples].filter((x) => x !== undefined).length !== 1)
    throw new GeodriftError("option", "one is needed of places (--points), a grid (--grid), and --localizability");
  const options = densityOptions(flags);
  if (samples !== undefined && options.mode === "official")
    throw new GeodriftError("option", "--localizability is of a density, --mode official gives none");
  checkModelName(name);
  const places = file === undefined ? gridOf(grid ?? 90) : (await readPlacesTable(file)).places;
  const { locator, embedding, dispose } = await condition(name, flags);
  try {
    if (!locator.logProb) throw new GeodriftError("model", `${name}: its method names points and has no density`);
    if (samples !== undefined) {
      const { bits, standardError } = await localizability(locator, embedding, samples, {
        ...options,
        seed: flags.seed,
      });
      const words = `${bits.toFixed(3)} bits ± ${standardError.toFixed(3)} (standard error of ${samples} samples)`;
      process.stdout.write(`${flags.json ? JSON.stringify({ bits, standardError, samples }) : words}\n`);
      return;
    }
    if (!flags.json) process.stdout.write("lat,lng,logProbNats,bitsPerDimension\n");
    const bar = progress(places.length);
    try {
      for (let from = 0; from < places.length; from += placesAtOnce) {
        const some = places.slice(from, from + placesAtOnce);
        const points = Float64Array.from(some.flatMap((p) => [...toVec3(p)]));
        const logProbNats = await locator.logProb(embedding, points, options);
        bar.above(some.map((place, i) => lineOf(place, logProbNats[i], flags.json)).join(""));
        bar.advance(some.length);
      }
    } finally {
      bar.stop();
    }
  } finally {
    await dispose();
  }
}

/** Answers are written as they come, so many at a time. */
const placesAtOnce = 1024;

/** A density as a line of CSV or of JSON. */
function lineOf({ lat, lng }: LatLng, nats: number, json = false): string {
  // As the paper counts: three dimensions, though the sphere has two.
  const bits = nats / (3 * Math.LN2);
  return json
    ? `${JSON.stringify({ lat, lng, logProbNats: nats, bitsPerDimension: bits })}\n`
    : `${lat},${lng},${nats.toFixed(5)},${bits.toFixed(5)}\n`;
}

/** A tolerance is of the continuous flow, a number of steps of the map. */
function densityOptions({ mode: asked, guidance, steps, tolerance }: Flags): DensityOptions {
  const mode = asked ?? (tolerance === undefined ? "map" : "exact");
  if (steps !== undefined && mode !== "map")
    throw new GeodriftError("option", `--steps are of --mode map, --mode ${mode} takes --tolerance`);
  if (tolerance !== undefined && mode === "map")
    throw new GeodriftError("option", "--tolerance is of --mode exact and official, --mode map takes --steps");
  let told = false;
  const onTurned = () => {
    if (!told)
      process.stderr.write(
        "geodrift: the solver's map is not one-to-one at some of the places; more --steps, or --mode exact, are to be trusted there\n",
      );
    told = true;
  };
  return {
    mode,
    guidance,
    onTurned,
    ...(steps !== undefined && { steps }),
    ...(tolerance !== undefined && { tolerance }),
  };
}

/** The model, and what its answer depends on. */
async function condition(name: string, { image, embedding, mode, encoder: named }: Flags) {
  if (image !== undefined) {
    const { description, encoder, locator, dispose } = await loadModel(name, { encoder: named });
    if (mode === "official" && description.method !== "generative")
      throw new GeodriftError(
        "option",
        `--mode official is for flows and diffusions, the method of ${name} is ${description.method}`,
      );
    const picture = await withSubject(image, () => readPicture(image, encoder.preparation));
    return { locator, embedding: await encoder.encode([picture]), dispose };
  }
  const locator = generativeLocator(await loadGenerativeModel(name), { runtime: await onnxRuntime() });
  const { shape, data } = await readNpy(embedding as string);
  if (data.length !== locator.width)
    throw new GeodriftError(
      "option",
      `${embedding}: the model takes an embedding of ${locator.width} numbers, got an array of shape [${shape}]`,
    );
  return { locator, embedding: data, dispose: () => locator.dispose() };
}

/** Latitudes and longitudes in equal steps, the poles once. */
function gridOf(step: number): LatLng[] {
  const count = Math.round(180 / step);
  if (Math.abs(count * step - 180) > 1e-9)
    throw new GeodriftError("option", `--grid: the step must divide 180 degrees, got ${step}`);
  return Array.from({ length: count + 1 }, (_, i) => (i * 180) / count - 90).flatMap((lat) =>
    Array.from({ length: Math.abs(lat) === 90 ? 1 : 2 * count }, (_, j) => ({ lat, lng: (j * 180) / count - 180 })),
  );
}
