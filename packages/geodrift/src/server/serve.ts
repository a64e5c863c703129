/** The server from its start to its end. */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import { serve as serveApp } from "@hono/node-server";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { Engine } from "../engine/engine.js";
import { TrainingMemory } from "../engine/training-memory.js";
import { cannotRead } from "../files/system-error.js";
import { Jobs } from "../library/jobs.js";
import type { Library } from "../library/library.js";
import { personOf } from "../library/people.js";
import { describeImageModel, describeLandmarkModel } from "../models/image-model.js";
import { PictureProcesses } from "../pictures/picture-processes.js";
import { serverApp } from "./app.js";
import type { ServerContext } from "./context.js";
import { Densities } from "./densities.js";
import { logMistake } from "./failure.js";
import { isLoopback } from "./guard.js";
import type { Log } from "./log.js";
import { Models } from "./models.js";

/** How a server is run. */
export interface ServeOptions {
  /** The default model, by name, folder or file. */
  model: string;
  /** An encoder in place of the model's own. */
  encoder?: string;
  /** What makes pictures, by name or folder; earth-images if left out. */
  imageModel?: string;
  /** What makes pictures of a landmark, by name or folder; none if left out. */
  landmarkModel?: string;
  /** Rasters that the model of places was trained on, to compare its pictures with. */
  rasters?: string;
  /** The address to listen on. */
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** Another name that it is asked under, as by a proxy in front of it. */
  name?: string;
  /** What whoever asks must say; at least 8 characters. */
  token?: string;
  /** Lets whoever reaches the address ask, without a token. */
  iKnow?: boolean;
  /** Most bytes of an upload; 64 MiB if left out. */
  maxBytes?: number;
  /** Most pixels of a picture; 100 million if left out. */
  maxPixels?: number;
  /** Requests that may wait; 64 if left out. */
  mostWaiting?: number;
  log: Log;
  /** A PMTiles file of raster tiles, more detailed than the page's own map. */
  detail?: string;
  /** Is closed with the server. */
  library?: Library;
}

/** A server that listens. */
export interface RunningServer {
  /** Where a browser finds it. */
  url: string;
  /** The same, which lets a browser in once without the token. */
  entrance: string;
  context: ServerContext;
  /** Takes no more requests, gives those that run 30 seconds to finish, and closes. */
  stop(): Promise<void>;
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** How long running requests may take to finish when the server stops. */
const patienceMs = 30_000;

/**
 * Starts a server.
 * @throws GeodriftError `option` if other machines could ask without a token, the token is too short, or the address is
 * taken; what is thrown for a model, rasters or a file that cannot be opened
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { host, port, token, iKnow, log } = options;
  const { library } = options;
  const named = (await library?.store.people.any()) ?? false;
  if (!isLoopback(host) && token === undefined && !named && !iKnow)
    throw new GeodriftError(
      "option",
      `--host ${host}: other machines could ask this one to read pictures; give --token TEXT, or a token to each person ("geodrift library people add"), or --i-know if that is meant`,
    );
  if (token !== undefined && token.length < 8) throw new GeodriftError("option", "--token: has at least 8 characters");
  if (options.detail !== undefined) await checkPmtiles(options.detail);
  const models = await Models.open(options);
  const { rasters, imageModel = "earth-images" } = options;
  const description = await describeImageModel(imageModel);
  if (rasters !== undefined) (await openEarthFolder(rasters)).checkWhole();
  const memory = rasters === undefined ? undefined : new TrainingMemory({ rasters, description });
  const { landmarkModel } = options;
  const landmark = landmarkModel !== undefined && {
    landmark: { model: landmarkModel, description: await describeLandmarkModel(landmarkModel) },
  };
  const images = { model: imageModel, description, memory, ...landmark };
  const engine = new Engine({ mostWaiting: options.mostWaiting ?? 64 });
  const limits = { bytes: options.maxBytes ?? 64 * 2 ** 20, pixels: options.maxPixels ?? 100_000_000 };
  const pictures = new PictureProcesses({ count: 1 });
  const densities = new Densities();
  const ending = new AbortController();
  const context = {
    engine,
    models,
    densities,
    limits,
    log,
    pictures,
    fetches: isLoopback(host) && token === undefined && !named,
    library: library !== undefined,
    ending: ending.signal,
  };
  const entrance = randomUUID();
  const jobs = library && new Jobs(library, (e) => !isMendable(e) && logMistake(e, log, { job: "library" }));
  const app = serverApp(context, {
    host,
    name: options.name,
    token,
    entrance,
    ...(library && { people: { any: () => library.store.people.any(), whose: (given) => personOf(library, given) } }),
    version,
    detail: options.detail,
    images,
    ...(library && jobs && { library: { ...context, library, jobs, host } }),
  });
  const server = await listen(app, host, port);
  const { port: own } = server.address() as AddressInfo;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const shown = name.includes(":") ? `[${name}]` : name;
  const url = `http://${shown}:${own}/`;
  return {
    url,
    entrance: token === undefined && !named ? url : `${url}?enter=${entrance}`,
    context,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Those that still answer do not wait for another question.
      server.keepAliveTimeout = 1;
      engine.endLifts();
      ending.abort(new GeodriftError("stopped", "the server has been stopped"));
      await jobs?.stop();
      const late = new Promise((resolve) => setTimeout(resolve, patienceMs).unref());
      await Promise.race([Promise.all([closed, engine.idle()]), late]);
      server.closeAllConnections();
      await engine.close();
      await memory?.close();
      await pictures.close();
      await library?.close();
    },
  };
}

/**
 * Is it a PMTiles file of version 3?
 * @throws GeodriftError `option` if it is none, `not-found` or `file` if it cannot be read
 */
async function checkPmtiles(file: string): Promise<void> {
  const handle = await open(file).catch(cannotRead(file));
  try {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    if (buffer.toString("latin1", 0, 7) !== "PMTiles" || buffer[7] !== 3)
      throw new GeodriftError("option", `${file}: a PMTiles file of version 3 is needed`);
  } finally {
    await handle.close();
  }
}

function listen(app: ReturnType<typeof serverApp>, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serveApp(
      {
        fetch: app.fetch,
        hostname: host,
        port,
        createServer,
        serverOptions: { requestTimeout: 60_000, headersTimeout: 10_000, maxHeaderSize: 32 * 1024 },
      },
      () => resolve(server),
    ) as Server;
    server.once("error", (e: NodeJS.ErrnoException) => {
      const why: Record<string, string> = {
        EADDRINUSE: "is in use; --port 0 takes any that is free",
        EACCES: "is not allowed to be listened on",
        EADDRNOTAVAIL: "is not an address of this machine",
        ENOTFOUND: "is not an address of this machine",
      };
      reject(
        new GeodriftError("option", `${host}:${port} ${why[e.code ?? ""] ?? `cannot be listened on (${e.code})`}`),
      );
    });
  });
}
