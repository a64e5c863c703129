/** Requests to the server that the page comes from, typed by what the server itself checks them with. */
import type { Api, FailureBody, LibraryApi } from "geodrift/contract";
import { type ClientResponse, hc } from "hono/client";
import { t } from "../texts/language.svelte.js";
import { LostError } from "./engine.js";

const base = new URL(".", document.baseURI).href;

/** @throws LostError for a connection that has broken off, and whatever the signal says of one that was withdrawn */
export function lost(e: unknown, signal?: AbortSignal | null): never {
  signal?.throwIfAborted();
  throw e instanceof TypeError ? new LostError(t("app.noAnswerWhy", { why: e.message })) : e;
}

/** @throws LostError if there is no answer, Error with the server's sentence if it refuses */
async function ask(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init).catch((e: unknown) => lost(e, init?.signal));
  if (response.ok) return response;
  const text = await response.text().catch((e: unknown) => lost(e, init?.signal));
  let said = text;
  try {
    said = (JSON.parse(text) as FailureBody).error;
  } catch {
    // No JSON: whatever it is, it is all there is.
  }
  throw new Error(said || t("app.answersWith", { status: response.status }));
}

/** The interface of every server. */
export const client = hc<Api>(base, { fetch: ask });

/** That of one with a library. */
export const archive = hc<LibraryApi>(base, { fetch: ask });

/** What a request is answered with when it is not refused. */
type Answered<R> = R extends ClientResponse<infer T, 200 | 202, "json"> ? T : never;

/** The JSON of a request that was not refused: refusals have been thrown. */
export const answerOf = async <R extends Pick<Response, "json">>(request: Promise<R>): Promise<Answered<R>> =>
  (await request).json().catch((e: unknown) => lost(e)) as Promise<Answered<R>>;
