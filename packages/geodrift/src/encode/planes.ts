/**
 * Interleaved bytes to planes of numbers in 0…1: [pixels, channels] to [3, pixels] at `offset` of `out`.
 */
export function planesInto(
  out: Float32Array,
  offset: number,
  bytes: Uint8Array,
  channels: number,
  pixels: number,
): void {
  for (let c = 0; c < 3; c++) {
    const plane = offset + c * pixels;
    for (let i = 0; i < pixels; i++) out[plane + i] = bytes[i * channels + c] / 255;
  }
}
