import { asTheyAre, type Colours } from "./preparation.js";

/**
 * Interleaved bytes [pixels, channels] to planes of numbers [3, pixels], standardised by the colours: (byte / 255 − mean)
 * / std.
 * @param out receives 3 × `pixels` numbers from `offset` on
 * @param offset in numbers
 * @param channels bytes per pixel, 3 or 4; those after the third are passed over
 * @param pixels of the picture: width × height
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
