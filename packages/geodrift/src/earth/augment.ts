/** What differs from one rendering of the Earth to another: exposure, contrast, tint, haze, sea, snow, noise. */
import type { Generator } from "@geodrift/core";

/** How strongly views are recoloured. */
export interface AugmentOptions {
  /** 0 leaves pictures as they are; otherwise each picture gets its own share of this strength, 1 being usual. */
  strength: number;
}

/**
 * Recolours an RGBA view in place, at random: photometric augmentation.
 * @param rgba 8-bit, [size, size, 4]; alpha is the share of land and stays
 * @param size pixels along a side
 */
export function augmentInto(rgba: Uint8Array, size: number, random: Generator, options: AugmentOptions): void {
  if (options.strength === 0) return;
  const strength = options.strength * random.uniform();
  if (random.uniform() < 0.5) paintSea(rgba, size, random);
  if (random.uniform() < 0.1) paintSnow(rgba, size, random);
  const tables = tone(random, strength);
  const deviation = random.uniform() < 0.5 ? 4 * strength * random.uniform() : 0;
  const soften = random.uniform() < 0.3 ? random.uniform(0, 0.6) * strength : 0;
  let state = random.bits() | 1;
  for (let i = 0; i < rgba.length; i += 4) {
    // Pixel noise wants speed, not quality: an xorshift (Marsaglia 2003) seeded by the view, uniform, one per pixel.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const noise = deviation * 1.7 * (state / 2 ** 31);
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.min(255, Math.max(0, tables[c][rgba[i + c]] + noise));
  }
  if (soften > 0) blur(rgba, size, soften);
}

/** One look-up table per channel: gain, gamma and offset, most of it common to the three. */
function tone(random: Generator, strength: number): Float64Array[] {
  const spread = (s: number) => random.uniform(-s, s) * strength;
  // Mostly darker: a brighter ice sheet would be a white square.
  const [gain, gamma, haze] = [random.uniform(-0.4, 0.12) * strength, spread(0.25), random.uniform(0, 0.08) * strength];
  return [0, 1, 2].map(() => {
    const g = Math.exp(gain + spread(0.08));
    const power = Math.exp(gamma + spread(0.08));
    const offset = haze + spread(0.02);
    return Float64Array.from({ length: 256 }, (_, v) => 255 * (g * (v / 255) ** power * (1 - haze) + offset));
  });
}

type Colour = readonly [number, number, number];

/** Renderings disagree most about water: flat and dark, or blue with the relief of the sea floor. */
function paintSea(rgba: Uint8Array, size: number, random: Generator): void {
  const deep: Colour = [random.uniform(0, 15), random.uniform(0, 30), random.uniform(10, 60)];
  const shelf: Colour = [random.uniform(10, 45), random.uniform(40, 90), random.uniform(80, 150)];
  paint(rgba, size, random, deep, shelf, (at) => 1 - rgba[at + 3] / 255);
}

/** Land that is white in every month at hand may be bare in another: its coasts are what stays. */
function paintSnow(rgba: Uint8Array, size: number, random: Generator): void {
  const dark: Colour = [random.uniform(30, 60), random.uniform(35, 70), random.uniform(15, 40)];
  const bright: Colour = [random.uniform(70, 140), random.uniform(70, 130), random.uniform(40, 100)];
  // A trace of the texture stays, for the ice sheets have nothing else.
  const share = (at: number) => Math.min(0.9, Math.max(0, (Math.min(rgba[at], rgba[at + 1], rgba[at + 2]) - 100) / 60));
  paint(rgba, size, random, dark, bright, share);
}

/** Paints over the given share of every pixel with a colour that drifts smoothly between two. */
function paint(
  rgba: Uint8Array,
  size: number,
  random: Generator,
  from: Colour,
  to: Colour,
  share: (at: number) => number,
): void {
  const cells = 2 + random.integer(5);
  const field = Float64Array.from({ length: (cells + 1) ** 2 }, () => random.uniform() ** 1.5);
  const level = random.uniform();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = 4 * (y * size + x);
      const over = share(at);
      if (over === 0) continue;
      const t = level * bilinear(field, cells + 1, (x / size) * cells, (y / size) * cells);
      for (let c = 0; c < 3; c++) rgba[at + c] = (1 - over) * rgba[at + c] + over * (from[c] + t * (to[c] - from[c]));
    }
  }
}

function bilinear(field: Float64Array, width: number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = y0 * width + x0;
  return (
    (field[at] * (1 - fx) + field[at + 1] * fx) * (1 - fy) +
    (field[at + width] * (1 - fx) + field[at + width + 1] * fx) * fy
  );
}

/** Mixes every pixel with the mean of its right and lower neighbours. */
function blur(rgba: Uint8Array, size: number, amount: number): void {
  for (let y = 0; y < size - 1; y++) {
    for (let x = 0; x < size - 1; x++) {
      const at = 4 * (y * size + x);
      for (let c = 0; c < 3; c++) {
        const near = (rgba[at + 4 + c] + rgba[at + 4 * size + c] + rgba[at + 4 * size + 4 + c]) / 3;
        rgba[at + c] += (near - rgba[at + c]) * amount;
      }
    }
  }
}
