/** Option values from text, with errors that say the rule and the value. */
import { InvalidArgumentError } from "commander";

/**
 * Reads a whole number from `least` to `most`.
 * @throws InvalidArgumentError (of commander) for other text
 */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < least || n > most || text.trim() === "")
      throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}, got "${text}".`);
    return n;
  };

/**
 * Reads a number from `least` to `most`.
 * @throws InvalidArgumentError (of commander) for other text
 */
export const decimalNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const n = Number(text);
    if (!Number.isFinite(n) || n < least || n > most || text.trim() === "")
      throw new InvalidArgumentError(`It is a number from ${least} to ${most}, got "${text}".`);
    return n;
  };
