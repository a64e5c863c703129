import { followEvents, requestJson } from "./http.js";
import type { ImageEngine } from "./imagine.js";

/** The server's. */
export const serverImages: ImageEngine = {
  about: () => requestJson("imagine"),
  nearest: (picture, signal) =>
    requestJson("imagine/nearest", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(picture),
      signal,
    }),
  make: (asked, { signal, onStep }) =>
    followEvents(
      "imagine",
      { body: JSON.stringify(asked), headers: { "content-type": "application/json" }, signal },
      onStep,
    ),
};
