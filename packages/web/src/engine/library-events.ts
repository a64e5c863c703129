/** What others change in the archive, as the server tells it. */
import { archive } from "./client.js";

/** Changes come in crowds, where many pictures are scanned or located: so often they are told, milliseconds. */
const restMs = 400;

/** After an answer that is none a browser asks no more by itself: so long until it is asked again, milliseconds. */
const againMs = 3000;

/**
 * Listens to the server; after a break, what may have been missed is told as well.
 * @param onChange told that something is not as it was, at most every 400 milliseconds
 * @returns ends the listening
 */
export function listenToChanges(onChange: () => void): () => void {
  // Where pages are tested without a browser there is none.
  if (typeof EventSource === "undefined") return () => {};
  let source: EventSource;
  let opened = false;
  let waiting: number | undefined;
  let again: number | undefined;
  const soon = () => {
    if (waiting !== undefined) return;
    waiting = window.setTimeout(() => {
      waiting = undefined;
      onChange();
    }, restMs);
  };
  const listen = () => {
    source = new EventSource(archive.api.library.events.$url());
    source.addEventListener("ready", () => {
      if (opened) soon();
      opened = true;
    });
    source.addEventListener("changed", soon);
    source.addEventListener("error", ({ target }) => {
      if (target === source && source.readyState === EventSource.CLOSED) again = window.setTimeout(listen, againMs);
    });
  };
  listen();
  return () => {
    source.close();
    clearTimeout(waiting);
    clearTimeout(again);
  };
}
