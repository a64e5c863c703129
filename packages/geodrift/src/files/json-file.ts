/** JSON on disk, read as what a schema says. */

import { readFile } from "node:fs/promises";
import { GeodriftError } from "@geodrift/core";
import type { z } from "zod";
import { writeFileAtomically } from "./atomic-file.js";
import { cannotRead } from "./system-error.js";
import { parseWith } from "./validation.js";

/** Reads and validates a JSON file. @throws Error in one sentence, beginning with the file's name. */
export async function readJsonFile<T extends z.ZodType>(file: string, schema: T): Promise<z.infer<T>> {
  const text = await readFile(file, "utf8").catch(cannotRead(file));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new GeodriftError("data", `${file}: not JSON (${(e as Error).message})`, { cause: e });
  }
  return parseWith(schema, value, file);
}

/** Writes a value as people like to read it. */
export const writeJsonFile = (file: string, value: unknown): Promise<void> =>
  writeFileAtomically(file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));
