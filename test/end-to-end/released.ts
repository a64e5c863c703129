/** Repositories of the layouts of the released models, with small random weights: what a hub would serve. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import { Generator, initVelocity, type Parameters, writeSafetensors } from "@geodrift/core";

const random = new Generator(7);

/** Weights of the given shapes; scales of norms and layers are ones. */
function weightsOf(shapes: Record<string, number[]>): Parameters {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const fanIn = shape.length > 1 ? size / shape[0] : 4;
      const offset = /norm.*weight|lambda/.test(name) ? 1 : 0;
      const value = () => offset + random.normal() / Math.sqrt(fanIn);
      return [name, tensor(Float32Array.from({ length: size }, value), shape)];
    }),
  );
}

const file = (tensors: Parameters): Buffer => Buffer.from(writeSafetensors({ tensors, metadata: { format: "pt" } }));
const dense = (name: string, out: number, into: number) => ({
  [`${name}.weight`]: [out, into],
  [`${name}.bias`]: [out],
});
const norm = (name: string, width: number) => ({ [`${name}.weight`]: [width], [`${name}.bias`]: [width] });

/** A PLONK: `config.json` and `model.safetensors`. */
export function plonkRepository(cond_dim: number): Record<string, Buffer> {
  const config = { cond_dim, depth: 2, dim: 64, expansion: 4, input_dim: 3 };
  return {
    "config.json": Buffer.from(JSON.stringify(config)),
    "model.safetensors": file(initVelocity(config, random)),
    "README.md": Buffer.from("---\nlicense: mit\n---\n"),
  };
}

/** DINOv2 with registers as transformers stores it: one block, 64 channels, patches of 14 pixels, 37 × 37 positions. */
export function dinoRepository(width = 64): Record<string, Buffer> {
  const block = "encoder.layer.0";
  const shapes = {
    "embeddings.cls_token": [1, 1, width],
    "embeddings.mask_token": [1, width],
    "embeddings.register_tokens": [1, 4, width],
    "embeddings.position_embeddings": [1, 1 + 37 * 37, width],
    "embeddings.patch_embeddings.projection.weight": [width, 3, 14, 14],
    "embeddings.patch_embeddings.projection.bias": [width],
    ...norm(`${block}.norm1`, width),
    ...dense(`${block}.attention.attention.query`, width, width),
    ...dense(`${block}.attention.attention.key`, width, width),
    ...dense(`${block}.attention.attention.value`, width, width),
    ...dense(`${block}.attention.output.dense`, width, width),
    [`${block}.layer_scale1.lambda1`]: [width],
    ...norm(`${block}.norm2`, width),
    ...dense(`${block}.mlp.fc1`, 2 * width, width),
    ...dense(`${block}.mlp.fc2`, width, 2 * width),
    [`${block}.layer_scale2.lambda1`]: [width],
    ...norm("layernorm", width),
  };
  return { "model.safetensors": file(weightsOf(shapes)), "config.json": Buffer.from("{}") };
}

/** A folder with such a network, and how its pictures are prepared: 28 pixels a side. */
export function writeVisionEncoder(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "model.safetensors"), dinoRepository()["model.safetensors"]);
  const settings = { preparation: { size: 28, square: "crop-resize" }, colours: "imagenet" };
  writeFileSync(join(folder, "encoder.json"), JSON.stringify(settings));
}

function tower(name: string, width: number) {
  const block = `${name}.encoder.layers.0`;
  return {
    ...norm(`${block}.layer_norm1`, width),
    ...norm(`${block}.layer_norm2`, width),
    ...dense(`${block}.mlp.fc1`, 2 * width, width),
    ...dense(`${block}.mlp.fc2`, width, 2 * width),
    ...Object.assign({}, ...["q", "k", "v", "out"].map((k) => dense(`${block}.self_attn.${k}_proj`, width, width))),
  };
}

/** Merges of a byte-pair vocabulary that knows a few syllables. */
const merges = ["t h", "i n</w>", "a n", "an d</w>", "f r", "th e</w>", "p h", "o t", "ph ot", "phot o</w>"];

/** CLIP as transformers stores it, with its words. */
export function clipRepository(size: number, patch: number, width = 64): Record<string, Buffer> {
  // The alphabet as bytes are written, alone and at the end of a word.
  const bytes = Array.from({ length: 256 }, (_, b) => byteCharacter(b));
  const words = [...bytes, ...bytes.map((c) => `${c}</w>`), ...merges.map((m) => m.replace(" ", ""))];
  const vocabulary = Object.fromEntries([...words, "<|startoftext|>", "<|endoftext|>"].map((w, i) => [w, i]));
  const shapes = {
    "vision_model.embeddings.class_embedding": [width],
    "vision_model.embeddings.patch_embedding.weight": [width, 3, patch, patch],
    "vision_model.embeddings.position_embedding.weight": [1 + (size / patch) ** 2, width],
    ...norm("vision_model.pre_layrnorm", width),
    ...tower("vision_model", width),
    ...norm("vision_model.post_layernorm", width),
    "visual_projection.weight": [32, width],
    "text_model.embeddings.token_embedding.weight": [Object.keys(vocabulary).length, width],
    "text_model.embeddings.position_embedding.weight": [77, width],
    ...tower("text_model", width),
    ...norm("text_model.final_layer_norm", width),
    "text_projection.weight": [32, width],
  };
  const weights = { ...weightsOf(shapes), logit_scale: tensor([Math.log(100)], []) };
  return {
    "model.safetensors": file(weights),
    "vocab.json": Buffer.from(JSON.stringify(vocabulary)),
    "merges.txt": Buffer.from(`#version: 0.2\n${merges.join("\n")}\n`),
  };
}

/** The character that a byte is written as in byte-level vocabularies (Radford et al. 2019). */
function byteCharacter(byte: number): string {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  if (printable(byte)) return String.fromCodePoint(byte);
  let extra = 0;
  for (let b = 0; b < byte; b++) if (!printable(b)) extra++;
  return String.fromCodePoint(256 + extra);
}
