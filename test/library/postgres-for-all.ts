/** One PostgreSQL for all tests of the library that are run on it. */
import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** The address of a server, to which the name of a database is added. */
    postgres?: string;
  }
}

/** Starts it before the first test, and ends it after the last. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  provide("postgres", server.address);
  return () => server.stop();
}
