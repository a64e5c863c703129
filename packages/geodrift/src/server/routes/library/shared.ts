/** What the routes of a library share. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Jobs } from "../../../library/jobs.js";
import type { Library } from "../../../library/library.js";
import type { Person } from "../../../library/people.js";
import { overview } from "../../../library/pictures.js";
import type { ServerContext } from "../../context.js";
import { askedHere, isLoopback } from "../../guard.js";
import type { libraryState } from "../../library-queries.js";
import { refusals, wholeNumber } from "../../schemas.js";

/** What the routes of a library work with. */
export interface LibraryContext extends Omit<ServerContext, "library"> {
  library: Library;
  jobs: Jobs;
  /** The address that the server listens on. */
  host: string;
}

/** Where a library's routes begin. */
export const path = "/api/library" as const;
/** Where the routes of one of its pictures begin. */
export const picturePath = `${path}/pictures/{id}` as const;
/** The number of a picture, in the path. */
export const params = z.object({ id: wholeNumber(1, Number.MAX_SAFE_INTEGER) });

/** What every route of a library may be refused for. */
export const failures = { ...refusals.asked, ...refusals.unknown, ...refusals.conflict };

/** What the library holds, what it is busy with, and what whoever asks may ask of it. */
export async function stateOf(
  { library, jobs, host }: LibraryContext,
  { var: { person }, req }: Pick<Context<{ Variables: { person: Person } }>, "var" | "req">,
): Promise<z.infer<typeof libraryState>> {
  const last = await library.store.decisions.lastBatch(person.name);
  return {
    ...(await overview(library)),
    person,
    canAdd: isLoopback(host) && person.role === "owner",
    canChoose: askedHere(host, req.header("host")) && person.role === "owner",
    ...(last && { undo: last }),
    ...(jobs.state && { job: jobs.state }),
  };
}
