/** Errors of two kinds: what a person can mend, and everything else, which is a mistake of the program. */

/** What there is to mend, by code. Programs read the code; the sentence is for people. */
export const errorCodes = {
  option: "an option, an argument or a setting makes no sense",
  "not-found": "a file, a folder or an entry is not there",
  file: "a file cannot be read, or is of another kind than expected",
  picture: "a picture cannot be decoded",
  data: "the content of a table, a config, a track or a dataset breaks a rule",
  model: "a model or an encoder cannot be used like this",
  network: "a download failed",
  disk: "something cannot be written",
  training: "a training cannot go on",
  refused: "the state of the archive does not allow it",
  conflict: "something else is under way, or has changed it since",
  busy: "too much is waiting",
  stopped: "the thread that computes has stopped",
} as const;

/** One of the kinds of things that a person can mend. */
export type ErrorCode = keyof typeof errorCodes;

/** What a person can mend: one sentence with a subject, the rule and the value seen, and a code for programs. */
export class GeodriftError extends Error {
  override readonly name = "GeodriftError";

  /**
   * @param code what kind of thing is to be mended
   * @param message one sentence: subject, rule, value seen
   * @param options `cause`: the error behind it, for whoever looks for the cause
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Is it something that a person can mend? Everything else that is thrown is a mistake of the program. */
export const isMendable = (e: unknown): e is GeodriftError => e instanceof GeodriftError;

/**
 * Runs a part of some work on a subject (a file, a row), and puts the subject in front of the sentence of what it
 * throws.
 * @param work may return a promise, whose rejection is treated in the same way
 * @param code in place of the error's own: latitude 95 is an option on a command line, and data in a table
 * @returns what `work` returns
 * @throws GeodriftError with the subject, of the same code unless another is given; mistakes of the program as they are
 */
export function withSubject<T>(subject: string, work: () => T, code?: ErrorCode): T {
  const named = (e: unknown): never => {
    throw isMendable(e) ? new GeodriftError(code ?? e.code, `${subject}: ${e.message}`, { cause: e }) : e;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(named) as T) : result;
  } catch (e) {
    return named(e);
  }
}

/** How an error is told to programs: beside a picture in a list, over HTTP, from one thread to another. */
export interface Failure {
  /** One sentence. */
  error: string;
  /** What is to be mended; `internal` is a mistake of the program. */
  code: ErrorCode | "internal";
}

/** Where mistakes of the program are reported. */
export const reportAddress = "https://github.com/geodrift/geodrift/issues";

/** An error as a sentence and a code; of a mistake of the program, a sentence that says so and where to report it. */
export function failureOf(e: unknown): Failure {
  if (isMendable(e)) return { error: e.message, code: e.code };
  const said = e instanceof Error ? e.message : String(e);
  const error = `this is a mistake in geodrift, not in what you gave it (${said.trim().split("\n")[0]}); please report it at ${reportAddress}`;
  return { error, code: "internal" };
}

/**
 * For `catch` behind a library that says by throwing what is wrong with a person's file: its complaint becomes part of
 * the sentence. Only for calls in which nothing of geodrift's own runs, whose mistakes would be taken for the file's.
 * @param sentence from the first line of what the library says
 * @returns a function that takes what was caught and always throws: a GeodriftError of that code, or the one it was
 * given
 */
export const asMendable =
  (code: ErrorCode, sentence: (said: string) => string) =>
  (e: unknown): never => {
    if (isMendable(e)) throw e;
    const said = e instanceof Error ? e.message.trim().split("\n")[0] : String(e);
    throw new GeodriftError(code, sentence(said), { cause: e });
  };
