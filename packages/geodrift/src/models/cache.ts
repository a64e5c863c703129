/** Where fetched models lie: a folder for each, whole as soon as its `pulled.json` is there. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { parseJson } from "../files/json-file.js";
import { parseWith } from "../files/validation.js";
import { cacheRoot } from "../hub/cache-root.js";

/** The folder in which what was fetched under a name lies. */
export const folderInCache = (name: string): string => join(cacheRoot(), "models", name);

/** Name of the file that says what was fetched; it is written last. */
export const pulledFile = "pulled.json";

/** What was fetched, and from where. */
export const pulled = z.strictObject({
  repository: z.string(),
  commit: z.string(),
  licence: z.string(),
  /** Sizes in bytes and checksums (hexadecimal) by name. */
  files: z.record(z.string(), z.strictObject({ size: z.int(), checksum: z.string() })),
});

/** What was fetched, and from where: repository, commit, licence, and files with sizes in bytes and checksums. */
export type Pulled = z.infer<typeof pulled>;

/**
 * What was fetched under a name; undefined if nothing was, or not all of it.
 * @throws GeodriftError `data` if its record breaks the schema
 */
export function pulledOf(name: string): Pulled | undefined {
  const file = join(folderInCache(name), pulledFile);
  return existsSync(file) ? parseWith(pulled, parseJson(readFileSync(file, "utf8"), file), file) : undefined;
}

/**
 * The folder of what was fetched under a name.
 * @throws GeodriftError `model`, saying how to get it, if it has not been fetched
 */
export function cachedFolder(name: string): string {
  if (!pulledOf(name))
    throw new GeodriftError("model", `${name} has not been fetched yet: "geodrift models pull ${name}" does it, once`);
  return folderInCache(name);
}
