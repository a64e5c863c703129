import { asTheyAre, type Colours } from "./preparation.js";

/**
 * Interleaved bytes to planes of numbers, standardised if the colours say how: [pixels, channels] to [3, pixels] at
 * `offset` of `out`.
 */
export function planesInto(
  out: Float32Array,
  offset: number,
  bytes: Uint8Array,
  channels: number,
  pixels: number,
  { mean, std }: Colours = asTheyAre,
): void {
  for (let c = 0; c < 3; c++) {
    const plane = offset + c * pixels;
    // The same 256 numbers over and over.
    const table = Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean[c]) / std[c]);
    for (let i = 0; i < pixels; i++) out[plane + i] = table[bytes[i * channels + c]];
  }
}
