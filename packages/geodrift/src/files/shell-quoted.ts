/** An argument as a shell's command line has it. */
export const shellQuoted = (argument: string): string =>
  /^[\w./:,@-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
