import type { FetchStep, ModelEntry } from "geodrift/contract";
import { answerOf, client } from "./client.js";
import type { ModelFetches } from "./engine.js";
import { asEvents, followEvents } from "./events.js";

/** Models that the server fetches. */
export const serverFetches: ModelFetches = {
  offer: (id, signal) => answerOf(client.api.models[":id"].offer.$get({ param: { id } }, { init: { signal } })),
  fetch: (id, json, { signal, onStep }) =>
    followEvents<FetchStep, ModelEntry>(
      client.api.models[":id"].fetch.$post({ param: { id }, json }, { headers: asEvents, init: { signal } }),
      signal,
      onStep,
    ),
};
