/** The thread that runs the embedded model: the same mathematics and the same weights as in the program. */

import { sentTensors } from "@geodrift/compile";
import {
  distributionTensors,
  flatDegrees,
  generativeLocator,
  type Locator,
  paths,
  readSafetensors,
  schedules,
} from "@geodrift/core";
import {
  type Encoder,
  infer,
  modelDescription,
  networkEncoder,
  placeNetwork,
  readTowns,
  solvingOf,
  squareOf,
  summarize,
  velocityConfig,
  withRegions,
} from "geodrift/browser";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import type { FromRunner, ToRunner } from "./runner-messages.js";
import { sha256Of } from "./sha256.js";

ort.env.wasm.wasmPaths = { wasm: wasmUrl };
// Threads want memory that is shared, which pages get only with headers that not every host can set.
ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;

interface Loaded {
  name: string;
  sha256: string;
  description: ReturnType<typeof modelDescription.parse>;
  encoder: Encoder;
  locator: Locator;
  towns: ReturnType<typeof readTowns>;
}

const say = (message: FromRunner): void => self.postMessage(message);

/** Fetches files side by side, and tells how much has come. */
async function fetchAll(
  base: string,
  names: string[],
  tell: (loaded: number, total: number) => void,
): Promise<Uint8Array<ArrayBuffer>[]> {
  let [loaded, total] = [0, 0];
  const responses = await Promise.all(
    names.map(async (name) => {
      const response = await fetch(new URL(name, base));
      if (!response.ok) throw new Error(`${name} is missing beside this page (${response.status})`);
      total += Number(response.headers.get("content-length") ?? 0);
      return response;
    }),
  );
  return Promise.all(
    responses.map(async (response) => {
      const parts: Uint8Array[] = [];
      const reader = response.body?.getReader();
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        parts.push(next.value);
        loaded += next.value.length;
        tell(loaded, Math.max(total, loaded));
      }
      return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
    }),
  );
}

async function load(base: string, tell: (loaded: number, total: number) => void): Promise<Loaded> {
  const names = [
    "model.json",
    "config.json",
    "model.safetensors",
    "encoder.safetensors",
    "domain.safetensors",
    "cities.kdbush",
    "cities.txt",
  ];
  const [model, config, weights, encoderWeights, domainWeights, index, towns] = await fetchAll(base, names, tell);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const description = modelDescription.parse(JSON.parse(text(model)));
  if (description.method !== "generative" || description.encoder.kind !== "places")
    throw new Error("this model is not one that runs in a browser");
  const { name, ...schedule } = description.schedule;
  const locator = generativeLocator(
    {
      config: velocityConfig.parse(JSON.parse(text(config))),
      params: readSafetensors(weights).tensors,
      path: paths[description.path],
      schedule: schedules[name](schedule),
    },
    { runtime: ort },
  );
  const encoder = networkEncoder(
    placeNetwork(description.encoder, {
      ...readSafetensors(encoderWeights).tensors,
      ...readSafetensors(domainWeights).tensors,
    }),
    "",
    ort,
  );
  const { domain: _, ...embedding } = description.encoder;
  const sha256 = await modelHash({ embedding, regions: description.regions }, weights, encoderWeights);
  return { name: description.name, sha256, description, encoder, locator, towns: readTowns(index.buffer, towns) };
}

/** Bytes before the header of a safetensors file: its length, which the program does not hash. */
const lengthBytes = 8;

/** The hash that the program gives the model: of its weights, and of the hash of its encoder's settings and weights. */
async function modelHash(
  { embedding, regions }: { embedding: object; regions?: object },
  weights: Uint8Array,
  encoderWeights: Uint8Array,
): Promise<string> {
  const text = (t: string) => new TextEncoder().encode(t);
  const joined = (...parts: Uint8Array[]) => new Blob(parts as BlobPart[]).arrayBuffer();
  const own = await sha256Of(await joined(text(JSON.stringify(embedding)), encoderWeights.subarray(lengthBytes)));
  const told = regions ? text(JSON.stringify(regions)) : new Uint8Array();
  return sha256Of(await joined(weights.subarray(lengthBytes), told, text(own)));
}

let loaded: Promise<Loaded> | undefined;
const cancelled = new Set<number>();

async function locate({ id, base, name, pixels, settings }: Extract<ToRunner, { type: "locate" }>): Promise<void> {
  loaded ??= load(base, (done, total) => say({ type: "loading", id, loaded: done, total }));
  loaded.catch(() => {
    loaded = undefined;
  });
  const { encoder, locator, description, sha256, towns } = await loaded;
  const started = performance.now();
  const stop = () => {
    if (cancelled.has(id)) throw new Error("the request was withdrawn");
  };
  // The program shrinks such pictures with another filter: answers differ in the third digit.
  const { size } = encoder.preparation;
  const square = squareOf(pixels, { size, square: "crop-resize" });
  const { embeddings, domains } = await encoder.assess([square]);
  stop();
  const { guidance, seed } = settings;
  const solving = solvingOf(description, settings, guidance);
  const [{ distribution: plain, samples }] = await infer(locator, embeddings, {
    ...settings,
    fine: true,
    stop,
    onStep: (step, points) =>
      say({ type: "step", id, step: { step, steps: solving.steps, points: flatDegrees(points) } }),
  });
  const distribution = guidance === 0 ? withRegions(plain, description) : plain;
  const result = {
    image: name,
    sha256: pixels.sha256,
    model: { name: description.name, sha256 },
    seed,
    ...solving,
    guidance,
    ...summarize(distribution, samples, towns),
    elapsedMs: Math.round(performance.now() - started),
    ...(domains && { domain: domains[0] }),
  };
  say({
    type: "answer",
    id,
    result,
    tensors: sentTensors(distributionTensors(distribution, samples)),
  });
}

// One after another: the runtime has one thread.
let before = Promise.resolve();
self.addEventListener("message", ({ data }: MessageEvent<ToRunner>) => {
  if (data.type === "cancel") {
    cancelled.add(data.id);
    return;
  }
  before = before
    .then(() => locate(data))
    .catch((e: Error) => say({ type: "error", id: data.id, message: e.message }))
    .finally(() => cancelled.delete(data.id));
});
