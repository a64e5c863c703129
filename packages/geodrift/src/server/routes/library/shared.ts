/** What the routes of a library share. */
import { z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { lastBatch } from "../../../library/decisions.js";
import { BusyWithJob, type Jobs } from "../../../library/jobs.js";
import type { Library } from "../../../library/library.js";
import { overview } from "../../../library/pictures.js";
import type { App, ServerContext } from "../../context.js";
import { isLoopback } from "../../guard.js";
import { failure, wholeNumber } from "../../schemas.js";

export interface LibraryContext extends ServerContext {
  library: Library;
  jobs: Jobs;
  /** The address that the server listens on. */
  host: string;
}

export type AddRoutes = (app: App, context: LibraryContext) => void;

export const path = "/api/library";
export const picturePath = `${path}/pictures/{id}`;
export const params = z.object({ id: wholeNumber(1, Number.MAX_SAFE_INTEGER) });

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});
export const body = <T extends z.ZodType>(schema: T) => ({
  content: { "application/json": { schema } },
  required: true,
});
export const failures = { 400: json(failure, "what was asked cannot be done"), 404: json(failure, "no such picture") };

/** What the library says of a request is the request's fault; its sentences are for people. */
export function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (e) {
    throw askedFor(e as Error);
  }
}

export function askedFor(e: Error): HTTPException {
  if (e instanceof BusyWithJob) return new HTTPException(409, { message: e.message });
  return new HTTPException(/^the library has no picture/.test(e.message) ? 404 : 400, { message: e.message });
}

/** What the library holds, what it is busy with, and what may be asked of it. */
export function stateOf({ library, jobs, host }: LibraryContext) {
  const last = lastBatch(library);
  return {
    ...overview(library),
    canAdd: isLoopback(host),
    ...(last && { undo: last }),
    ...(jobs.state && { job: jobs.state }),
  };
}
