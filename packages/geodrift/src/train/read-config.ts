import { dirname, resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import deepmerge from "deepmerge";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { parseWith } from "../files/validation.js";
import { embeddedImageModels } from "../models/embedded.js";
import { isModelName } from "../models/load.js";
import { type Training, training } from "./config.js";

/**
 * Reads a training config, its folders resolved. One that `extends` another file says only what differs: its keys take
 * the place of the other's, in objects inside of objects as well; lists are taken whole.
 * @throws GeodriftError `not-found` or `file` if a file cannot be read, `data` if it breaks a rule or extends itself; the
 * sentence begins with the file's name
 */
export async function readTraining(file: string): Promise<Training> {
  return parseWith(training, await withBase(file, []), file);
}

async function withBase(file: string, above: readonly string[]): Promise<Record<string, unknown>> {
  if (above.includes(file)) throw new GeodriftError("data", `${file}: extends itself, by way of ${above.join(", ")}`);
  const { extends: base, ...own } = await readJsonFile(file, z.looseObject({ extends: z.string().optional() }));
  for (const key of ["out", "rasters", "embeddings", "split", "others"]) {
    const path = own[key];
    if (typeof path === "string") own[key] = resolve(dirname(file), path);
  }
  for (const key of ["photographs", "renderings"]) {
    const paths = own[key];
    if (Array.isArray(paths))
      own[key] = paths.map((path) => (typeof path === "string" ? resolve(dirname(file), path) : path));
  }
  if (typeof own.from === "string" && !embeddedImageModels.includes(own.from))
    own.from = resolve(dirname(file), own.from);
  if (typeof own.model === "string" && !isModelName(own.model)) own.model = resolve(dirname(file), own.model);
  if (Array.isArray(own.locators))
    for (const locator of own.locators) {
      const from = locator?.from;
      if (typeof from === "string" && !isModelName(from)) locator.from = resolve(dirname(file), from);
    }
  if (base === undefined) return own;
  return deepmerge(await withBase(resolve(dirname(file), base), [...above, file]), own, {
    arrayMerge: (_, lists) => lists,
  });
}
