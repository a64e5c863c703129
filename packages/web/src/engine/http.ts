/** Requests to the server that the page comes from. */
import { readDistribution, readSafetensors } from "@geodrift/core";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { LocateResult } from "geodrift/browser";
import { type Answer, type LocateCall, LostError, type Step } from "./engine.js";

export const api = (path: string): string => new URL(`api/${path}`, document.baseURI).href;

/** @throws LostError if there is no answer, Error with the server's sentence if it is none that is wanted */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(api(path), init).catch((e: Error) => {
    init?.signal?.throwIfAborted();
    throw new LostError(`The server does not answer (${e.message}).`);
  });
  if (response.ok) return response;
  const text = await response.text();
  let said = text;
  try {
    said = JSON.parse(text).error;
  } catch {
    // No JSON: whatever it is, it is all there is.
  }
  throw new Error(said || `The server answers ${response.status}.`);
}

export const requestJson = async <T>(path: string, init?: RequestInit): Promise<T> =>
  (await request(path, init)).json();

export const send = <T>(path: string, body: object, method = "POST"): Promise<T> =>
  requestJson(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/**
 * Follows an answer as it is made: its steps, then its result.
 * @throws LostError if the server goes away, Error with its sentence if it cannot
 */
export async function followEvents<Step, Result>(
  path: string,
  init: { body?: BodyInit; headers?: Record<string, string>; signal: AbortSignal },
  onStep: (step: Step) => void,
): Promise<Result> {
  const { signal } = init;
  const headers = { ...init.headers, accept: "text/event-stream" };
  const response = await request(path, { ...init, method: "POST", headers });
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = events?.getReader();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      const data = JSON.parse(next.value.data);
      if (next.value.event === "error") throw new Error(data.error);
      if (next.value.event !== "step") return data;
      onStep(data);
    }
  } catch (e) {
    signal.throwIfAborted();
    if (e instanceof TypeError) throw new LostError(`The server does not answer (${e.message}).`);
    throw e;
  }
  throw new LostError("The server has gone away in the middle of the answer.");
}

/** The same for a picture's place: its steps, then itself with its density. */
export async function followAnswer(path: string, body: Blob | undefined, call: LocateCall): Promise<Answer> {
  const { signal } = call;
  const steps: Step[] = [];
  const { result, density } = await followEvents<Step, { result: LocateResult; density: string }>(
    path,
    { body, signal },
    (step) => {
      steps.push(step);
      call.onStep(step);
    },
  );
  return { result, steps, ...(await densityOf(density, signal)) };
}

async function densityOf(id: string, signal: AbortSignal) {
  const file = await (await request(`density/${id}/tensors`, { signal })).arrayBuffer();
  return readDistribution(readSafetensors(new Uint8Array(file)).tensors);
}
