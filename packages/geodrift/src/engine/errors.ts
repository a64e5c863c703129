import { GeodriftError } from "@geodrift/core/errors";

/** The queue is full: come back later (GeodriftError `busy`; HTTP 429 with Retry-After). */
export class BusyError extends GeodriftError {
  /** @param retryAfterSeconds about how long the queue takes */
  constructor(readonly retryAfterSeconds: number) {
    super("busy", `the server is busy; try again in ${retryAfterSeconds} s`);
  }
}
