import { join } from "node:path";
import envPaths from "env-paths";

/** The folder of the library of commands that name none: GEODRIFT_LIBRARY, or a folder of the platform's place for data. */
export const defaultLibrary = (): string =>
  process.env.GEODRIFT_LIBRARY ?? join(envPaths("geodrift", { suffix: "" }).data, "library");
