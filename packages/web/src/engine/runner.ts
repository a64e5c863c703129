/** The thread that runs the embedded model: the same mathematics and the same weights as in the program. */

import { sentTensors } from "@geodrift/compile";
import { distributionTensors } from "@geodrift/core";
import { type BrowserModel, browserModelFiles, openBrowserModel } from "geodrift/browser";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import type { FromRunner, ToRunner } from "./runner-messages.js";

ort.env.wasm.wasmPaths = { wasm: wasmUrl };
// Threads want memory that is shared, which pages get only with headers that not every host can set.
ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;

const say = (message: FromRunner): void => self.postMessage(message);

/** Fetches files side by side, and tells how much has come. */
async function fetchAll(
  base: string,
  names: readonly string[],
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

async function load(base: string, tell: (loaded: number, total: number) => void): Promise<BrowserModel> {
  const files = await fetchAll(base, browserModelFiles, tell);
  return openBrowserModel(async (name) => files[browserModelFiles.indexOf(name)], ort);
}

let loaded: Promise<BrowserModel> | undefined;
const cancelled = new Set<number>();

async function locate({ id, base, name, pixels, settings }: Extract<ToRunner, { type: "locate" }>): Promise<void> {
  loaded ??= load(base, (done, total) => say({ type: "loading", id, loaded: done, total }));
  loaded.catch(() => {
    loaded = undefined;
  });
  const model = await loaded;
  const started = performance.now();
  const { result, distribution, samples } = await model.locate(pixels, {
    ...settings,
    onStep: (step) => say({ type: "step", id, step }),
    stop: () => {
      if (cancelled.has(id)) throw new Error("the request was withdrawn");
    },
  });
  say({
    ...{ type: "answer", id, tensors: sentTensors(distributionTensors(distribution, samples)) },
    result: { image: name, sha256: pixels.sha256, ...result, elapsedMs: Math.round(performance.now() - started) },
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
