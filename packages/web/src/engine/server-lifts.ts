import { readField, readSafetensors } from "@geodrift/core";
import type { Lifted, LiftStep } from "geodrift/contract";
import { client, lost } from "./client.js";
import type { LiftEngine } from "./engine.js";
import { asEvents, followEvents } from "./events.js";

type File = "mesh.glb" | "field.safetensors";

async function bytesOf(id: string, file: File, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await client.api.lift[":id"][":file"].$get({ param: { id, file } }, { init: { signal } });
  return response.arrayBuffer().catch((e: unknown) => lost(e, signal));
}

/** Lifts by the server. */
export const serverLifts: LiftEngine = {
  lift: (json, { signal, onStep }) =>
    followEvents<LiftStep, Lifted>(
      client.api.lift.$post({ json }, { headers: asEvents, init: { signal } }),
      signal,
      onStep,
    ),
  mesh: (id, signal) => bytesOf(id, "mesh.glb", signal),
  field: async (id, signal) =>
    readField(readSafetensors(new Uint8Array(await bytesOf(id, "field.safetensors", signal)))),
  address: (id, file) => `api/lift/${id}/${file}`,
};
