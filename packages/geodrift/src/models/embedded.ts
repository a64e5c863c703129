import { fileURLToPath } from "node:url";

/** Models that come with the package. */
export const embeddedModels: readonly string[] = ["earth"];

export const embeddedFolder = (name: string): string =>
  fileURLToPath(new URL(`../../models/${name}/`, import.meta.url));
