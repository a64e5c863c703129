/** Weights from files, checked before anything is computed with them. */

import type { Hash } from "node:crypto";
import type { Parameters } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core";
import { loadTensors } from "./tensor-file.js";

/**
 * @param shapes what the config wants
 * @throws Error in one sentence for a missing, truncated or non-numeric part, or a shape that is not wanted
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
