/** The released PLONK models by name, each with its method, schedule and encoder (spec §1.3, §9). */

import { GeodriftError } from "@geodrift/core/errors";
import { byName } from "./by-name.js";
import type { Published } from "./encoder-registry.js";
import { registeredEncoder } from "./encoder-registry.js";
import type { ModelDescription } from "./schema.js";
import { type Prompts, streetViewPrompts, zeroShotDefaults } from "./zero-shot-prompts.js";

/** A released model: where its weights lie, its method, and its encoder. */
export interface RegisteredModel extends Published {
  description: Extract<ModelDescription, { method: "generative" }>;
  /** Name of the encoder. */
  encoder: string;
  /** Strength of guidance that the paper's single guesses were made with. */
  guidance: number;
}

const datasets = {
  yfcc: { part: "YFCC", encoder: "dinov2-vitl14-reg", of: "photographs of all kinds (YFCC-100M)" },
  osv5m: { part: "OSV_5M", encoder: "streetclip", of: "street views (OpenStreetView-5M)" },
  inat: { part: "iNaturalist", encoder: "dinov2-vitl14-reg", of: "plants and animals (iNaturalist 2021)" },
} as const;

const kinds = {
  "": { suffix: "", path: "riemannian-flow", by: "Riemannian flow matching" },
  "-flow": { suffix: "_flow", path: "flow", by: "flow matching in R³" },
  "-diffusion": { suffix: "_diffusion", path: "diffusion", by: "diffusion" },
} as const;

function model(dataset: keyof typeof datasets, kind: keyof typeof kinds): [string, RegisteredModel] {
  const { part, encoder, of } = datasets[dataset];
  const { suffix, path, by } = kinds[kind];
  const name = `plonk-${dataset}${kind}`;
  const config = registeredEncoder(encoder);
  if (!config) throw new GeodriftError("model", `${name}: its encoder ${encoder} is not known`);
  return [
    name,
    {
      repository: `nicolas-dufour/PLONK_${part}${suffix}`,
      files: ["config.json", "model.safetensors"],
      licence: { name: "MIT" },
      encoder,
      guidance: 2,
      description: {
        name,
        method: "generative",
        description: `${of}, by ${by}`,
        licence: "MIT",
        encoder: config,
        path,
        schedule: { name: "sigmoid", start: -7, end: 3, tau: 1 },
      },
    },
  ];
}

/** The released models, by name. */
export const modelRegistry: Readonly<Record<string, RegisteredModel>> = byName(
  Object.fromEntries(
    (Object.keys(datasets) as (keyof typeof datasets)[]).flatMap((dataset) =>
      (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => model(dataset, kind)),
    ),
  ),
);

/** A model that is made here of a CLIP that is fetched: countries, then cities, by prompt. */
export interface ZeroShotModel {
  description: string;
  /** Name of the encoder, whose text tower reads the prompts. */
  encoder: string;
  prompts: Prompts;
}

/** Zero-shot models, by name. */
export const zeroShotModels: Readonly<Record<string, ZeroShotModel>> = byName({
  "clip-zero-shot": {
    description: "photographs of all kinds, by prompts of countries and cities to CLIP",
    encoder: "clip-vit-l14-336",
    prompts: zeroShotDefaults.prompts,
  },
  "streetclip-zero-shot": {
    description: "street views, by prompts of countries and cities to StreetCLIP",
    encoder: "streetclip",
    prompts: streetViewPrompts,
  },
});
