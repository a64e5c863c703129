import { setFlagsFromString } from "node:v8";
import { isMendable } from "@geodrift/core/errors";
import { type Command, Option } from "commander";
import { defaultLibrary } from "../library/default-library.js";
import type { Library } from "../library/library.js";
import { imageModelFolder } from "../models/embedded.js";
import { checkModelName } from "../models/load.js";
import { jsonLog, type Log } from "../server/log.js";
import { wholeNumber } from "./options.js";
import { readUserConfig } from "./user-config.js";

interface Flags {
  model?: string;
  encoder?: string;
  imageModel: string;
  landmarkModel: string;
  rasters?: string;
  library?: string;
  host: string;
  name?: string;
  port: number;
  token?: string;
  iKnow?: boolean;
  maxUpload: number;
  maxPixels: number;
  pointLimit: number;
  queue: number;
  detail?: string;
  open: boolean;
}

/** `geodrift serve`. */
export function define(command: Command): void {
  command
    .option("--model <name|folder|file>", "model; the default of the settings, else earth")
    .option("--encoder <name|folder|file>", "encoder in place of the model's own")
    .option("--image-model <name|folder>", "what makes pictures of places", "earth-images")
    .option("--landmark-model <name|folder>", "what makes pictures of a landmark by angle", "liberty")
    .option(
      "--rasters <folder>",
      "rasters that the model of places was trained on, to show the training views nearest to its pictures",
    )
    .option("--library <folder|postgres://…>", "library of pictures, made if there is none; the usual one if left out")
    .option("--port <n>", "port; 0 for any that is free", wholeNumber(0, 65_535), 8080)
    .option(
      "--host <address>",
      "address to listen on; others than this machine's own want --token or --i-know",
      "127.0.0.1",
    )
    .option("--name <host>", "name of a proxy in front, under which it is asked")
    .addOption(
      new Option("--token <text>", "what a client must know; in GEODRIFT_TOKEN others do not see it").env(
        "GEODRIFT_TOKEN",
      ),
    )
    .option("--i-know", "let whoever reaches the address ask")
    .option("--max-upload <MiB>", "size of a picture's file", wholeNumber(1, 2048), 64)
    .option("--max-pixels <millions>", "size of a picture", wholeNumber(1, 268), 100)
    .option("--queue <n>", "requests that may wait", wholeNumber(1, 10_000), 64)
    .option("--detail <file>", "map with more detail: raster tiles in a PMTiles file")
    .option(
      "--point-limit <km>",
      "radius of 90 % beyond which no estimate is accepted as a point",
      wholeNumber(1, 20_000),
      500,
    )
    .option("--no-open", "do not open the page in a browser; only from a terminal is it done anyway")
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  // It runs for weeks beside other programs: V8 is to collect what nobody holds before its heaps have grown twofold.
  setFlagsFromString("--heap-growing-percent=20");
  const model = flags.model ?? (await readUserConfig()).default ?? "earth";
  checkModelName(model);
  for (const one of [flags.imageModel, flags.landmarkModel]) imageModelFolder(one);
  const { host, port, token, iKnow, encoder } = flags;
  const log = jsonLog((line) => process.stderr.write(line));
  // Loaded here, so that no other command waits for it.
  const [{ serve }, { default: open }] = await Promise.all([import("../server/serve.js"), import("open")]);
  const library = await libraryOf(flags.library, log);
  if (library) library.pointLimitKm = flags.pointLimit;
  const server = await serve({
    model,
    encoder,
    imageModel: flags.imageModel,
    landmarkModel: flags.landmarkModel,
    rasters: flags.rasters,
    host,
    name: flags.name,
    port,
    token,
    iKnow,
    maxBytes: flags.maxUpload * 2 ** 20,
    maxPixels: flags.maxPixels * 1_000_000,
    mostWaiting: flags.queue,
    detail: flags.detail,
    log,
    library,
  }).catch(async (e: Error) => {
    await library?.close();
    throw e;
  });
  process.stdout.write(`geodrift: ${server.url}${token ? "?token=…" : ""}\n`);
  // Where there is no browser, the address is all there is to do.
  if (flags.open && process.stdout.isTTY) await open(server.entrance).catch(() => undefined);
  await new Promise<void>((resolve) => {
    const stop = (signal: string) => {
      log("stopping", { signal });
      // A second signal ends it at once.
      process.once(signal, () => process.exit(1));
      server.stop().then(resolve, resolve);
    };
    process.once("SIGINT", () => stop("SIGINT"));
    process.once("SIGTERM", () => stop("SIGTERM"));
  });
  log("stopped");
}

/** The one that is named, else the usual one, without which the page works as well. */
async function libraryOf(named: string | undefined, log: Log): Promise<Library | undefined> {
  const [{ openLibrary }, { isDatabaseUrl }] = await Promise.all([
    import("../library/open-library.js"),
    import("../library/store/postgres.js"),
  ]);
  if (named !== undefined) return openLibrary(named, { create: true });
  const usual = defaultLibrary();
  return openLibrary(usual, { create: true }).catch((e: unknown) => {
    // Without a database nobody knows who may ask.
    if (!isMendable(e) || isDatabaseUrl(usual)) throw e;
    log("no library", { message: e.message });
    return undefined;
  });
}
