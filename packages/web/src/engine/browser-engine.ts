/** No server: the embedded model runs in a thread of the browser. */
import { receivedTensors, type SentTensors } from "@geodrift/compile";
import { readDistribution } from "@geodrift/core";
import type { LocateResult } from "geodrift/browser";
import type { LocateStep, ModelEntry } from "geodrift/contract";
import { t } from "../texts/language.svelte.js";
import type { LocateCall, PageEngine, Settings } from "./engine.js";
import { pixelsOf } from "./pixels.js";
import type { FromRunner, ToRunner } from "./runner-messages.js";

/** An engine that runs the embedded model in a worker of the browser. */
export function browserEngine(): PageEngine {
  const runner = new Worker(new URL("./runner.ts", import.meta.url), { type: "module" });
  const calls = new Map<number, Call>();
  let next = 0;
  let models: Promise<ModelEntry[]> | undefined;
  const tell = (message: ToRunner) => runner.postMessage(message);
  const base = new URL("model/", document.baseURI).href;

  runner.addEventListener("message", ({ data }: MessageEvent<FromRunner>) => {
    const call = calls.get(data.id);
    if (data.type === "loading") call?.onLoading?.(data.loaded, data.total);
    else if (data.type === "step") call?.step(data.step);
    else if (data.type === "error") call?.reject(new Error(data.message));
    else call?.resolve(data);
  });
  runner.addEventListener("error", (e) => {
    for (const call of calls.values()) call.reject(new Error(t("error.noModel", { why: e.message })));
  });

  async function describe(): Promise<ModelEntry[]> {
    const response = await fetch(new URL("model.json", base));
    if (!response.ok) throw new Error(t("error.noFiles"));
    const { name: id, description, licence, method, encoder } = await response.json();
    return [{ id, description, licence, method, steps: true, guidance: true, views: encoder.kind === "places" }];
  }

  return {
    library: false,
    priors: false,
    models: () => {
      models ??= describe();
      return models;
    },
    async locate(picture: File, settings: Settings, { signal, onStep, onLoading }: LocateCall) {
      const pixels = await pixelsOf(picture);
      signal.throwIfAborted();
      const id = next++;
      const steps: LocateStep[] = [];
      const withdraw = () => {
        tell({ type: "cancel", id });
        calls.get(id)?.reject(signal.reason);
      };
      signal.addEventListener("abort", withdraw, { once: true });
      try {
        const { result, tensors } = await new Promise<{ result: LocateResult; tensors: SentTensors }>(
          (resolve, reject) => {
            const step = (s: LocateStep) => {
              steps.push(s);
              onStep(s);
            };
            calls.set(id, { resolve, reject, step, onLoading });
            const { samples, steps: count, guidance, seed } = settings;
            tell({
              type: "locate",
              id,
              base,
              name: picture.name,
              pixels,
              settings: { samples, steps: count, guidance, seed },
            });
          },
        );
        return { result, steps, ...readDistribution(receivedTensors(tensors)) };
      } finally {
        signal.removeEventListener("abort", withdraw);
        calls.delete(id);
      }
    },
  };
}

interface Call extends Pick<LocateCall, "onLoading"> {
  resolve(answer: { result: LocateResult; tensors: SentTensors }): void;
  reject(e: Error): void;
  step(step: LocateStep): void;
}
