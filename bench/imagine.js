/** The image model of configs/imagine.json: a whole training step, one picture, memory over many steps. FLOP are those of the matrix products. */
import { readFileSync } from "node:fs";
import { tensor } from "@geodrift/compile";
import {
  closedVocabulary,
  denoisingObjective,
  dualGuidance,
  emptyLookup,
  Generator,
  groundOctaves,
  initTrainState,
  lookupInto,
  lookupTensors,
  mapFeatures,
  placeEncodingWidth,
  toLatLng,
  train,
  uniformPoint,
  warmedDecay,
} from "@geodrift/core";
import { imagineDefaults, loadImageModel } from "geodrift/imagine";
import { measured, minMs, runtime } from "./measure.js";

const { network: trained, ...training } = JSON.parse(
  readFileSync(new URL("../configs/imagine.json", import.meta.url), "utf8"),
);
const network = { ...trained, sizes: [64] };
const words = closedVocabulary({ tokens: 8, words: ["satellite", "desert"], circle: ["May", "June"], silent: [] });

/** Multiplications of one picture, forwards. */
function macs({ width, depth, hidden, grid, map, sizes: [size] }, contextTokens = 12) {
  const patches = grid * grid;
  const tokens = patches + contextTokens;
  const block = tokens * (4 * width ** 2 + 2 * width * hidden) + 2 * tokens ** 2 * width;
  const skips = (depth / 2) * tokens * 2 * width ** 2;
  const ends = patches * (2 * 3 * (size / grid) ** 2 * width + 2 * 5 * width ** 2);
  const lookup = patches * mapFeatures(map) * width;
  return depth * block + skips + ends + lookup;
}

function batchOf(n) {
  const random = new Generator(1);
  const square = [n, 3, 64, 64];
  const area = 3 * 64 * 64;
  const reading = emptyLookup(n, network);
  for (let i = 0; i < n; i++) lookupInto(reading, i, toLatLng(uniformPoint(random)), 400, network);
  return {
    pixels: tensor(random.normals(n * area), square),
    noise: tensor(random.normals(n * area), square),
    gamma: tensor(new Float32Array(n).fill(0.4), [n]),
    ground: tensor(random.normals(n * 2 * groundOctaves), [n, 2 * groundOctaves]),
    words: words.prepare(Array(n).fill("satellite desert May")),
    control: tensor(random.normals(n * 2 * placeEncodingWidth(network.octaves)), [
      n,
      2,
      placeEncodingWidth(network.octaves),
    ]),
    ...lookupTensors(reading, n, network),
    mask: tensor(new Float32Array(2 * n).fill(1), [n, 2]),
  };
}

/** Steps of the training on one batch, without end. */
function stepsOf(n) {
  const objective = denoisingObjective(network, words);
  const state = initTrainState(objective, new Generator(1), { average: true });
  const batch = batchOf(n);
  const batches = async function* () {
    for (;;) yield batch;
  };
  const { betas, clip, ema } = training;
  const options = { steps: 1e6, rate: () => 1e-4, betas, clip, ema: (step) => warmedDecay(ema, step) };
  return { state, steps: train(state, objective, batches, options, { runtime }) };
}

const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);

export const benches = {
  "imagine-step": async function* () {
    const n = 64;
    const steps = stepsOf(n).steps;
    const parameters = { width: network.width, blocks: network.depth, pixels: 64, batch: n };
    const line = await measured("imagine-step", parameters, 6 * macs(network) * n, () => steps.next(), 8);
    yield { ...line, picturesPerSecond: Math.round((1000 * n) / line.ms) };
    await steps.return();
  },
  "imagine-picture": async function* () {
    const { model, dispose } = await loadImageModel("earth-images");
    const terms = dualGuidance("satellite view in May", [{ lat: 30, lng: 31 }], imagineDefaults.guidance);
    for (const size of [32, 64])
      for (const [solver, steps] of [
        [imagineDefaults.solver, imagineDefaults.steps],
        ["heun", 16],
        ["euler", 16],
      ]) {
        const ms = await minMs(async () => {
          for await (const _ of model.draw({ terms, groundKm: 400, size, seed: 1, steps, solver }));
        }, 5);
        yield { bench: "imagine-picture", size, solver, steps, passes: 3, ms: Math.round(ms) };
      }
    await dispose();
  },
  /** Resident memory in the fifths of so many minutes of training: MINUTES, 60 if not set. */
  "imagine-memory": async function* () {
    const minutes = Number(process.env.MINUTES ?? 60);
    const { steps, state } = stepsOf(64);
    const fifths = [];
    const started = performance.now();
    for (let fifth = 1; fifth <= 5; fifth++) {
      while (performance.now() - started < (fifth * minutes * 60_000) / 5) await steps.next();
      fifths.push(megabytes());
    }
    yield { bench: "imagine-memory", minutes, steps: state.step, megabytes: fifths };
    await steps.return();
  },
};
