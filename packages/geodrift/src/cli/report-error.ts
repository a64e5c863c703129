/** What an error becomes on a command line: a sentence on standard error and an exit code; a stack if it is asked for. */
import { inspect } from "node:util";
import { failureOf, isMendable } from "@geodrift/core/errors";
import { printable } from "../files/printable.js";

/** What a command ends with; the table of docs/errors.md. */
export const exitCodes = {
  /** All that was asked is done. */
  done: 0,
  /** Something could not be done: an input, a model, the network, the disk. What could be done is done. */
  failed: 1,
  /** The command line makes no sense: nothing was done. */
  usage: 2,
  /** A mistake of geodrift's own (EX_SOFTWARE of sysexits.h). What could be done is done. */
  mistake: 70,
} as const;

let debug = false;

/** Shows stacks from here on if the arguments or the environment ask for it. @returns the other arguments */
export function debugging(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const others = args.filter((arg, i) => arg !== "--debug" || i > end);
  debug = others.length < args.length || /^(1|true|yes)$/i.test(process.env.GEODRIFT_DEBUG ?? "");
  return others;
}

/** The stack of an error with what caused it, if it is asked for. */
export function showStack(e: unknown): void {
  if (debug) process.stderr.write(`${inspect(e, { depth: 4 })}\n`);
}

/** The exit code that an error asks for. */
export function exitCodeOf(e: unknown): number {
  if (!isMendable(e)) return exitCodes.mistake;
  return e.code === "option" ? exitCodes.usage : exitCodes.failed;
}

/**
 * Says an error in one sentence.
 * @param subject what it happened to, if the sentence does not say it
 * @returns the exit code that it asks for
 */
export function reportError(e: unknown, subject = "geodrift"): number {
  process.stderr.write(`${printable(`${subject}: ${failureOf(e).error}`)}\n`);
  showStack(e);
  return exitCodeOf(e);
}

/** One of several inputs has failed: the exit code so far, and that of its error, which is never one of usage. */
export const worse = (code: number, e: unknown): number =>
  Math.max(code, exitCodeOf(e) === exitCodes.mistake ? exitCodes.mistake : exitCodes.failed);
