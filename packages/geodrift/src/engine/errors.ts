/** Why the computing thread does not answer. */

/** The queue is full: come back later. */
export class BusyError extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super(`the server is busy; try again in ${retryAfterSeconds} s`);
  }
}

/** What the request asks for cannot be done. */
export class AskedError extends Error {}

/** The picture cannot be decoded. */
export class PictureError extends AskedError {}

/** The thread that computes has stopped. */
export class EngineStoppedError extends Error {}
