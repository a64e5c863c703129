import type { Imagined, ImagineStep } from "geodrift/contract";
import { answerOf, client } from "./client.js";
import type { ImageEngine } from "./engine.js";
import { asEvents, followEvents } from "./events.js";

/** Pictures of places and of a landmark by the server. */
export const serverImages: ImageEngine = {
  about: () => answerOf(client.api.imagine.$get()),
  nearest: (json, signal) => answerOf(client.api.imagine.nearest.$post({ json }, { init: { signal } })),
  make: (json, { signal, onStep }) =>
    followEvents<ImagineStep, Imagined>(
      client.api.imagine.$post({ json }, { headers: asEvents, init: { signal } }),
      signal,
      onStep,
    ),
};
