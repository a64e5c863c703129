import { tensor } from "@geodrift/compile";
import { GeodriftError } from "@geodrift/core/errors";
import type { Picture } from "../pictures/picture.js";
import { planesInto } from "../pictures/planes.js";
import type { Colours } from "../pictures/preparation.js";

/**
 * Runs pictures through a network a few at a time, because activations of hundreds would not fit into memory.
 * @param pictures squares of `size` × `size` pixels
 * @param options `size` in pixels; `most` pictures in one run; the `colours` that pixels are standardised by; `width` of
 * the embeddings
 * @param run planes [n, 3, size, size] to embeddings [n, width]
 * @returns embeddings [pictures, width], row by row
 * @throws GeodriftError `picture` for a picture that is no square of the encoder's size, `model` for an embedding that is
 * not finite
 */
export async function encodeInBatches(
  pictures: readonly Picture[],
  { size, most, colours, width }: { size: number; most: number; colours: Colours; width: number },
  run: (planes: ReturnType<typeof tensor>) => Promise<Float32Array>,
): Promise<Float32Array> {
  const misfit = pictures.find((picture) => picture.width !== size || picture.height !== size);
  if (misfit)
    throw new GeodriftError(
      "picture",
      `picture: the encoder takes ${size} × ${size} pixels, got ${misfit.width} × ${misfit.height}`,
    );
  const all = new Float32Array(pictures.length * width);
  const area = size * size;
  for (let from = 0; from < pictures.length; from += most) {
    const batch = pictures.slice(from, from + most);
    const planes = new Float32Array(batch.length * 3 * area);
    batch.forEach((picture, i) => {
      planesInto(planes, i * 3 * area, picture.data, 3, area, colours);
    });
    all.set(await run(tensor(planes, [batch.length, 3, size, size])), from * width);
  }
  const odd = all.findIndex((x) => !Number.isFinite(x));
  if (odd >= 0)
    throw new GeodriftError(
      "model",
      `the encoder gives ${all[odd]}, which is not a finite number: its weights may be damaged`,
    );
  return all;
}
