/** Encoders whose networks are ours: the one of views from above, and vision transformers of published weights. */
import { compile, quantizeOnnx, type Runtime, type Tensor } from "@geodrift/compile";
import {
  convolutional,
  domainLogOdds,
  type Parameters,
  placeHead,
  placeWidth,
  type Traced,
  type VisionConfig,
  visionTransformer,
  withCellFeatures,
  withMoments,
} from "@geodrift/core";
import { numpy as np } from "@jax-js/jax";
import type { Picture } from "../pictures/picture.js";
import { asTheyAre, type Colours, colours, type Preparation } from "../pictures/preparation.js";
import { encodeInBatches } from "./batches.js";
import type { DomainConfig, PlaceEncoderConfig, TransformerEncoderConfig } from "./config.js";
import type { Assessed, Encoder } from "./encoder.js";
import { packedOnnx } from "./packed-onnx.js";

/** A network with its weights, before it is compiled. */
export interface EncoderNetwork {
  preparation: Preparation;
  colours: Colours;
  /** Width of the embeddings: numbers per picture. */
  width: number;
  params: Parameters;
  /** Planes of pixels [n, 3, size, size], standardised by the colours, to embeddings [n, width]. */
  embed(p: Traced, planes: np.Array): np.Array;
  /** What pictures it is for, where it can tell them from others. */
  domain?: DomainConfig & {
    /** The same, with a column more, [n, width + 1]: the log-odds. */
    assess(p: Traced, planes: np.Array): np.Array;
  };
  /** Most pictures at once: activations take memory. */
  most: number;
  /** Precision of the weight matrices; single precision if left out. */
  precision?: "int8";
}

/** Planes of pixels [n, 3, size, size], 0…1, to embeddings [n, width]. */
export const encodePlanes = (
  { trunk, places }: Pick<PlaceEncoderConfig, "trunk" | "places">,
  p: Traced,
  pixels: np.Array,
): np.Array => placeHead(places, p, convolutional(trunk, p, pixels));

/** The same, with the log-odds that they are of the encoder's kind behind them: to [n, width + 1]. */
function assessPlanes(config: PlaceEncoderConfig, p: Traced, pixels: np.Array): np.Array {
  const { embedding, moments } = withMoments(config.trunk, p, pixels);
  return np.concatenate([placeHead(config.places, p, embedding), domainLogOdds(p, moments)], 1);
}

/**
 * A convolutional trunk and the place head, for views from above.
 * @param stored the tensors of `encoder.safetensors`, and those of `domain.safetensors` where the config has a domain
 */
export const placeNetwork = (config: PlaceEncoderConfig, stored: Parameters): EncoderNetwork => ({
  preparation: { size: config.trunk.size, square: "cover" },
  colours: asTheyAre,
  width: placeWidth(config.places),
  params: withCellFeatures(stored),
  embed: (p, planes) => encodePlanes(config, p, planes),
  ...(config.domain && { domain: { ...config.domain, assess: (p, planes) => assessPlanes(config, p, planes) } }),
  most: 256,
});

/**
 * A vision transformer with its weights and the way its pictures are prepared.
 * @param read sizes and weights, as `readVisionTransformer` gives them
 * @param settings preparation, colours (by name, or means and deviations) and precision
 */
export const transformerNetwork = (
  { config, params }: { config: VisionConfig; params: Parameters },
  { colours: own, ...rest }: Pick<TransformerEncoderConfig, "preparation" | "colours" | "precision">,
): EncoderNetwork => ({
  ...rest,
  colours: typeof own === "string" ? colours[own] : own,
  width: config.width,
  params,
  embed: (p, planes) => visionTransformer(config, p, planes),
  // Attention of eight pictures of 336 pixels takes some 200 MB in the largest.
  most: 8,
});

/**
 * An encoder that runs a network of ours on ONNX Runtime; matrices in eight bits run one picture at a time.
 * @param sha256 of the config and weights, hexadecimal
 */
export function networkEncoder(network: EncoderNetwork, sha256: string, runtime: Runtime): Encoder {
  const { preparation, width, precision, domain } = network;
  const { run, most, dispose } = precision === "int8" ? quantized(network, runtime) : compiled(network, runtime);
  const columns = width + (domain ? 1 : 0);
  const options = { ...network, size: preparation.size, most, width: columns };
  async function assess(pictures: readonly Picture[]): Promise<Assessed> {
    const rows = await encodeInBatches(pictures, options, run);
    if (!domain) return { embeddings: rows };
    const embeddings = new Float32Array(pictures.length * width);
    const domains = pictures.map((_, i) => {
      const row = rows.subarray(i * columns, (i + 1) * columns);
      embeddings.set(row.subarray(0, width), i * width);
      return { of: domain.of, logOdds: row[width], inside: row[width] >= domain.least };
    });
    return { embeddings, domains };
  }
  return {
    preparation,
    width,
    sha256,
    encode: async (pictures) => (await assess(pictures)).embeddings,
    assess,
    dispose,
  };
}

interface Running {
  run(planes: Tensor): Promise<Float32Array>;
  most: number;
  dispose(): Promise<void>;
}

function compiled({ params, most, embed, domain }: EncoderNetwork, runtime: Runtime): Running {
  const network = domain?.assess ?? embed;
  const run = compile<[Parameters, Tensor], Tensor>((p: Traced, x: np.Array) => network(p, x), { runtime });
  return {
    run: async (planes) => (await run(params, planes)).data as Float32Array,
    most,
    dispose: () => run.dispose(),
  };
}

/** One picture at a time: the weights are part of the graph, and a graph of another size would hold them once more. */
function quantized({ params, embed, preparation }: EncoderNetwork, runtime: Runtime): Running {
  const { size } = preparation;
  let session: ReturnType<Runtime["InferenceSession"]["create"]> | undefined;
  const open = () => {
    const file = packedOnnx((p, x) => embed(p, x), params, { pixels: [1, 3, size, size] }, "embedding");
    return runtime.InferenceSession.create(quantizeOnnx(file), { graphOptimizationLevel: "disabled" });
  };
  return {
    async run(planes) {
      session ??= open();
      return (await (await session).run({ pixels: planes })).embedding.data as Float32Array;
    },
    most: 1,
    dispose: async () => (await session)?.release(),
  };
}
