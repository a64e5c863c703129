/**
 * The networks against slow loops in double precision, written from the papers' equations and the released layouts of
 * weights, and sharing no line with what they check.
 */
import { compile, type Tensor, tensor } from "@geodrift/compile";
import type { numpy as np } from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { readImageProjection, readTextTower } from "./clip-layout.js";
import type { Parameters, Traced } from "./parameters.js";
import { textInputs, textShapes, textTransformer } from "./text-transformer.js";
import { readVisionTransformer } from "./transformer-layouts.js";
import { visionShapes, visionTransformer } from "./vision-transformer.js";

type Row = number[];

/** The matrix–vector products, norms and attention of the reference, on weights looked up by their published names. */
function slow(weights: Parameters) {
  const numbers = (name: string): Row => Array.from(weights[name].data as Float32Array);
  const dense = (name: string, x: Row): Row => {
    const [out, into] = weights[`${name}.weight`].dims;
    const w = numbers(`${name}.weight`);
    const b = weights[`${name}.bias`] ? numbers(`${name}.bias`) : new Array(out).fill(0);
    return b.map((start: number, i) => x.reduce((sum, v, j) => sum + w[i * into + j] * v, start));
  };
  const norm = (name: string, x: Row, eps: number): Row => {
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const [w, b] = [numbers(`${name}.weight`), numbers(`${name}.bias`)];
    return x.map((v, i) => ((v - mean) / Math.sqrt(variance + eps)) * w[i] + b[i]);
  };
  /** Attention of every token on those that it may see. */
  const attend = (q: Row[], k: Row[], v: Row[], heads: number, causal: boolean): Row[] =>
    q.map((query, t) => {
      const channels = query.length / heads;
      const out: Row = new Array(query.length).fill(0);
      for (let h = 0; h < heads; h++) {
        const own = (x: Row) => x.slice(h * channels, (h + 1) * channels);
        const seen = causal ? k.slice(0, t + 1) : k;
        const scores = seen.map((key) =>
          Math.exp(own(query).reduce((s, x, i) => s + x * own(key)[i], 0) / Math.sqrt(channels)),
        );
        const total = scores.reduce((a, b) => a + b);
        scores.forEach((s, j) => {
          own(v[j]).forEach((x, i) => {
            out[h * channels + i] += (s / total) * x;
          });
        });
      }
      return out;
    });
  /** What a convolution with stride `patch` sees at one place. */
  const patchAt = (name: string, pixels: Float32Array, size: number, patch: number, y: number, x: number): Row => {
    const w = numbers(`${name}.weight`);
    const [out] = weights[`${name}.weight`].dims;
    const b = weights[`${name}.bias`] ? numbers(`${name}.bias`) : new Array(out).fill(0);
    return b.map((start: number, o) => {
      let sum = start;
      for (let c = 0; c < 3; c++)
        for (let i = 0; i < patch; i++)
          for (let j = 0; j < patch; j++)
            sum += w[((o * 3 + c) * patch + i) * patch + j] * pixels[(c * size + y * patch + i) * size + x * patch + j];
      return sum;
    });
  };
  return { numbers, dense, norm, attend, patchAt };
}

const plus = (a: Row, b: Row): Row => a.map((x, i) => x + b[i]);
const times = (a: Row, b: Row): Row => a.map((x, i) => x * b[i]);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const quickGelu = (x: number): number => x * sigmoid(1.702 * x);
/** x Φ(x), the error function by its Maclaurin series. */
function exactGelu(x: number): number {
  const z = x / Math.SQRT2;
  let [term, erf] = [z, z];
  for (let n = 1; n < 60; n++) {
    term *= (-z * z) / n;
    erf += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * erf);
}

