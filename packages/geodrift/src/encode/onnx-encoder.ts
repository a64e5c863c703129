/** Any ONNX network that takes pictures, as an encoder: its last result, or one from inside of it. */

import { type Runtime, summarizeOnnx, type Tensor, tensor, withOutput } from "@geodrift/compile";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import type { Picture } from "../pictures/picture.js";
import type { Colours, Preparation } from "../pictures/preparation.js";
import { encodeInBatches } from "./batches.js";
import type { Encoder } from "./encoder.js";

/** How pictures reach an ONNX network, and which of its results is the embedding. */
export interface OnnxEncoderOptions {
  preparation: Preparation;
  colours: Colours;
  /** The node, or the result, that embeddings are taken from; the network's own output if left out. */
  output?: string;
}

const maxAtOnce = 16;

/**
 * Opens an ONNX network as an encoder; the width of its embeddings is found by one run on a black picture.
 * @param file the bytes of the ONNX file
 * @param sha256 of the settings and the file, hexadecimal
 * @throws GeodriftError `model` if the file is no network of one input [n, 3, height, width], has no such result, or does
 * not take pictures of that size
 */
export async function onnxEncoder(
  file: Uint8Array,
  { preparation, colours, output }: OnnxEncoderOptions,
  sha256: string,
  runtime: Runtime,
): Promise<Encoder> {
  const damaged = asMendable("model", (said) => said);
  const { inputs, outputs } = attempt(() => summarizeOnnx(file), damaged);
  if (inputs.length !== 1 || inputs[0].dims.length !== 4)
    throw new GeodriftError(
      "model",
      `an encoder takes one batch of pictures [n, 3, height, width], this takes ${inputs.map((i) => `${i.name} [${i.dims}]`).join(" and ")}`,
    );
  const cut =
    output === undefined ? { bytes: file, output: outputs[0].name } : attempt(() => withOutput(file, output), damaged);
  const session = await runtime.InferenceSession.create(new Uint8Array(cut.bytes)).catch(damaged);
  const { name, dims } = inputs[0];
  const { size } = preparation;
  // Some are exported for a fixed number of pictures: what is missing is made up.
  const fixed = typeof dims[0] === "number" && dims[0] > 0 ? dims[0] : undefined;
  const run = async (planes: Tensor): Promise<Float32Array> => {
    const n = planes.dims[0];
    const result = (await session.run({ [name]: fixed === undefined ? planes : padded(planes, fixed) }))[cut.output];
    if (result.type !== "float32")
      throw new GeodriftError(
        "model",
        `embeddings are numbers of type float32, "${cut.output}" has type ${result.type}`,
      );
    const all = result.data as Float32Array;
    return all.subarray(0, (all.length / (fixed ?? n)) * n);
  };
  const probe = tensor(new Float32Array(3 * size * size), [1, 3, size, size]);
  const { length: width } = await run(probe).catch(
    asMendable("model", (said) => `the network does not take pictures of ${size} pixels: ${said}`),
  );
  const most = fixed ?? maxAtOnce;
  const encode = (pictures: readonly Picture[]) => encodeInBatches(pictures, { size, width, most, colours }, run);
  return {
    preparation,
    width,
    sha256,
    encode,
    assess: async (pictures) => ({ embeddings: await encode(pictures) }),
    dispose: () => session.release(),
  };
}

/** So many pictures, black ones behind those that are there. */
function padded(planes: Tensor, n: number): Tensor {
  const [own, ...rest] = planes.dims;
  if (own === n) return planes;
  const all = new Float32Array((planes.size / own) * n);
  all.set(planes.data as Float32Array);
  return tensor(all, [n, ...rest]);
}

function attempt<T>(work: () => T, failed: (e: unknown) => never): T {
  try {
    return work();
  } catch (e) {
    return failed(e);
  }
}
