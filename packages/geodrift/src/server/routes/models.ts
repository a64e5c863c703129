/** The models that can be asked, and those that can be fetched. */
import { GeodriftError } from "@geodrift/core/errors";
import { createRoute, z } from "@hono/zod-openapi";
import type { Person } from "../../library/people.js";
import { modelRegistry } from "../../models/model-registry.js";
import { asksConsent, offerOf, pull } from "../../models/pull.js";
import type { ServerContext } from "../context.js";
import { refused } from "../failure.js";
import { fetchBody, type fetchStep, modelOffer, modelParams } from "../model-schemas.js";
import { router } from "../router.js";
import { body, failure, json, modelEntry, refusals } from "../schemas.js";
import { streamEvents } from "../stream-events.js";
import { followed } from "./locate.js";

const modelsRoute = createRoute({
  method: "get",
  path: "/api/models",
  summary: "The models that can be asked; the first is the default",
  responses: { 200: json(z.array(modelEntry), "models") },
});

const elsewhere = { 403: json(failure, "not from elsewhere") };
const hub = { 502: json(failure, "whoever publishes it does not answer as expected") };

const offerRoute = createRoute({
  method: "get",
  path: "/api/models/{id}/offer",
  summary:
    "What would be fetched for a model: sizes, licences; of servers that listen to their own machine alone, without a token",
  request: { params: modelParams },
  responses: { 200: json(modelOffer, "what is not here yet"), ...elsewhere, ...refusals.unknown, ...hub },
});

const fetchRoute = createRoute({
  method: "post",
  path: "/api/models/{id}/fetch",
  summary: "Fetch a model with its encoder; of servers that listen to their own machine alone, without a token",
  description:
    "Takes minutes. With Accept: text/event-stream come the events `step`, `result` or `error`. What has come when a request is withdrawn stays, and the next one goes on.",
  request: { params: modelParams, body: body(fetchBody) },
  responses: {
    200: followed(modelEntry, "the model, which can be asked from now on"),
    ...refusals.asked,
    ...elsewhere,
    ...refusals.unknown,
    ...hub,
  },
});

/** Of a download, so many steps are told. */
const told = 200;

/** GET /api/models and /api/models/{id}/offer, POST /api/models/{id}/fetch. */
export function modelRoutes({ models, fetches, log, ending }: ServerContext) {
  /** @throws HTTPException 403 for somebody on another machine; GeodriftError `not-found` for a name that is not known */
  function published(id: string, { role }: Person) {
    if (!fetches || role !== "owner")
      throw refused(403, `models are fetched on the machine itself: "geodrift models pull ${id}"`);
    const model = modelRegistry[id];
    if (!model)
      throw new GeodriftError("not-found", `models that can be fetched are ${Object.keys(modelRegistry).join(", ")}`);
    return model;
  }

  async function fetched(id: string, acceptLicence: boolean, call: Parameters<typeof follow>[1]) {
    // What has come is kept: whoever asks again goes on from there.
    await follow(id, { ...call, signal: AbortSignal.any([call.signal, ending]) }, acceptLicence);
    return models.add(id);
  }

  return router()
    .openapi(modelsRoute, (c) => c.json(models.entries, 200))
    .openapi(offerRoute, async (c) => {
      const { id } = c.req.valid("param");
      const { description } = published(id, c.var.person).description;
      const options = { token: process.env.HF_TOKEN, signal: c.req.raw.signal };
      const parts = (await offerOf(id, options)).map(({ name, repository, licence, bytes }) => ({
        ...{ name, repository, bytes },
        licence: licence.name,
        nonCommercial: licence.nonCommercial ?? false,
      }));
      return c.json({ id, description, parts }, 200);
    })
    .openapi(fetchRoute, async (c) => {
      const { id } = c.req.valid("param");
      published(id, c.var.person);
      const { acceptLicence } = c.req.valid("json");
      if (!c.req.header("accept")?.includes("text/event-stream"))
        return c.json(await fetched(id, acceptLicence, { signal: c.req.raw.signal, step: () => undefined }), 200);
      return streamEvents<z.infer<typeof fetchStep>, z.infer<typeof modelEntry>>(c, log, (call) =>
        fetched(id, acceptLicence, call),
      ) as never;
    });
}

/** Fetches, and tells of it now and then. */
async function follow(
  id: string,
  { signal, step }: { signal: AbortSignal; step(data: () => z.infer<typeof fetchStep>): void },
  acceptLicence: boolean,
): Promise<void> {
  const options = { token: process.env.HF_TOKEN, signal };
  const closed = acceptLicence ? undefined : asksConsent(id);
  if (closed)
    throw new GeodriftError(
      "option",
      `"acceptLicence": ${closed.name} is for non-commercial use only (${closed.licence}), true says that you agree`,
    );
  const of = (await offerOf(id, options)).reduce((sum, part) => sum + part.bytes, 0);
  let [bytes, last] = [0, -1];
  const onBytes = (count: number) => {
    bytes += count;
    const share = Math.floor((told * bytes) / of);
    if (share === last) return;
    last = share;
    const done = bytes;
    step(() => ({ bytes: done, of }));
  };
  await pull(id, { ...options, acceptLicence, onBytes });
}