/** DINOv2 by its own names. */
function dinoReference(weights: Parameters, pixels: Float32Array, size: number, patch: number, heads: number): Row {
  const { numbers, dense, norm, attend, patchAt } = slow(weights);
  const width = weights.cls_token.size;
  const positions = numbers("pos_embed");
  const position = (i: number) => positions.slice(i * width, (i + 1) * width);
  const grid = size / patch;
  let x: Row[] = [plus(numbers("cls_token"), position(0))];
  const registers = weights.register_tokens ? numbers("register_tokens") : [];
  for (let r = 0; r < registers.length; r += width) x.push(registers.slice(r, r + width));
  for (let i = 0; i < grid; i++)
    for (let j = 0; j < grid; j++)
      x.push(plus(patchAt("patch_embed.proj", pixels, size, patch, i, j), position(1 + i * grid + j)));
  for (let b = 0; weights[`blocks.${b}.norm1.weight`]; b++) {
    const name = `blocks.${b}`;
    const qkv = x.map((t) => dense(`${name}.attn.qkv`, norm(`${name}.norm1`, t, 1e-6)));
    const part = (k: number) => qkv.map((t) => t.slice(k * width, (k + 1) * width));
    const mixed = attend(part(0), part(1), part(2), heads, false);
    x = x.map((t, i) => plus(t, times(numbers(`${name}.ls1.gamma`), dense(`${name}.attn.proj`, mixed[i]))));
    x = x.map((t) => {
      const h = norm(`${name}.norm2`, t, 1e-6);
      let inner: Row;
      if (weights[`${name}.mlp.w12.weight`]) {
        const both = dense(`${name}.mlp.w12`, h);
        const half = both.length / 2;
        inner = dense(
          `${name}.mlp.w3`,
          both.slice(0, half).map((g, i) => g * sigmoid(g) * both[half + i]),
        );
      } else inner = dense(`${name}.mlp.fc2`, dense(`${name}.mlp.fc1`, h).map(exactGelu));
      return plus(t, times(numbers(`${name}.ls2.gamma`), inner));
    });
  }
  return norm("norm", x[0], 1e-6);
}

function clipBlocks(weights: Parameters, tower: string, from: Row[], heads: number, causal: boolean): Row[] {
  const { dense, norm, attend } = slow(weights);
  let x = from;
  for (let b = 0; weights[`${tower}.encoder.layers.${b}.layer_norm1.weight`]; b++) {
    const name = `${tower}.encoder.layers.${b}`;
    const h = x.map((t) => norm(`${name}.layer_norm1`, t, 1e-5));
    const project = (k: string) => h.map((t) => dense(`${name}.self_attn.${k}_proj`, t));
    const mixed = attend(project("q"), project("k"), project("v"), heads, causal);
    x = x.map((t, i) => plus(t, dense(`${name}.self_attn.out_proj`, mixed[i])));
    x = x.map((t) =>
      plus(t, dense(`${name}.mlp.fc2`, dense(`${name}.mlp.fc1`, norm(`${name}.layer_norm2`, t, 1e-5)).map(quickGelu))),
    );
  }
  return x;
}

function clipImageReference(weights: Parameters, pixels: Float32Array, size: number, patch: number, heads: number) {
  const { numbers, norm, patchAt } = slow(weights);
  const name = "vision_model.embeddings";
  const width = weights[`${name}.class_embedding`].size;
  const positions = numbers(`${name}.position_embedding.weight`);
  const grid = size / patch;
  const tokens = [numbers(`${name}.class_embedding`)];
  for (let i = 0; i < grid; i++)
    for (let j = 0; j < grid; j++) tokens.push(patchAt(`${name}.patch_embedding`, pixels, size, patch, i, j));
  const x = tokens.map((t, i) =>
    norm("vision_model.pre_layrnorm", plus(t, positions.slice(i * width, (i + 1) * width)), 1e-5),
  );
  return clipBlocks(weights, "vision_model", x, heads, false)[0];
}

function clipTextReference(weights: Parameters, ids: readonly number[], heads: number): Row {
  const { numbers, dense, norm } = slow(weights);
  const name = "text_model.embeddings";
  const [, width] = weights[`${name}.token_embedding.weight`].dims;
  const [table, positions] = [numbers(`${name}.token_embedding.weight`), numbers(`${name}.position_embedding.weight`)];
  const row = (m: Row, i: number) => m.slice(i * width, (i + 1) * width);
  const x = ids.map((id, i) => plus(row(table, id), row(positions, i)));
  const last = clipBlocks(weights, "text_model", x, heads, true)[ids.length - 1];
  return dense("text_projection", norm("text_model.final_layer_norm", last, 1e-5));
}

const random = new Generator(11);
/** Weights of the given shapes, far enough from their usual start that every part matters. */
function weightsOf(shapes: Record<string, number[]>): Parameters {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const fanIn = shape.length > 1 ? size / shape[0] : 4;
      const offset = /norm.*weight|gamma|lambda/.test(name) ? 1 : 0;
      return [
        name,
        tensor(
          Float32Array.from({ length: size }, () => offset + random.normal() / Math.sqrt(fanIn)),
          shape,
        ),
      ];
    }),
  );
}

const dense = (name: string, out: number, into: number) => ({
  [`${name}.weight`]: [out, into],
  [`${name}.bias`]: [out],
});
const norm = (name: string, width: number) => ({ [`${name}.weight`]: [width], [`${name}.bias`]: [width] });

interface Small {
  width: number;
  depth: number;
  hidden: number;
  patch: number;
  grid: number;
}

