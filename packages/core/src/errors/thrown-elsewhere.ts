/** Errors on their way from one thread to another: structured clones lose classes and codes. */
import { type Failure, GeodriftError, isMendable } from "./geodrift-error.js";

/** An error as a message. */
export interface ThrownElsewhere {
  /** Absent for a mistake of the program. */
  code?: Exclude<Failure["code"], "internal">;
  message: string;
  stack?: string;
}

/** What a thread says of an error that it has caught. */
export function toMessage(e: unknown): ThrownElsewhere {
  const { message, stack } = e instanceof Error ? e : { message: String(e), stack: undefined };
  return { ...(isMendable(e) && { code: e.code }), message, stack };
}

/** The error of another thread, of the same kind, with the stack of that thread as its cause. */
export function fromMessage({ code, message, stack }: ThrownElsewhere): Error {
  const cause = Object.assign(new Error(message), { stack: stack ?? message });
  return code === undefined ? new Error(message, { cause }) : new GeodriftError(code, message, { cause });
}
