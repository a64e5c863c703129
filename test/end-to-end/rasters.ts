/** A small made-up Earth, so that training can be tested on a fresh clone: coloured noise with continents. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Generator } from "@geodrift/core";
import sharp from "sharp";

const [width, height] = [256, 128];

/** Smooth noise: a few waves with random directions. */
function waves(random: Generator, n: number): (x: number, y: number, z: number) => number {
  const ks = Array.from({ length: n }, () => [
    random.normal() * 3,
    random.normal() * 3,
    random.normal() * 3,
    random.uniform(0, 6.3),
  ]);
  return (x, y, z) => ks.reduce((s, [a, b, c, d]) => s + Math.sin(a * x + b * y + c * z + d), 0) / Math.sqrt(n);
}

/** Writes `land-fraction-256.png`, the given months, relief, lights at night and climates. */
export async function makeRasters(folder: string, months: readonly string[], seed = 99): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = new Generator(seed);
  const fields = [0, 1, 2, 3].map(() => waves(random, 12));
  const mask = Buffer.alloc(width * height);
  const colours = Buffer.alloc(width * height * 3);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [lat, lng] = [Math.PI * (0.5 - (row + 0.5) / height), 2 * Math.PI * ((column + 0.5) / width - 0.5)];
      const v = [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)] as const;
      const i = row * width + column;
      mask[i] = fields[3](...v) > 0 ? 255 : 0;
      for (let c = 0; c < 3; c++) colours[3 * i + c] = Math.min(255, Math.max(0, 110 + 60 * fields[c](...v)));
    }
  await sharp(mask, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(join(folder, "land-fraction-256.png"));
  for (const [k, month] of months.entries())
    await sharp(colours, { raw: { width, height, channels: 3 } })
      .modulate({ brightness: 1 + 0.05 * k })
      .jpeg({ quality: 95 })
      .toFile(join(folder, `bmng-2004-${month}.jpg`));
  const whole = sharp(colours, { raw: { width, height, channels: 3 } });
  await whole.clone().modulate({ hue: 90 }).png().toFile(join(folder, "relief-256.png"));
  await whole.clone().modulate({ brightness: 0.3 }).png().toFile(join(folder, "night-lights-256.png"));
  const climates = mask.map((land, i) => (land ? 1 + (Math.floor(i / width / 8) % 30) : 0));
  await sharp(climates, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(join(folder, "koppen-geiger-256.png"));
}

const brief = { steps: 20, batch: 32, seed: 3, optimizer: "adamw", rate: 0.002, warmup: 5, weightDecay: 0, ema: 0.9 };

/** A training that takes seconds. */
export const tinyTraining = {
  kind: "earth",
  purpose: "tests",
  description: "A made-up Earth.",
  licence: "MIT",
  out: "run",
  rasters: "rasters",
  checkpointEvery: 5,
  encoder: {
    encoder: { size: 16, stem: 8, stages: [{ channels: 16, blocks: 1 }], squeeze: 8, hidden: 32, embedding: 16 },
    cells: 200,
    targetKm: 800,
    features: 16,
    featureWeight: 1,
    views: { seed: 7, size: 16, widthKm: [2000, 4000], headingDegrees: 10, centres: "land", augment: 1 },
    batch: 16,
    steps: 40,
    rate: 0.002,
    warmup: 5,
    weightDecay: 0.01,
  },
  rank: 12,
  places: {
    features: 16,
    sharpFeatures: 8,
    sharpness: 4,
    peak: { withinKm: 2500, features: 16, told: 8, hidden: 16 },
  },
  peak: { views: 200, steps: 20, batch: 16, seed: 4, rate: 0.002, warmup: 5, weightDecay: 0.01 },
  embedded: 300,
  locators: [
    {
      kind: "generative",
      name: "riemannian-flow",
      path: "riemannian-flow",
      schedule: { name: "sigmoid", start: -7, end: 3, tau: 1 },
      dim: 32,
      depth: 2,
      expansion: 2,
      dropout: 0.1,
      nearKm: [300, 2000],
      steps: 60,
      batch: 32,
      seed: 1,
      optimizer: "lamb",
      rate: 0.005,
      warmup: 5,
      weightDecay: 0.01,
      ema: 0.9,
    },
    {
      kind: "regression",
      name: "regression",
      dim: 32,
      depth: 1,
      steps: 40,
      batch: 32,
      seed: 2,
      optimizer: "adamw",
      rate: 0.002,
      warmup: 5,
      weightDecay: 0,
      ema: 0.9,
    },
    { kind: "von-mises-fisher", name: "mixture", dim: 16, depth: 1, expansion: 2, components: 3, ...brief },
    { kind: "cells", name: "cells", dim: 16, depth: 1, most: 40, depths: [1], offsets: false, ...brief },
    { kind: "cells", name: "hybrid", dim: 16, depth: 1, most: 40, depths: [], offsets: true, ...brief },
    { kind: "retrieval", name: "retrieval", neighbours: 3 },
    { kind: "uniform", name: "uniform" },
  ],
};

const captioned = {
  licence: "MIT",
  rasters: "rasters",
  checkpointEvery: 5,
  views: { seed: 5, groundKm: [1500, 4000], land: 0.8, kinds: { relief: 0.2, night: 0.2 } },
  heldOut: { months: ["04"], discs: 3, radiusKm: 800, testRadiusKm: 200, seed: 1 },
};

/** A training of a model of pictures that takes seconds. */
export const tinyImages = {
  kind: "images",
  purpose: "tests",
  description: "Pictures of a made-up Earth.",
  ...captioned,
  name: "images",
  out: "images-run",
  network: {
    width: 16,
    depth: 2,
    heads: 2,
    hidden: 32,
    octaves: 6,
    map: [{ degrees: 15, channels: 4, reads: 2 }],
    grid: 4,
  },
  sizes: [
    { size: 16, share: 0.7, logit: [-0.8, 0.9] },
    { size: 8, share: 0.3, logit: [-0.4, 1] },
  ],
  dropped: { place: 0.1, words: 0.1, both: 0.05 },
  batch: 8,
  steps: 60,
  seed: 1,
  rate: 0.002,
  warmup: 5,
  decay: 0.3,
  betas: [0.9, 0.99],
  clip: 1,
  ema: 0.9,
};

/** And of what judges them. */
export const tinyScorer = {
  kind: "judge",
  purpose: "tests",
  description: "Judges pictures of a made-up Earth.",
  ...captioned,
  name: "judge",
  out: "judge-run",
  network: {
    trunk: { size: 16, stem: 8, stages: [{ channels: 16, blocks: 1 }], squeeze: 8, hidden: 32, embedding: 16 },
    octaves: 4,
    places: { dim: 32, depth: 1 },
    space: 8,
    temperature: 0.07,
  },
  batch: 16,
  steps: 40,
  seed: 1,
  rate: 0.002,
  warmup: 5,
  weightDecay: 0.01,
};