function dinoShapes({ width, depth, hidden, patch, grid }: Small, registers: number, gated: boolean) {
  const shapes: Record<string, number[]> = {
    cls_token: [1, 1, width],
    mask_token: [1, width],
    pos_embed: [1, 1 + grid * grid, width],
    ...(registers > 0 && { register_tokens: [1, registers, width] }),
    "patch_embed.proj.weight": [width, 3, patch, patch],
    "patch_embed.proj.bias": [width],
    ...norm("norm", width),
  };
  for (let i = 0; i < depth; i++)
    Object.assign(shapes, {
      ...norm(`blocks.${i}.norm1`, width),
      ...norm(`blocks.${i}.norm2`, width),
      ...dense(`blocks.${i}.attn.qkv`, 3 * width, width),
      ...dense(`blocks.${i}.attn.proj`, width, width),
      [`blocks.${i}.ls1.gamma`]: [width],
      [`blocks.${i}.ls2.gamma`]: [width],
      ...(gated
        ? { ...dense(`blocks.${i}.mlp.w12`, 2 * hidden, width), ...dense(`blocks.${i}.mlp.w3`, width, hidden) }
        : { ...dense(`blocks.${i}.mlp.fc1`, hidden, width), ...dense(`blocks.${i}.mlp.fc2`, width, hidden) }),
    });
  return shapes;
}

function clipTower(tower: string, width: number, depth: number, hidden: number) {
  const shapes: Record<string, number[]> = {};
  for (let i = 0; i < depth; i++) {
    const name = `${tower}.encoder.layers.${i}`;
    Object.assign(shapes, {
      ...norm(`${name}.layer_norm1`, width),
      ...norm(`${name}.layer_norm2`, width),
      ...dense(`${name}.mlp.fc1`, hidden, width),
      ...dense(`${name}.mlp.fc2`, width, hidden),
    });
    for (const k of ["q", "k", "v", "out"]) Object.assign(shapes, dense(`${name}.self_attn.${k}_proj`, width, width));
  }
  return shapes;
}

const clipShapes = ({ width, depth, hidden, patch, grid }: Small) => ({
  "vision_model.embeddings.class_embedding": [width],
  "vision_model.embeddings.patch_embedding.weight": [width, 3, patch, patch],
  "vision_model.embeddings.position_embedding.weight": [1 + grid * grid, width],
  ...norm("vision_model.pre_layrnorm", width),
  ...clipTower("vision_model", width, depth, hidden),
  ...norm("vision_model.post_layernorm", width),
  "visual_projection.weight": [20, width],
  logit_scale: [],
  "text_model.embeddings.token_embedding.weight": [30, width],
  "text_model.embeddings.position_embedding.weight": [9, width],
  ...clipTower("text_model", width, depth, hidden),
  ...norm("text_model.final_layer_norm", width),
  "text_projection.weight": [20, width],
});

/** The same weights as transformers stores them. */
function asTransformers(own: Parameters): Parameters {
  const out: Parameters = {};
  const rename: [RegExp, string][] = [
    [/^cls_token/, "embeddings.cls_token"],
    [/^mask_token/, "embeddings.mask_token"],
    [/^pos_embed/, "embeddings.position_embeddings"],
    [/^register_tokens/, "embeddings.register_tokens"],
    [/^patch_embed\.proj/, "embeddings.patch_embeddings.projection"],
    [/^norm\./, "layernorm."],
    [/^blocks/, "encoder.layer"],
    [/attn\.proj/, "attention.output.dense"],
    [/ls(\d)\.gamma/, "layer_scale$1.lambda1"],
    [/mlp\.w12/, "mlp.weights_in"],
    [/mlp\.w3/, "mlp.weights_out"],
  ];
  for (const [name, t] of Object.entries(own)) {
    const to = rename.reduce((s, [from, by]) => s.replace(from, by), name);
    if (!to.includes("attn.qkv")) {
      out[to] = t;
      continue;
    }
    const third = t.size / 3;
    ["query", "key", "value"].forEach((part, k) => {
      const piece = (t.data as Float32Array).slice(k * third, (k + 1) * third);
      out[to.replace("attn.qkv", `attention.attention.${part}`)] = tensor(piece, [t.dims[0] / 3, ...t.dims.slice(1)]);
    });
  }
  return out;
}

const pictures = (n: number, size: number) => Float32Array.from({ length: n * 3 * size * size }, () => random.normal());

async function embed(weights: Parameters, pixels: Float32Array, size: number, heads: number): Promise<Tensor> {
  const { config, params } = readVisionTransformer(weights, { size, heads });
  for (const [name, shape] of Object.entries(visionShapes(config))) expect(params[name].dims, name).toEqual(shape);
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => visionTransformer(config, p, x), {
    runtime: ort,
  });
  const out = await run(params, tensor(pixels, [pixels.length / (3 * size * size), 3, size, size]));
  await run.dispose();
  return out;
}

