/** An evidence bundle that is read again. */
import { readFile, stat } from "node:fs/promises";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";
import { cannotRead } from "../files/system-error.js";
import { parseWith } from "../files/validation.js";
import { locateResult } from "../locate/contract.js";

/** Bytes of a bundle, and of each of its members unpacked: the largest is the density. */
const mostBytes = 64 * 2 ** 20;

/** `settings.json`: what the answer does not say of how it was asked for. */
export const evidenceSettings = z.strictObject({
  model: z.string(),
  encoder: z.string().optional(),
  prior: z.string().optional(),
  abstain: z.number().optional(),
  /** What a person has ruled out, and why. */
  remarks: z.array(z.string()).optional(),
  /** Places drawn. */
  samples: z.int().positive(),
});

/** The answer in a bundle, which has no time. */
const storedResult = locateResult.omit({ elapsedMs: true });

/** What a bundle says. */
export interface ReadBundle {
  result: z.infer<typeof storedResult>;
  settings: z.infer<typeof evidenceSettings>;
  /** Was something taken in that no command line says? */
  besides: boolean;
}

/**
 * Reads a bundle.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, or is no bundle, or one that does not
 * say how it was made, as those of before 0.3
 */
export async function readBundle(file: string): Promise<ReadBundle> {
  const { size } = await stat(file).catch(cannotRead(file));
  const wrong = (why: string, cause?: unknown) => new GeodriftError("file", `${file}: ${why}`, { cause });
  if (size > mostBytes)
    throw wrong(`has ${Math.round(size / 2 ** 20)} MiB, and evidence at most ${mostBytes / 2 ** 20}`);
  const bytes = await readFile(file).catch(cannotRead(file));
  let members: Record<string, Uint8Array>;
  try {
    const wanted = new Set(["result.json", "settings.json", "known.json"]);
    members = unzipSync(bytes, { filter: ({ name, originalSize }) => wanted.has(name) && originalSize <= mostBytes });
  } catch (e) {
    throw wrong("is no evidence bundle, a zip archive that geodrift has made", e);
  }
  if (!members["result.json"]) throw wrong("is no evidence bundle: it has no result.json");
  if (!members["settings.json"])
    throw wrong("does not say how it was made; it is of an older geodrift, and evidence.txt in it has the command");
  const parsed = <S extends z.ZodType>(name: string, schema: S): z.infer<S> =>
    withSubject(file, () => {
      let value: unknown;
      try {
        value = JSON.parse(strFromU8(members[name]));
      } catch (e) {
        throw new GeodriftError("file", `${name} is not JSON`, { cause: e });
      }
      return parseWith(schema, value, name);
    });
  return {
    result: parsed("result.json", storedResult),
    settings: parsed("settings.json", evidenceSettings),
    besides: members["known.json"] !== undefined,
  };
}
