/** Answers that are followed as they are made. */
import { readDistribution, readSafetensors } from "@geodrift/core";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { LocateEnd, LocateStep } from "geodrift/contract";
import { t } from "../texts/language.svelte.js";
import { client, lost } from "./client.js";
import { type Answer, type LocateCall, LostError } from "./engine.js";

/** Headers of a request whose answer comes as events. */
export const asEvents = { accept: "text/event-stream" };

/**
 * Follows an answer that comes as server-sent events: its steps, then its result.
 * @throws LostError if the server goes away, Error with its sentence if it cannot, the signal's reason if it is withdrawn
 */
export async function followEvents<Step, Result>(
  request: Promise<{ body: Response["body"] }>,
  signal: AbortSignal,
  onStep: (step: Step) => void,
): Promise<Result> {
  const events = (await request).body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = events?.getReader();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      const data = JSON.parse(next.value.data);
      if (next.value.event === "error") throw new Error(data.error);
      if (next.value.event !== "step") return data;
      onStep(data);
    }
  } catch (e) {
    lost(e, signal);
  }
  throw new LostError(t("app.goneAway"));
}

/**
 * The same for a picture's place: its steps, then the answer with its density.
 * @throws as `followEvents`
 */
export async function followAnswer(
  request: Promise<{ body: Response["body"] }>,
  { signal, onStep }: LocateCall,
): Promise<Answer> {
  const steps: LocateStep[] = [];
  const { result, density } = await followEvents<LocateStep, LocateEnd>(request, signal, (step) => {
    steps.push(step);
    onStep(step);
  });
  return { result, steps, ...(await densityOf(density, signal)) };
}

async function densityOf(id: string, signal: AbortSignal) {
  const response = await client.api.density[":id"].tensors.$get({ param: { id } }, { init: { signal } });
  const bytes = await response.arrayBuffer().catch((e: unknown) => lost(e, signal));
  return readDistribution(readSafetensors(new Uint8Array(bytes)).tensors);
}
