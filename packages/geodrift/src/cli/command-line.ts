import { shellQuoted } from "../files/shell-quoted.js";

/** The command as it was given, for whoever wants it again. */
export const commandLine = (): string => `geodrift ${process.argv.slice(2).map(shellQuoted).join(" ")}`;
