/** Validation whose errors name the key, the rule and the value, and the nearest known key for an unknown one. */
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** ` (did you mean "steps"?)`, or nothing if no known word is near. */
export function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const near = closest(word, known);
  return distance(word, near) <= Math.max(2, word.length / 3)
    ? `; did you mean "${near}"?`
    : `; known are ${known.join(", ")}`;
}

/**
 * @param subject what is parsed, for the message
 * @throws Error with the first thing that is wrong, in one sentence
 */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown, subject: string): z.infer<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0];
    throw new Error(
      `${subject}: unknown key "${path ? `${path}.` : ""}${key}"${suggestion(key, keysAt(schema, issue.path))}`,
    );
  }
  const got = issue.input === undefined ? "nothing" : JSON.stringify(issue.input);
  throw new Error(
    `${subject}: ${path ? `"${path}": ` : ""}${issue.message.replace(/^Invalid input: /, "")}, got ${got}`,
  );
}

/** Keys that the schema has at a path, as far as it is made of plain objects. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = schema as unknown as { shape?: Record<string, z.ZodType>; unwrap?: () => z.ZodType };
  for (const step of path) {
    while (!at?.shape && at?.unwrap) at = at.unwrap() as never;
    at = at?.shape?.[String(step)] as never;
  }
  while (at && !at.shape && at.unwrap) at = at.unwrap() as never;
  return Object.keys(at?.shape ?? {});
}
