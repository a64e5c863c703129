/** What a published CLIP holds besides its image tower: the text tower, and what leads images to the same space. */
import type { Tensor } from "@geodrift/compile";
import type { Parameters } from "./parameters.js";
import type { TextTower } from "./text-transformer.js";
import { lookUp, readBlocks, transformersClip } from "./transformer-layouts.js";

/**
 * The text tower of a CLIP (Radford et al. 2021) in the layout of transformers.
 * @param tensors of its safetensors
 * @param heads width / 64 unless given
 * @throws GeodriftError `model` if a tensor is missing
 */
export function readTextTower(tensors: Parameters, heads?: number): TextTower {
  const get = lookUp(tensors);
  const table = get("text_model.embeddings.token_embedding.weight");
  const { config, params } = readBlocks(transformersClip("text_model"), tensors, "quick-gelu", heads);
  const positions = get("text_model.embeddings.position_embedding.weight");
  const projection = get("text_projection.weight");
  return {
    config: { ...config, context: positions.dims[0], projection: projection.dims[0] },
    params: {
      ...params,
      positions,
      "norm.weight": get("text_model.final_layer_norm.weight"),
      "norm.bias": get("text_model.final_layer_norm.bias"),
      "projection.weight": projection,
    },
    table,
  };
}

/** What leads from a CLIP's class token into the space shared with texts: the last normalisation and a matrix. */
export interface ImageProjection {
  /** Gain of the last layer normalisation, [width]. */
  weight: Tensor;
  /** Shift of the last layer normalisation, [width]. */
  bias: Tensor;
  /** Linear map into the common space, [projection, width]. */
  matrix: Tensor;
  /** Factor of cosines in front of the softmax: 1 / temperature. */
  logitScale: number;
}

/**
 * The image projection of a CLIP in the layout of transformers.
 * @param tensors of its safetensors
 * @throws GeodriftError `model` if a tensor is missing
 */
export function readImageProjection(tensors: Parameters): ImageProjection {
  const get = lookUp(tensors);
  return {
    weight: get("vision_model.post_layernorm.weight"),
    bias: get("vision_model.post_layernorm.bias"),
    matrix: get("visual_projection.weight"),
    logitScale: Math.exp((get("logit_scale").data as Float32Array)[0]),
  };
}
