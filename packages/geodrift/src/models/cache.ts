/** Where fetched models lie: a folder for each, whole as soon as its `pulled.json` is there. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core";
import envPaths from "env-paths";
import { z } from "zod";
import { parseWith } from "../files/validation.js";

/** GEODRIFT_CACHE, or the platform's folder for what can be fetched again. */
export const cacheRoot = (): string => process.env.GEODRIFT_CACHE ?? envPaths("geodrift", { suffix: "" }).cache;

export const folderInCache = (name: string): string => join(cacheRoot(), "models", name);

export const pulledFile = "pulled.json";

/** What was fetched, and from where. */
export const pulled = z.strictObject({
  repository: z.string(),
  commit: z.string(),
  licence: z.string(),
  /** Bytes and checksums by name. */
  files: z.record(z.string(), z.strictObject({ size: z.int(), checksum: z.string() })),
});

export type Pulled = z.infer<typeof pulled>;

/** What was fetched under a name; undefined if nothing was, or not all of it. */
export function pulledOf(name: string): Pulled | undefined {
  const file = join(folderInCache(name), pulledFile);
  return existsSync(file) ? parseWith(pulled, JSON.parse(readFileSync(file, "utf8")), file) : undefined;
}

/** The folder of what was fetched under a name. @throws Error saying how to get it */
export function cachedFolder(name: string): string {
  if (!pulledOf(name))
    throw new GeodriftError("model", `${name} has not been fetched yet: "geodrift models pull ${name}" does it, once`);
  return folderInCache(name);
}
