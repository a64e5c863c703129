/** Many pictures that a model draws, kept in a file: what has been drawn is not drawn again. */
import { existsSync } from "node:fs";
import { tensor } from "@geodrift/compile";
import type { ImageModel, SamplingRequest } from "@geodrift/core";
import { fillBank, type PhotoBank } from "../landmarks/photo-bank.js";
import { loadTensors, saveTensors } from "../models/tensor-file.js";
import { pictureOfPlanes } from "./draw.js";

/** Pictures between which they are kept. */
const keptEvery = 64;

/** How a bank is drawn. */
export interface DrawnBankOptions {
  /** Where it is kept. */
  file: string;
  /** Everything that the pictures depend on: those of a file that says otherwise are drawn anew. */
  made: string;
  /** Opens what draws them, if any are left to be drawn; whoever opened it disposes of it. */
  model(): Promise<Pick<ImageModel, "draw">>;
  /** What picture `k` is drawn with, in the largest size of the bank. */
  request(k: number): SamplingRequest;
  /** Hears of every picture that is there, with how many there will be. */
  onPicture?(drawn: number, all: number): void;
  signal?: AbortSignal;
}

/** Does a file hold pictures that were made so? @throws GeodriftError `file` if it cannot be read */
export const isBankOf = async (file: string, made: string): Promise<boolean> =>
  (await loadTensors(file)).metadata.made === made;

/**
 * Draws the pictures of a bank.
 * @param bank of the right sizes; its pixels are written
 * @throws GeodriftError `disk`, and what the model throws
 * @throws the signal's reason when it is aborted; what was kept is kept
 */
export async function drawBank(
  bank: PhotoBank,
  { file, made, model, request, onPicture, signal }: DrawnBankOptions,
): Promise<void> {
  const sizes = Object.keys(bank.pixels).map(Number);
  const { n } = bank;
  const save = (drawn: number) =>
    saveTensors(file, {
      tensors: Object.fromEntries(
        sizes.map((size) => [`pixels.${size}`, tensor(Float32Array.from(bank.pixels[size]), [n, 3, size, size])]),
      ),
      metadata: { made, drawn: String(drawn) },
    });
  let drawn = 0;
  if (existsSync(file)) {
    const kept = await loadTensors(file);
    // Before there was a count, all of them were there.
    const count = Number(kept.metadata.drawn ?? n);
    if (kept.metadata.made === made && count >= 0 && count <= n) {
      for (const size of sizes)
        bank.pixels[size] = Uint8Array.from(kept.tensors[`pixels.${size}`].data as Float32Array);
      drawn = count;
    }
  }
  if (drawn === n) return;
  const size = Math.max(...sizes);
  const { draw } = await model();
  for (; drawn < n; ) {
    let planes: Float32Array | undefined;
    for await (const { picture } of draw({ ...request(drawn), size, signal })) planes = picture;
    fillBank(bank, drawn, pictureOfPlanes(planes as Float32Array, size));
    drawn++;
    onPicture?.(drawn, n);
    if (drawn % keptEvery === 0 || drawn === n) await save(drawn);
  }
}