function expectNear(got: ArrayLike<number>, expected: Row): void {
  const scale = Math.sqrt(expected.reduce((s, x) => s + x * x, 0) / expected.length);
  expected.forEach((x, i) => {
    expect(Math.abs(got[i] - x) / scale, `entry ${i}`).toBeLessThan(1e-5);
  });
}

const small: Small = { width: 24, depth: 3, hidden: 40, patch: 3, grid: 4 };
const [size, heads] = [12, 3];

describe("vision transformers", () => {
  it.each([
    ["DINOv2", 0, false],
    ["DINOv2 with registers", 4, false],
    ["DINOv2 with a gated perceptron", 0, true],
    ["DINOv2 with both", 4, true],
  ])("%s, of both layouts, is what the equations give", async (_, registers, gated) => {
    const weights = weightsOf(dinoShapes(small, registers, gated));
    const pixels = pictures(2, size);
    const area = 3 * size * size;
    const out = await embed(weights, pixels, size, heads);
    expect(out.dims).toEqual([2, 24]);
    for (const i of [0, 1])
      expectNear(
        (out.data as Float32Array).subarray(24 * i),
        dinoReference(weights, pixels.subarray(i * area, (i + 1) * area), size, 3, heads),
      );
    const renamed = await embed(asTransformers(weights), pixels, size, heads);
    expect(renamed.data).toEqual(out.data);
  });

  it("CLIP's class token leaves the last block as it is", async () => {
    const weights = weightsOf(clipShapes(small));
    const pixels = pictures(1, size);
    const out = await embed(weights, pixels, size, heads);
    expectNear(out.data as Float32Array, clipImageReference(weights, pixels, size, 3, heads));
  });

  it("a larger picture has interpolated positions, and gives another embedding of the same width", async () => {
    const weights = weightsOf(dinoShapes(small, 4, false));
    const flat = { ...weights, pos_embed: tensor(new Float32Array(17 * 24).fill(0.3), [1, 17, 24]) };
    const larger = { ...weights, pos_embed: tensor(new Float32Array(37 * 24).fill(0.3), [1, 37, 24]) };
    const pixels = pictures(1, 18);
    const out = await embed(flat, pixels, 18, heads);
    expectNear(out.data as Float32Array, dinoReference(larger, pixels, 18, 3, heads));
  });

  it("sizes, heads and kinds are read off the weights", () => {
    const shapes = dinoShapes({ width: 128, depth: 2, hidden: 512, patch: 2, grid: 3 }, 4, false);
    const { config } = readVisionTransformer(weightsOf(shapes), { size: 6 });
    expect(config).toEqual({
      width: 128,
      depth: 2,
      heads: 2,
      hidden: 512,
      activation: "gelu",
      eps: 1e-6,
      size: 6,
      patch: 2,
      prefix: 5,
      preNorm: false,
      postNorm: true,
    });
  });

  it("says what is missing or does not fit", () => {
    const weights = weightsOf(dinoShapes(small, 0, false));
    const { "blocks.1.attn.proj.bias": _, ...incomplete } = weights;
    expect(() => readVisionTransformer(incomplete, { size })).toThrow(
      'the tensor "blocks.1.attn.proj.bias" is missing',
    );
    expect(() => readVisionTransformer(weights, { size: 13 })).toThrow(/patches of 3 pixels, which 13/);
    expect(() => readVisionTransformer({}, { size })).toThrow(/no vision transformer of a known layout/);
  });
});

describe("CLIP's text tower", () => {
  it("is what the equations give, for texts of several lengths at once", async () => {
    const weights = weightsOf(clipShapes(small));
    const { config, params, table } = readTextTower(weights, heads);
    for (const [name, shape] of Object.entries(textShapes(config))) expect(params[name].dims, name).toEqual(shape);
    const run = compile<[Parameters, Tensor, Tensor], Tensor>(
      (p: Traced, tokens: np.Array, last: np.Array) => textTransformer(config, p, tokens, last),
      { runtime: ort },
    );
    const texts = [
      [28, 3, 7, 29],
      [28, 29],
      [28, 1, 2, 3, 4, 5, 6, 7, 29],
    ];
    const out = await run(params, ...textInputs(table, texts));
    await run.dispose();
    texts.forEach((ids, i) => {
      expectNear((out.data as Float32Array).subarray(20 * i), clipTextReference(weights, ids, heads));
    });
  });

  it("shares its space with pictures by a normalisation and a matrix", () => {
    const { matrix, logitScale } = readImageProjection({
      ...weightsOf(clipShapes(small)),
      logit_scale: tensor([Math.log(100)], []),
    });
    expect(matrix.dims).toEqual([20, 24]);
    expect(logitScale).toBeCloseTo(100, 3);
  });
});
