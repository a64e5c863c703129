/** Errors on their way from one thread to another: structured clones lose classes and codes. */
import { type Failure, GeodriftError, isMendable } from "./geodrift-error.js";

/** An error as a message between threads. */
export interface ThrownElsewhere {
  /** Absent for a mistake of the program. */
  code?: Exclude<Failure["code"], "internal">;
  /** Its sentence. */
  message: string;
  /** Stack of the thread that threw it; absent for what is not an `Error`. */
  stack?: string;
}

/** An error that a thread has caught, as a message for another. */
export function toMessage(e: unknown): ThrownElsewhere {
  const { message, stack } = e instanceof Error ? e : { message: String(e), stack: undefined };
  return { ...(isMendable(e) && { code: e.code }), message, stack };
}

/** The error of another thread, of the same kind, with the stack of that thread as its cause. */
export function fromMessage({ code, message, stack }: ThrownElsewhere): Error {
  const cause = Object.assign(new Error(message), { stack: stack ?? message });
  return code === undefined ? new Error(message, { cause }) : new GeodriftError(code, message, { cause });
}
