/** The PLONK network's steps: training, guided sampling, exact divergence. FLOP are those of its matrix products. */
import { compile, tensor } from "@geodrift/compile";
import {
  exampleBatches,
  Generator,
  initTrainState,
  initVelocity,
  matchingObjective,
  modulated,
  modulations,
  riemannianFlow,
  sigmoidSchedule,
  train,
  uniformPoints,
  velocityModel,
  warmupCosine,
} from "@geodrift/core";
import * as jax from "@jax-js/jax";
import { measured, runtime } from "./measure.js";

const plonk = (dim, depth) => ({ input_dim: 3, dim, depth, expansion: 4, cond_dim: 1024 });

/** Multiplications of one sample: all, and those that its modulations do not share. */
function macs({ dim, depth, expansion, cond_dim }) {
  const own = depth * 2 * expansion * dim ** 2 + 6 * dim;
  return { own, all: own + depth * 3 * dim ** 2 + 2 * dim ** 2 + cond_dim * dim + 1.25 * dim ** 2 };
}

/** FLOP of the matrix products of a training step: three forward passes. */
export const trainFlop = (dim, blocks, batch) => 6 * macs(plonk(dim, blocks)).all * batch;

/** Forward, backward and LAMB, as in the paper's training: steps without end. */
export function trainer(dim, blocks, batch) {
  const config = plonk(dim, blocks);
  const objective = matchingObjective({ config, path: riemannianFlow, schedule: sigmoidSchedule(), dropout: 0.1 });
  const state = initTrainState(objective, new Generator(1, 1), { average: true });
  const random = new Generator(1);
  const source = {
    length: batch,
    batch: (indices) => ({
      n: indices.length,
      embeddings: new Float32Array(indices.length * 1024).fill(0.1),
      places: uniformPoints(random, indices.length),
    }),
  };
  const options = { steps: 1e6, optimizer: "lamb", rate: warmupCosine(8e-4, 500, 1e6), weightDecay: 0.05, ema: 0.999 };
  return train(state, objective, exampleBatches(source, batch, 1), options, { runtime });
}

async function trainStep(dim, blocks, batch) {
  const steps = trainer(dim, blocks, batch);
  const line = await measured(
    "train-step",
    { width: dim, blocks, batch },
    trainFlop(dim, blocks, batch),
    () => steps.next(),
    dim > 256 ? 6 : 30,
  );
  await steps.return();
  return line;
}

/** One step of guided sampling: two network evaluations for the samples of one image. */
export function sampler(samples) {
  const config = plonk(512, 12);
  const model = velocityModel(config, initVelocity(config, new Generator(1)), { runtime });
  const field = model.field(new Float32Array(1024).fill(0.1), samples, 2);
  const x = Float64Array.from(uniformPoints(new Generator(2), samples));
  return { run: () => field(x, 0.5), dispose: () => model.dispose() };
}

async function samplingStep() {
  const samples = 1024;
  const { run, dispose } = sampler(samples);
  const line = await measured(
    "sampling-step",
    { width: 512, blocks: 12, samples, guidance: 2 },
    4 * macs(plonk(512, 12)).own * samples,
    run,
    12,
  );
  await dispose();
  return line;
}

/** The field and its exact divergence at 1,024 points: one evaluation and three tangents. */
async function divergenceStep() {
  const config = plonk(512, 12);
  const params = initVelocity(config, new Generator(1));
  const samples = 1024;
  const { numpy: np } = jax;
  const step = compile(
    (p, x, gamma, c) => {
      const m = modulations(config, p, gamma, c);
      const field = (y) => modulated(p, y, m);
      const axes = [0, 1, 2].map((d) => np.zerosLike(x.ref).add(np.array([0, 1, 2].map((e) => (e === d ? 1 : 0)))));
      const columns = axes.map((axis, d) => jax.jvp(field, [x.ref], [axis])[1].slice([], d));
      return [field(x), columns.reduce((a, b) => a.add(b))];
    },
    { runtime },
  );
  const x = tensor(uniformPoints(new Generator(2), samples), [samples, 3]);
  const c = tensor(new Float32Array(1024).fill(0.1), [1, 1024]);
  const line = await measured(
    "divergence-step",
    { width: 512, blocks: 12, samples },
    2 * 4 * macs(config).own * samples,
    () => step(params, x, tensor([0.5], [1]), c),
    8,
  );
  await step.dispose();
  return line;
}

export const benches = {
  "train-step": async function* () {
    yield await trainStep(512, 12, 1024);
    yield await trainStep(512, 12, 256);
    yield await trainStep(256, 4, 256);
  },
  "sampling-step": async function* () {
    yield await samplingStep();
  },
  "divergence-step": async function* () {
    yield await divergenceStep();
  },
};
