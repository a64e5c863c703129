/** Validation whose errors name the key, the rule and the value, and the nearest known key for an unknown one. */
import { GeodriftError } from "@geodrift/core/errors";
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/**
 * The end of a sentence about an unknown word: `; did you mean "steps"?` where a known word is near (Levenshtein distance
 * at most 2, or a third of its length).
 * @param known the words that are known; nothing is said if there are none
 * @param otherwise what is said where no known word is near
 */
export function suggestion(
  word: string,
  known: readonly string[],
  otherwise = `; known are ${known.join(", ")}`,
): string {
  if (known.length === 0) return "";
  const near = closest(word, known);
  return distance(word, near) <= Math.max(2, word.length / 3) ? `; did you mean "${near}"?` : otherwise;
}

/**
 * Validates a value by a schema.
 * @param subject what is parsed, for the message
 * @returns the value as the schema gives it
 * @throws GeodriftError `data` with the first thing that is wrong, in one sentence: key, rule, value seen
 */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown, subject: string): z.infer<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0];
    throw new GeodriftError(
      "data",
      `${subject}: unknown key "${path ? `${path}.` : ""}${key}"${suggestion(key, keysAt(schema, issue.path))}`,
    );
  }
  const got = issue.input === undefined ? "nothing" : JSON.stringify(issue.input);
  throw new GeodriftError(
    "data",
    `${subject}: ${path ? `"${path}": ` : ""}${issue.message.replace(/^Invalid input: /, "")}, got ${got}`,
  );
}

/** What zod's schemas have inside, as far as paths lead through them. */
interface Inside {
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  options?: readonly z.ZodType[];
  unwrap?: () => z.ZodType;
  /** What takes the value that another step has made of it. */
  out?: z.ZodType;
}

/** Keys that the schema has at a path: through objects, arrays, the options of unions, and steps before. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inside = schema as unknown as Inside;
  if (inside.out) return keysAt(inside.out, path);
  if (inside.options) return [...new Set(inside.options.flatMap((o) => keysAt(o, path)))];
  if (path.length === 0) return Object.keys(inside.shape ?? {});
  const next = inside.shape?.[String(path[0])] ?? inside.element;
  if (next) return keysAt(next, path.slice(1));
  return inside.unwrap ? keysAt(inside.unwrap(), path) : [];
}
