/** Vision transformers of published sizes with random weights: pictures a second. FLOP are those of the matrix products. */
import { compile, quantizeOnnx, tensor } from "@geodrift/compile";
import { Generator, uniformInit, visionShapes, visionTransformer } from "@geodrift/core";
import { packedOnnx } from "geodrift/models";
import { decodeSquare } from "geodrift/pictures";
import sharp from "sharp";
import { measured, minMs, runtime } from "./measure.js";

const sizes = {
  "ViT-L/14": { width: 1024, depth: 24, heads: 16, hidden: 4096 },
  "ViT-S/14": { width: 384, depth: 12, heads: 6, hidden: 1536 },
};

const configOf = (name, size) => ({
  ...sizes[name],
  activation: "gelu",
  eps: 1e-6,
  size,
  patch: 14,
  prefix: 5,
  preNorm: false,
  postNorm: true,
});

/** FLOP of one picture: 4·2·w² of attention's layers and 2·2·w·h of the perceptron per token, 4·t·w per token of attention. */
function flop({ size, patch, prefix, width, depth, hidden }) {
  const grid = (size / patch) ** 2;
  const tokens = grid + prefix;
  const block = tokens * (8 * width ** 2 + 4 * width * hidden + 4 * tokens * width);
  return depth * block + 2 * grid * width * 3 * patch ** 2;
}

async function throughput(name, size, batch) {
  const config = configOf(name, size);
  const random = new Generator(1);
  const params = Object.fromEntries(
    Object.entries(visionShapes(config)).map(([key, shape]) => [key, uniformInit(random, shape, shape.at(-1))]),
  );
  const run = compile((p, x) => visionTransformer(config, p, x), { runtime });
  const pixels = tensor(new Float32Array(batch * 3 * size * size).fill(0.1), [batch, 3, size, size]);
  const line = await measured("encoder", { name, size, batch }, batch * flop(config), () => run(params, pixels), 5);
  await run.dispose();
  return { ...line, picturesPerSecond: Number(((1000 * batch) / line.ms).toFixed(2)) };
}

/** The same picture with matrices in eight bits, and how far the embedding is from that of single precision. */
async function quantized(name, size) {
  const config = configOf(name, size);
  const random = new Generator(1);
  const params = Object.fromEntries(
    Object.entries(visionShapes(config)).map(([key, shape]) => [key, uniformInit(random, shape, shape.at(-1) / 3)]),
  );
  const file = packedOnnx((p, x) => visionTransformer(config, p, x), params, { pixels: [1, 3, size, size] }, "out");
  const pixels = tensor(
    Float32Array.from({ length: 3 * size * size }, () => random.normal()),
    [1, 3, size, size],
  );
  const options = { graphOptimizationLevel: "disabled", logSeverityLevel: 3 };
  const sessions = await Promise.all(
    [file, quantizeOnnx(file)].map((f) => runtime.InferenceSession.create(f, options)),
  );
  const runs = sessions.map((s) => async () => (await s.run({ pixels })).out.data);
  const [single, int8] = [await minMs(runs[0], 5), await minMs(runs[1], 5)];
  const [a, b] = [await runs[0](), await runs[1]()];
  const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  for (const s of sessions) await s.release();
  return {
    bench: "encoder",
    name,
    size,
    precision: "int8",
    ms: Number(int8.toFixed(1)),
    picturesPerSecond: Number((1000 / int8).toFixed(2)),
    timesSingle: Number((single / int8).toFixed(2)),
    cosine: Number((dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toFixed(5)),
  };
}

/** A photograph of 12 megapixels to a square of 336: as Pillow makes it, and as libvips does. */
async function preparation() {
  const noise = { type: "gaussian", mean: 128, sigma: 40 };
  const create = { width: 4000, height: 3000, channels: 3, background: "#888", noise };
  const photograph = await sharp({ create }).blur(3).jpeg({ quality: 90 }).toBuffer();
  const ms = async (square) =>
    Number((await minMs(() => decodeSquare(photograph, { size: 336, square }), 5)).toFixed(0));
  return {
    bench: "preparation",
    megapixels: 12,
    size: 336,
    pillowMs: await ms("crop-resize"),
    libvipsMs: await ms("cover"),
  };
}

export const benches = {
  preparation: async function* () {
    yield await preparation();
  },
  encoder: async function* () {
    yield await throughput("ViT-L/14", 336, 1);
    yield await throughput("ViT-L/14", 336, 4);
    yield await throughput("ViT-S/14", 224, 8);
    yield await quantized("ViT-L/14", 336);
    yield await quantized("ViT-S/14", 224);
  },
};
