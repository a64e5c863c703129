/** Image encoders that are known by name, with where their published weights lie. */

import { GeodriftError } from "@geodrift/core/errors";
import type { TransformerEncoderConfig } from "../encode/config.js";
import { suggestion } from "../files/validation.js";
import { byName } from "./by-name.js";

/** Something that is published on a hub. */
export interface Published {
  /** Owner and name of the repository. */
  repository: string;
  /** Files that must be there; weights may also come in several files with an index. */
  files: readonly string[];
  /** Files that are taken if they are there. */
  optional?: readonly string[];
  licence: Licence;
}

/** Under what terms something is published. */
export interface Licence {
  /** By its SPDX identifier. */
  name: string;
  /** Asks for consent before it is fetched. */
  nonCommercial?: boolean;
}

/** A published encoder: where its weights lie, and how its pictures are prepared. */
export interface RegisteredEncoder extends Published {
  description: string;
  config: Omit<TransformerEncoderConfig, "weights">;
}

const apache: Licence = { name: "Apache-2.0" };
const mit: Licence = { name: "MIT" };
const streetClipLicence: Licence = { name: "CC-BY-NC-4.0", nonCommercial: true };

const dino = (letter: string, name: string, registers: boolean, size: number): [string, RegisteredEncoder] => [
  `dinov2-vit${letter}14${registers ? "-reg" : ""}`,
  {
    description: `DINOv2 ViT-${letter === "g" ? "g" : letter.toUpperCase()}/14${registers ? " with registers" : ""}, pictures of ${size} pixels`,
    repository: `facebook/dinov2-${registers ? "with-registers-" : ""}${name}`,
    files: ["model.safetensors"],
    licence: apache,
    config: { kind: "transformer", preparation: { size, square: "crop-resize" }, colours: "imagenet" },
  },
];

/** A CLIP; its text tower lies in the same file, and its words beside it. */
const clip = (what: string, repository: string, size: number, licence = mit): RegisteredEncoder => ({
  description: `${what}, pictures of ${size} pixels`,
  repository,
  files: ["model.safetensors"],
  optional: ["vocab.json", "merges.txt"],
  licence,
  config: { kind: "transformer", preparation: { size, square: "resize-crop" }, colours: "clip" },
});

/** The encoders that are known, by name. */
export const encoderRegistry: Readonly<Record<string, RegisteredEncoder>> = byName({
  ...Object.fromEntries([
    // The one of PLONK takes 336 pixels (spec §9); the others are at what DINOv2 is evaluated with.
    ...[false, true].flatMap((registers) => [
      dino("s", "small", registers, 224),
      dino("b", "base", registers, 224),
      dino("l", "large", registers, registers ? 336 : 224),
      dino("g", "giant", registers, 224),
    ]),
  ]),
  "clip-vit-b32": clip("CLIP ViT-B/32", "openai/clip-vit-base-patch32", 224),
  "clip-vit-b16": clip("CLIP ViT-B/16", "openai/clip-vit-base-patch16", 224),
  "clip-vit-l14": clip("CLIP ViT-L/14", "openai/clip-vit-large-patch14", 224),
  "clip-vit-l14-336": clip("CLIP ViT-L/14", "openai/clip-vit-large-patch14-336", 336),
  streetclip: clip("StreetCLIP, a CLIP ViT-L/14 for street views", "geolocal/StreetCLIP", 336, streetClipLicence),
});

/**
 * The encoder that a name stands for.
 * @param text a name; `@SIZE` behind it asks for pictures of so many pixels a side, `:int8` for matrices in eight bits
 * @returns undefined for a name that is not known
 */
export function registeredEncoder(text: string): TransformerEncoderConfig | undefined {
  const [, name, size, int8] = /^(.*?)(?:@(\d+))?(:int8)?$/.exec(text) ?? [];
  const known = encoderRegistry[name];
  if (!known) return undefined;
  const preparation = { ...known.config.preparation, ...(size && { size: Number(size) }) };
  return { ...known.config, preparation, weights: { known: name }, ...(int8 && { precision: "int8" as const }) };
}

/**
 * Where the weights of an encoder are published.
 * @throws GeodriftError `option` naming the encoders that are known
 */
export function publishedEncoder(name: string): RegisteredEncoder {
  const known = encoderRegistry[name];
  if (!known)
    throw new GeodriftError(
      "option",
      `encoder "${name}" is not known${suggestion(name, Object.keys(encoderRegistry))}`,
    );
  return known;
}
