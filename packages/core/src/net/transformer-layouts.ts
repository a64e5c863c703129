/**
 * Published weights of vision transformers, under our names. Three layouts: DINOv2's own code,
 * DINOv2 in transformers, CLIP in transformers. Sizes are read off the shapes; heads have 64 channels in all of them.
 */

import { type Tensor, tensor } from "@geodrift/compile";
import { GeodriftError } from "../errors/geodrift-error.js";
import { type InterpolationOptions, interpolatePositions } from "./interpolate-positions.js";
import type { Parameters } from "./parameters.js";
import type { Activation, TransformerConfig } from "./transformer.js";
import type { VisionConfig } from "./vision-transformer.js";

/** Where a layout keeps things. `null` stands for what it does not have. */
interface Layout {
  /** Of one block, by its number. */
  block: (i: number) => string;
  norms: readonly [string, string];
  /** One layer for query, key and value, or three. */
  qkv: string | readonly [string, string, string];
  proj: string;
  mlp: readonly [string, string];
  /** As DINOv2's largest has them. */
  gatedMlp?: readonly [string, string];
  layerScales?: readonly [string, string];
  eps: number;
}

const own: Layout = {
  block: (i) => `blocks.${i}`,
  norms: ["norm1", "norm2"],
  qkv: "attn.qkv",
  proj: "attn.proj",
  mlp: ["mlp.fc1", "mlp.fc2"],
  gatedMlp: ["mlp.w12", "mlp.w3"],
  layerScales: ["ls1.gamma", "ls2.gamma"],
  eps: 1e-6,
};

const transformersDino: Layout = {
  block: (i) => `encoder.layer.${i}`,
  norms: ["norm1", "norm2"],
  qkv: ["attention.attention.query", "attention.attention.key", "attention.attention.value"],
  proj: "attention.output.dense",
  mlp: ["mlp.fc1", "mlp.fc2"],
  gatedMlp: ["mlp.weights_in", "mlp.weights_out"],
  layerScales: ["layer_scale1.lambda1", "layer_scale2.lambda1"],
  eps: 1e-6,
};

/**
 * Where transformers keeps the blocks of a CLIP's tower.
 * @param tower `vision_model` or `text_model`
 */
export const transformersClip = (tower: string): Layout => ({
  block: (i) => `${tower}.encoder.layers.${i}`,
  norms: ["layer_norm1", "layer_norm2"],
  qkv: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
  proj: "self_attn.out_proj",
  mlp: ["mlp.fc1", "mlp.fc2"],
  eps: 1e-5,
});

interface VisionLayout {
  blocks: Layout;
  classToken: string;
  positions: string;
  registers: string | null;
  patch: string;
  preNorm: string | null;
  postNorm: string;
  /** Does the embedding pass the last normalisation? */
  normalised: boolean;
  activation: Activation;
}

const visionLayouts: Record<string, VisionLayout> = {
  dinov2: {
    blocks: own,
    classToken: "cls_token",
    positions: "pos_embed",
    registers: "register_tokens",
    patch: "patch_embed.proj",
    preNorm: null,
    postNorm: "norm",
    normalised: true,
    activation: "gelu",
  },
  "transformers-dinov2": {
    blocks: transformersDino,
    classToken: "embeddings.cls_token",
    positions: "embeddings.position_embeddings",
    registers: "embeddings.register_tokens",
    patch: "embeddings.patch_embeddings.projection",
    preNorm: null,
    postNorm: "layernorm",
    normalised: true,
    activation: "gelu",
  },
  "transformers-clip": {
    blocks: transformersClip("vision_model"),
    classToken: "vision_model.embeddings.class_embedding",
    positions: "vision_model.embeddings.position_embedding.weight",
    registers: null,
    patch: "vision_model.embeddings.patch_embedding",
    // So spelt in the published files.
    preNorm: "vision_model.pre_layrnorm",
    postNorm: "vision_model.post_layernorm",
    normalised: false,
    activation: "quick-gelu",
  },
};

const channelsPerHead = 64;

const data = (t: Tensor): Float32Array => t.data as Float32Array;

/**
 * A function that gives tensors by name.
 * @returns a function that throws GeodriftError `model`, naming the tensor, if it is missing
 */
export function lookUp(tensors: Parameters): (name: string) => Tensor {
  return (name) => {
    const t = tensors[name];
    if (!t) throw new GeodriftError("model", `the tensor "${name}" is missing`);
    return t;
  };
}

/** Rows of several matrices, or several vectors, one below the other. */
function stacked(parts: readonly Tensor[]): Tensor {
  const rows = parts.reduce((n, t) => n + t.dims[0], 0);
  const all = new Float32Array(parts.reduce((n, t) => n + t.size, 0));
  let at = 0;
  for (const t of parts) {
    all.set(data(t), at);
    at += t.size;
  }
  return tensor(all, [rows, ...parts[0].dims.slice(1)]);
}

/** Every row of a matrix, or entry of a vector, times its own factor. */
function scaledRows(t: Tensor, factors: Tensor): Tensor {
  const [from, scale] = [data(t), data(factors)];
  const width = t.size / t.dims[0];
  const out = new Float32Array(t.size);
  for (let row = 0, at = 0; row < t.dims[0]; row++)
    for (const end = at + width, factor = scale[row]; at < end; at++) out[at] = factor * from[at];
  return tensor(out, t.dims);
}

/**
 * The transformer blocks of a published model under our names: query, key and value in one layer, LayerScale multiplied
 * into the projections. Sizes are read off the shapes.
 * @param plain activation of blocks whose perceptron is not gated
 * @param heads width / 64 unless given
 * @throws GeodriftError `model` if a tensor is missing
 */
