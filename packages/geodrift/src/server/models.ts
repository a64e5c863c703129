/** The models that the server offers, by names that a client may say. */
import { basename } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import type { z } from "@hono/zod-openapi";
import { pulledOf } from "../models/cache.js";
import { embeddedModels } from "../models/embedded.js";
import { describeModel, isModelName } from "../models/load.js";
import { modelRegistry, zeroShotModels } from "../models/model-registry.js";
import type { modelEntry } from "./schemas.js";

type ModelEntry = z.infer<typeof modelEntry>;

/** A model that is offered: what a client sees of it, and how it is opened. */
export interface OfferedModel {
  entry: ModelEntry;
  model: string;
  encoder?: string;
}

/** The models that the server offers, by the names that a client may say. */
export class Models {
  private readonly offered = new Map<string, OfferedModel>();

  private constructor() {}

  /**
   * Describes what comes along, what has been fetched, and what the command line names, which comes first and is the
   * default.
   * @throws GeodriftError as `resolveModel` for a model that cannot be described
   */
  static async open(own: { model: string; encoder?: string }): Promise<Models> {
    const fetched = [...Object.keys(modelRegistry), ...Object.keys(zeroShotModels)].filter((name) => pulledOf(name));
    const others = [...embeddedModels, ...fetched].filter((name) => name !== own.model || own.encoder !== undefined);
    const all: { model: string; encoder?: string }[] = [own, ...others.map((model) => ({ model }))];
    const models = new Models();
    for (const one of all) {
      const plain = isModelName(one.model) ? one.model : basename(one.model);
      await models.offer(models.offered.has(plain) ? `${plain}-${models.offered.size + 1}` : plain, one);
    }
    return models;
  }

  /**
   * Offers a model that has been fetched meanwhile.
   * @throws GeodriftError as `resolveModel` for a model that cannot be described
   */
  async add(name: string): Promise<ModelEntry> {
    return (this.offered.get(name) ?? (await this.offer(name, { model: name }))).entry;
  }

  private async offer(id: string, one: { model: string; encoder?: string }): Promise<OfferedModel> {
    const described = await describeModel(one.model, { encoder: one.encoder });
    const generative = described.method === "generative";
    const { description, licence, method } = described;
    const does = { steps: generative, guidance: generative, views: described.encoder.kind === "places" };
    const offered = { ...one, entry: { id, description, licence, method, ...does } };
    this.offered.set(id, offered);
    return offered;
  }

  /** What clients see of the models, the default first. */
  get entries(): ModelEntry[] {
    return [...this.offered.values()].map((o) => o.entry);
  }

  /**
   * The model of a name; the default if left out.
   * @throws GeodriftError `option` naming the models if it is none of them
   */
  named(id = this.entries[0].id): OfferedModel {
    const model = this.offered.get(id);
    if (!model)
      throw new GeodriftError("option", `the models here are ${[...this.offered.keys()].join(", ")}, got "${id}"`);
    return model;
  }
}
