/** JSON on disk, read as what a schema says. */

import { readFile } from "node:fs/promises";
import { asMendable } from "@geodrift/core/errors";
import type { z } from "zod";
import { writeFileAtomically } from "./atomic-file.js";
import { cannotRead } from "./system-error.js";
import { decodeText } from "./text.js";
import { parseWith } from "./validation.js";

/**
 * Reads a JSON file and validates it.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it is not
 * JSON or breaks the schema
 */
export async function readJsonFile<T extends z.ZodType>(file: string, schema: T): Promise<z.infer<T>> {
  const bytes = await readFile(file).catch(cannotRead(file));
  const text = decodeText(bytes);
  return parseWith(schema, parseJson(text, file), file);
}

/**
 * Writes a value as JSON, indented by two spaces, whole or not at all.
 * @throws GeodriftError `disk` if the file cannot be written
 */
export const writeJsonFile = (file: string, value: unknown): Promise<void> =>
  writeFileAtomically(file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`));

/**
 * A value from JSON.
 * @param subject what the text is, for the sentence
 * @throws GeodriftError `data` if it is not JSON
 */
export function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    return asMendable("data", (said) => `${subject}: not JSON (${said})`)(e);
  }
}
