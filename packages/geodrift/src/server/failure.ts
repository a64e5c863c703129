/** What a client hears of an error: whose fault it is, and one sentence. */
import { randomUUID } from "node:crypto";
import { type ErrorCode, failureOf, GeodriftError } from "@geodrift/core/errors";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BusyError } from "../engine/errors.js";
import type { Log } from "./log.js";
import type { FailureBody } from "./schemas.js";

/** What a refused request is answered with. */
export interface Refusal {
  status: ContentfulStatusCode;
  body: FailureBody;
  headers?: Record<string, string>;
}

const statusOf: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  option: 400,
  "not-found": 404,
  file: 400,
  picture: 400,
  data: 400,
  refused: 400,
  conflict: 409,
  busy: 429,
  // Nothing that whoever asks could mend.
  model: 500,
  training: 500,
  network: 502,
  stopped: 503,
  disk: 507,
};

/** What Hono and its middleware refuse, by status. */
const httpCodes: Readonly<Record<number, FailureBody["code"]>> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  408: "too-slow",
  413: "too-large",
  415: "media-type",
};

/** A request that is refused for what HTTP knows: an exception with its status. */
export const refused = (status: 403 | 404 | 408 | 413, message: string): HTTPException =>
  new HTTPException(status, { message });

/**
 * An error as an answer. A mistake of the program's own goes to the log with its stack, under an ID that the client is
 * told.
 * @param path of the request, for the log
 * @returns status (RFC 9110), body, and headers such as Retry-After
 */
export function toRefusal(e: unknown, log: Log, path: string): Refusal {
  if (e instanceof HTTPException) {
    const error = e.status === 415 ? "what is asked is JSON: send it with Content-Type: application/json" : e.message;
    return { status: e.status, body: { error, code: httpCodes[e.status] ?? "option" } };
  }
  if (e instanceof GeodriftError) {
    const headers = e instanceof BusyError ? { "retry-after": String(e.retryAfterSeconds) } : undefined;
    const status = statusOf[e.code];
    if (status >= 500) log("failure", { path, code: e.code, message: e.message });
    return { status, body: failureOf(e), headers };
  }
  const id = logMistake(e, log, { path });
  const error = "this is a mistake in geodrift, not in what was asked; the server's log has it under this ID";
  return { status: 500, body: { error, code: "internal", id } };
}

/** A mistake of the program's own into the log, with its stack and those of its causes. @returns the ID that it is found by */
export function logMistake(e: unknown, log: Log, about: { path?: string; job?: string }): string {
  const id = randomUUID();
  const message = e instanceof Error ? e.message : String(e);
  log("mistake", { ...about, id, message, stack: stacks(e).join("\ncaused by ") });
  return id;
}

function stacks(e: unknown): string[] {
  if (!(e instanceof Error)) return [];
  return [e.stack ?? e.message, ...stacks(e.cause)];
}
