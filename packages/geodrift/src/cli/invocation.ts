/** What a command is told of its call, besides its own arguments. */
export interface Invocation {
  /** The command line, without the program's name. */
  args: readonly string[];
  /** Sets the exit code of a call that does not fail as a whole. */
  exit: (code: number) => void;
}
