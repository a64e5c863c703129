/** Weights from files, checked before anything is computed with them. */

import type { Hash } from "node:crypto";
import type { Parameters } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { loadTensors } from "./tensor-file.js";

/**
 * Reads the tensors of a safetensors file, and checks that all are finite and have the shapes that the config wants.
 * @param hash is fed the header and the bytes of the tensors
 * @param shapes what the config wants: shapes by name, given the tensors that were read
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `model` for a weight that is not finite, or a tensor
 * that is missing or of another shape
 */
export async function readWeights(
  file: string,
  hash: Pick<Hash, "update">,
  shapes: (tensors: Parameters) => Record<string, number[]>,
): Promise<Parameters> {
  const { tensors } = await loadTensors(file, { hash });
  for (const [name, t] of Object.entries(tensors)) {
    const data = t.data as Float32Array;
    for (let i = 0; i < data.length; i++)
      if (!Number.isFinite(data[i]))
        throw new GeodriftError("model", `${file}: weight ${i} of "${name}" is ${data[i]}, not a finite number`);
  }
  for (const [name, shape] of Object.entries(shapes(tensors))) {
    if (!tensors[name]) throw new GeodriftError("model", `${file}: the tensor "${name}" is missing`);
    if (tensors[name].dims.join() !== shape.join())
      throw new GeodriftError(
        "model",
        `${file}: "${name}" should be [${shape}] by the config, got [${tensors[name].dims}]`,
      );
  }
  return tensors;
}
