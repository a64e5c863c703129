/** What others change in the archive, as the server tells it. */
import { archive } from "./client.js";

/** Changes come in crowds, where many pictures are scanned or located: so often they are told, milliseconds. */
const restMs = 400;

/**
 * Listens to the server; after a break, what may have been missed is told as well.
 * @param onChange told that something is not as it was, at most every 400 milliseconds
 * @returns ends the listening
 */
export function listenToChanges(onChange: () => void): () => void {
  // Where pages are tested without a browser there is none.
  if (typeof EventSource === "undefined") return () => {};
  const source = new EventSource(archive.api.library.events.$url());
  let opened = false;
  let waiting: number | undefined;
  const soon = () => {
    if (waiting !== undefined) return;
    waiting = window.setTimeout(() => {
      waiting = undefined;
      onChange();
    }, restMs);
  };
  source.addEventListener("ready", () => {
    if (opened) soon();
    opened = true;
  });
  source.addEventListener("changed", soon);
  return () => {
    source.close();
    clearTimeout(waiting);
  };
}
