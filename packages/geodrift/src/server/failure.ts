/** What a client hears of an error: whose fault it is, and one sentence. */
import { HTTPException } from "hono/http-exception";
import { AskedError, BusyError, EngineStoppedError } from "../engine/errors.js";
import type { Log } from "./log.js";

export interface Failure {
  status: 400 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503;
  error: string;
  headers?: Record<string, string>;
}

/** The program's own errors go to the log, and the client hears that there was one. */
export function toFailure(e: Error, log: Log, path: string): Failure {
  if (e instanceof HTTPException && e.status === 415)
    return { status: 415, error: "what is asked is JSON: send it with Content-Type: application/json" };
  if (e instanceof HTTPException) return { status: e.status as Failure["status"], error: e.message };
  if (e instanceof AskedError) return { status: 400, error: e.message };
  if (e instanceof BusyError)
    return { status: 429, error: e.message, headers: { "retry-after": String(e.retryAfterSeconds) } };
  if (e instanceof EngineStoppedError) return { status: 503, error: e.message };
  log("failure", { path, message: e.message });
  return { status: 500, error: "something went wrong on the server; its log says what" };
}
