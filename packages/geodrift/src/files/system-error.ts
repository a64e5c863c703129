/** What the operating system says of files, as errors that a person can mend. */
import { GeodriftError } from "@geodrift/core/errors";

/** Why something cannot be written, by the system's code, where the code alone would say little. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the folder is read-only",
};

/** Is it an error of the operating system (with `code` and `errno`)? */
export const isSystemError = (e: unknown): e is NodeJS.ErrnoException =>
  e instanceof Error && typeof (e as NodeJS.ErrnoException).code === "string" && "errno" in e;

const named = (subject: string | undefined, rule: string): string =>
  subject === undefined ? rule : `${subject}: ${rule}`;

/**
 * For `catch` behind what opens or reads a file.
 * @param subject its name; left out where the caller says it
 * @param what it is, for the sentence of one that is not there
 * @throws GeodriftError `not-found` or `file`; a mistake of the program as it is
 */
export const cannotRead =
  (subject?: string, what = "file") =>
  (e: unknown): never => {
    if (!isSystemError(e)) throw e;
    if (e.code === "ENOENT" || e.code === "ENOTDIR")
      throw new GeodriftError("not-found", named(subject, `no such ${what}`), { cause: e });
    throw new GeodriftError("file", named(subject, `cannot be read (${e.code})`), { cause: e });
  };

/**
 * For `catch` behind what writes a file.
 * @param subject the file's name
 * @throws GeodriftError `disk`; a mistake of the program as it is
 */
export const cannotWrite =
  (subject: string) =>
  (e: unknown): never => {
    if (!isSystemError(e)) throw e;
    const why = reasons[e.code ?? ""] ?? e.code;
    throw new GeodriftError("disk", `${subject}: cannot be written (${why})`, { cause: e });
  };