export function readBlocks(
  layout: Layout,
  tensors: Parameters,
  plain: Activation,
  heads?: number,
): { config: TransformerConfig; params: Parameters } {
  const get = lookUp(tensors);
  const params: Parameters = {};
  const copy = (to: string, from: string, scale?: Tensor) => {
    for (const part of ["weight", "bias"]) {
      const t = get(`${from}.${part}`);
      params[`${to}.${part}`] = scale ? scaledRows(t, scale) : t;
    }
  };
  const gated = layout.gatedMlp && tensors[`${layout.block(0)}.${layout.gatedMlp[0]}.weight`] !== undefined;
  const [first, second] = gated && layout.gatedMlp ? layout.gatedMlp : layout.mlp;
  let depth = 0;
  for (; tensors[`${layout.block(depth)}.${layout.norms[0]}.weight`]; depth++) {
    const [from, to] = [layout.block(depth), `blocks.${depth}`];
    const scale = layout.layerScales?.map((name) => get(`${from}.${name}`));
    copy(`${to}.norm1`, `${from}.${layout.norms[0]}`);
    copy(`${to}.norm2`, `${from}.${layout.norms[1]}`);
    if (typeof layout.qkv === "string") copy(`${to}.attn.qkv`, `${from}.${layout.qkv}`);
    else
      for (const part of ["weight", "bias"])
        params[`${to}.attn.qkv.${part}`] = stacked(layout.qkv.map((name) => get(`${from}.${name}.${part}`)));
    copy(`${to}.attn.proj`, `${from}.${layout.proj}`, scale?.[0]);
    copy(`${to}.mlp.fc1`, `${from}.${first}`);
    copy(`${to}.mlp.fc2`, `${from}.${second}`, scale?.[1]);
  }
  if (depth === 0) get(`${layout.block(0)}.${layout.norms[0]}.weight`);
  const [width, hidden] = params["blocks.0.mlp.fc2.weight"].dims;
  const config: TransformerConfig = {
    width,
    depth,
    heads: heads ?? width / channelsPerHead,
    hidden,
    activation: gated ? "swiglu" : plain,
    eps: layout.eps,
  };
  return { config, params };
}

/** What a vision transformer is read for. */
export interface VisionOptions {
  /** Pixels per side of the pictures; a multiple of the patch. */
  size: number;
  /** Number of attention heads, where they do not have 64 channels each. */
  heads?: number;
}

/** The layout that has a class token by the name under which the file has one. */
function visionLayout(tensors: Parameters): VisionLayout {
  const found = Object.values(visionLayouts).find((l) => tensors[l.classToken]);
  if (found) return found;
  const known = Object.values(visionLayouts).map((l) => `"${l.classToken}"`);
  throw new GeodriftError("model", `no vision transformer of a known layout: none of ${known.join(", ")} is there`);
}

/** Is this tensor of a file wanted? (Position numbers and DINOv2's mask token are not.) */
export const isTransformerTensor = (name: string): boolean => !/position_ids$|mask_token$/.test(name);

/**
 * A published vision transformer: DINOv2 S, B, L, g (Oquab et al. 2023) with and without registers (Darcet et al.
 * 2024), CLIP's image towers (Radford et al. 2021). Position embeddings are interpolated to the size of the pictures.
 * @param tensors of its safetensors, the prefix of a surrounding model taken off
 * @throws GeodriftError `model` if the layout is not known, a tensor is missing, or `size` is no multiple of the patch
 */
export function readVisionTransformer(
  tensors: Parameters,
  { size, heads }: VisionOptions,
): { config: VisionConfig; params: Parameters } {
  const layout = visionLayout(tensors);
  const get = lookUp(tensors);
  const { config, params } = readBlocks(layout.blocks, tensors, layout.activation, heads);
  const { width } = config;
  const convolution = get(`${layout.patch}.weight`);
  const patch = convolution.dims[2];
  if (size % patch !== 0)
    throw new GeodriftError(
      "model",
      `pictures are cut into patches of ${patch} pixels, which ${size} has no whole number of`,
    );
  const positions = data(get(layout.positions));
  const known = Math.round(Math.sqrt(positions.length / width - 1));
  const registers = layout.registers === null ? undefined : tensors[layout.registers];
  const classToken = data(get(layout.classToken)).map((x, i) => x + positions[i]);
  const grid = size / patch;
  params.prefix = stacked([
    tensor(classToken, [1, width]),
    ...(registers ? [tensor(data(registers), [registers.size / width, width])] : []),
  ]);
  params.positions = tensor(
    interpolatePositions(positions.subarray(width), known, grid, interpolation(layout, registers !== undefined)),
    [grid * grid, width],
  );
  params["patch_embed.weight"] = tensor(data(convolution), [width, 3 * patch * patch]);
  params["patch_embed.bias"] = tensors[`${layout.patch}.bias`] ?? tensor(new Float32Array(width), [width]);
  const copyNorm = (to: string, from: string) => {
    for (const part of ["weight", "bias"]) params[`${to}.${part}`] = get(`${from}.${part}`);
  };
  if (layout.preNorm !== null) copyNorm("pre_norm", layout.preNorm);
  if (layout.normalised) copyNorm("norm", layout.postNorm);
  return {
    config: {
      ...config,
      size,
      patch,
      prefix: params.prefix.dims[0],
      preNorm: layout.preNorm !== null,
      postNorm: layout.normalised,
    },
    params,
  };
}

/** DINOv2 with registers was released with antialiasing and no offset, without them the other way round. */
function interpolation({ registers }: VisionLayout, has: boolean): InterpolationOptions {
  if (registers === null) return { antialias: false, offset: 0 };
  return has ? { antialias: true, offset: 0 } : { antialias: false, offset: 0.1 };
}
