/** What several threads that do the same work, and whoever divides it among them, say to each other. */
import type { ThrownElsewhere } from "@geodrift/core/errors";

/** A piece of work, or the end. */
export type ToThread<Ask> = { id: number; ask: Ask } | "close";

/** What a thread says: that it can begin, and with what; that it cannot, or has failed; how far it is; an answer. */
export type FromThread<Answer, Ready> =
  | { type: "ready"; ready: Ready }
  | { type: "failed"; thrown: ThrownElsewhere }
  | { type: "progress"; id: number }
  | { type: "answer"; id: number; answer: Answer };
