/** What ends a line, moves a cursor, colours a terminal, or turns the direction of writing. */
const control = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A file's name as one line of text, whatever it holds: control characters become `\n`, `\t` or their numbers. */
export const printable = (name: string): string =>
  name.replace(control, (c) => {
    const known: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    return known[c] ?? `\\u${(c.codePointAt(0) as number).toString(16).padStart(4, "0")}`;
  });
