import { GeodriftError } from "@geodrift/core";

/** The queue is full: come back later. */
export class BusyError extends GeodriftError {
  constructor(readonly retryAfterSeconds: number) {
    super("busy", `the server is busy; try again in ${retryAfterSeconds} s`);
  }
}
