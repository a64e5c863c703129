/** What is known besides, as the field of the settings has it: several things with semicolons between them. */

/** Its parts. */
export const partsOf = (prior: string | undefined): string[] =>
  (prior ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean);

/** With one thing more, once. */
export const withPart = (prior: string | undefined, part: string): string =>
  [...partsOf(prior).filter((p) => p !== part), part].join("; ");

/** Without one thing; nothing where nothing is left. */
export const withoutPart = (prior: string | undefined, part: string): string | undefined =>
  partsOf(prior)
    .filter((p) => p !== part)
    .join("; ") || undefined;
