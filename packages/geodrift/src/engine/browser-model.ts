/** A model that a browser runs by itself: the same mathematics and the same weights as in the program. */
import type { Runtime } from "@geodrift/compile";
import {
  flatDegrees,
  generativeLocator,
  type PlaceDistribution,
  paths,
  readSafetensors,
  schedules,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { networkEncoder, placeNetwork } from "../encode/network-encoder.js";
import { infer } from "../locate/infer.js";
import { withRegions } from "../locate/regions.js";
import { type LocateResult, summarize } from "../locate/result.js";
import { type ModelDescription, modelDescription, velocityConfig } from "../models/schema.js";
import { solvingOf } from "../models/solving.js";
import type { Picture } from "../pictures/picture.js";
import { squareOf } from "../pictures/square.js";
import { readTowns } from "../places/gazetteer.js";

/** Files of a model that a browser runs, and of the towns that places are named by: in the package under `models/earth` and `towns`. */
export const browserModelFiles = [
  ...["model.json", "config.json", "model.safetensors", "encoder.safetensors", "domain.safetensors"],
  ...["cities.kdbush", "cities.txt"],
] as const;

/** How a picture is located in a browser. */
export interface BrowserLocateOptions {
  /** Places drawn. */
  samples?: number;
  /** Steps of the solver; the method's own if left out. */
  steps?: number;
  /** Strength of classifier-free guidance; 0 is none. */
  guidance?: number;
  seed?: number;
  /** Told of every step: longitude, latitude, longitude, … of the samples, degrees. */
  onStep?: (step: { step: number; steps: number; points: number[] }) => void;
  /** Called between steps: what it throws ends the work. */
  stop?: () => void;
}

/** What is said of a picture in a browser: `locate --json` without what only files say. */
export interface BrowserAnswer {
  result: Omit<LocateResult, "image" | "sha256" | "elapsedMs">;
  distribution: PlaceDistribution;
  /** Unit vectors [n, 3]. */
  samples: Float64Array;
}

/** A model that was opened in a browser. */
export interface BrowserModel {
  description: ModelDescription;
  /** As the program has it; empty where the browser hashes only for pages of this machine or over TLS. */
  sha256: string;
  /**
   * Where a picture was taken.
   * @param picture 8-bit RGB, [height, width, 3], decoded by whoever has it
   */
  locate(picture: Picture, options?: BrowserLocateOptions): Promise<BrowserAnswer>;
  /** Gives its memory back. */
  dispose(): Promise<void>;
}

/**
 * Opens the embedded model from its files; `examples/notebook.html` is a page that does.
 * @param read gives the bytes of one of `browserModelFiles`
 * @param runtime `onnxruntime-web/wasm`, whose `.wasm` it is told of before
 * @throws GeodriftError `model` for one that does not run in a browser, ZodError or SyntaxError for descriptions that are none, and whatever
 * `read` throws
 */
export async function openBrowserModel(
  read: (name: (typeof browserModelFiles)[number]) => Promise<Uint8Array>,
  runtime: Runtime,
): Promise<BrowserModel> {
  const files = await Promise.all(browserModelFiles.map(async (name) => [name, await read(name)] as const));
  const bytes = Object.fromEntries(files) as Record<(typeof browserModelFiles)[number], Uint8Array<ArrayBuffer>>;
  const json = (name: "model.json" | "config.json") => JSON.parse(new TextDecoder().decode(bytes[name]));
  const description = modelDescription.parse(json("model.json"));
  if (description.method !== "generative" || description.encoder.kind !== "places")
    throw new GeodriftError("model", "this model is not one that runs in a browser");
  const { name, ...schedule } = description.schedule;
  const locator = generativeLocator(
    {
      config: velocityConfig.parse(json("config.json")),
      params: readSafetensors(bytes["model.safetensors"]).tensors,
      path: paths[description.path],
      schedule: schedules[name](schedule),
    },
    { runtime },
  );
  const network = placeNetwork(description.encoder, {
    ...readSafetensors(bytes["encoder.safetensors"]).tensors,
    ...readSafetensors(bytes["domain.safetensors"]).tensors,
  });
  const encoder = networkEncoder(network, "", runtime);
  const towns = readTowns(alone(bytes["cities.kdbush"]), bytes["cities.txt"]);
  const { domain: _, ...embedding } = description.encoder;
  const { regions } = description;
  const sha256 = await modelHash({ embedding, regions }, bytes["model.safetensors"], bytes["encoder.safetensors"]);
  return {
    description,
    sha256,
    async locate(picture, { samples: n = 256, guidance = 0, seed = 0, steps: asked, onStep, stop } = {}) {
      // The program shrinks pictures with another filter: answers differ in the third digit.
      const square = squareOf(picture, { size: encoder.preparation.size, square: "crop-resize" });
      const { embeddings, domains } = await encoder.assess([square]);
      stop?.();
      const solving = solvingOf(description, { steps: asked }, guidance);
      const [{ distribution: plain, samples }] = await infer(locator, embeddings, {
        ...{ samples: n, guidance, seed, steps: asked, fine: true, stop },
        onStep: (step, points) => onStep?.({ step, steps: solving.steps, points: flatDegrees(points) }),
      });
      const distribution = guidance === 0 ? withRegions(plain, description) : plain;
      const result = {
        ...{ model: { name: description.name, sha256 }, seed, ...solving, guidance },
        ...summarize(distribution, samples, towns),
        ...(domains && { domain: domains[0] }),
      };
      return { result, distribution, samples };
    },
    async dispose() {
      await Promise.all([locator.dispose(), encoder.dispose?.()]);
    },
  };
}

/** Bytes in a buffer of their own: what a file was read into may be shared. */
const alone = (bytes: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;

/** SHA-256 of bytes, hexadecimal; empty where the browser hashes only for pages of this machine or over TLS. */
export async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle?.digest("SHA-256", bytes);
  return digest ? [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("") : "";
}

/** Bytes before the header of a safetensors file: its length, which the program does not hash. */
const lengthBytes = 8;

/** The hash that the program gives the model: of its weights, and of the hash of its encoder's settings and weights. */
async function modelHash(
  { embedding, regions }: { embedding: object; regions?: object },
  weights: Uint8Array<ArrayBuffer>,
  encoderWeights: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const text = (t: string) => new TextEncoder().encode(t);
  const joined = (...parts: Uint8Array<ArrayBuffer>[]) => new Blob(parts).arrayBuffer();
  const own = await sha256Of(await joined(text(JSON.stringify(embedding)), encoderWeights.subarray(lengthBytes)));
  const told = regions ? text(JSON.stringify(regions)) : new Uint8Array();
  return sha256Of(await joined(weights.subarray(lengthBytes), told, text(own)));
}
