/** What reads off pictures from which side they show a landmark, which landmark, in which weather: trained here, on photographs. */
import { existsSync } from "node:fs";
import { compile, type Runtime, type Tensor, tensor } from "@geodrift/compile";
import {
  Generator,
  initTrainState,
  type LabelledBatch,
  labelObjective,
  type Parameters,
  type PictureLabelsConfig,
  pictureLabels,
  type Traced,
  train,
  warmupCosine,
} from "@geodrift/core";
import { nn, type numpy as np } from "@jax-js/jax";
import { loadTensors, saveTensors } from "../../models/tensor-file.js";

/** Pictures that labels are read off, as planes. */
export interface LabelPictures {
  n: number;
  /** 8-bit, [n, 3, size, size]. */
  pixels: Uint8Array;
}

/** Pictures with their labels. */
export interface Labelled extends LabelPictures {
  /** Class of each picture by label; −1 where it has none. */
  labels: Readonly<Record<string, Int32Array>>;
}

/** How a judge is trained. */
export interface JudgeOptions {
  /** Pixels along a side. */
  size: number;
  /** Number of the classes of every label. */
  labels: Readonly<Record<string, number>>;
  /** Times that every photograph is seen. */
  epochs: number;
  seed: number;
  /** What must be the same for a judge that is kept in `file` to be used again. */
  data: string;
  /** Where it is kept; nowhere if left out. */
  file?: string;
}

/** Reads labels off pictures. */
export interface Judge {
  /** The likeliest class of each picture, by label, [n]. */
  read(pictures: LabelPictures): Promise<Record<string, Int32Array>>;
  /** The probabilities of all classes of each picture, by label, [n, classes]. */
  weigh(pictures: LabelPictures): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** Network of a judge: 0.4 M weights. */
const trunk = (size: number) => ({
  size,
  stem: 24,
  stages: [
    { channels: 32, blocks: 1 },
    { channels: 64, blocks: 1 },
    { channels: 128, blocks: 1 },
  ],
  squeeze: 32,
  hidden: 256,
});

const [batch, rate, weightDecay] = [64, 1e-3, 0.02];
/** Steps of warm-up: a tenth of all, fifty at most. */
const warmupOf = (steps: number) => Math.min(50, Math.ceil(steps / 10));
/** Most pixels that a picture is moved by, and most change of a colour's gain, while a judge learns. */
const [moved, gain] = [3, 0.15];

/**
 * A judge that has learned from labelled photographs; one that is kept is taken.
 * @param report is told the progress, in sentences for people
 * @throws GeodriftError `disk` if it cannot be kept
 */
export async function trainJudge(
  photographs: Labelled,
  { size, labels, epochs, seed, data, file }: JudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<Judge> {
  const config: PictureLabelsConfig = { trunk: trunk(size), labels };
  const steps = Math.ceil((epochs * photographs.n) / batch);
  const provenance = { data, config: JSON.stringify({ ...config, steps, seed }) };
  if (file !== undefined && existsSync(file)) {
    const { tensors, metadata } = await loadTensors(file);
    if (metadata.data === data && metadata.config === provenance.config) return judge(config, tensors, runtime);
  }
  const objective = labelObjective(config);
  const state = initTrainState(objective, new Generator(seed, 0));
  const options = { steps, rate: warmupCosine(rate, warmupOf(steps), steps), weightDecay };
  async function* batches(from: number) {
    for (let step = from; ; step++) yield batchOf(photographs, size, new Generator(seed, 1, step));
  }
  for await (const { step, loss } of train(state, objective, batches, options, { runtime }))
    if (step % 200 === 0 || step === steps) report(`judge: ${step} of ${steps} steps, loss ${loss.toFixed(3)}`);
  if (file !== undefined) await saveTensors(file, { tensors: state.params, metadata: provenance });
  return judge(config, state.params, runtime);
}

/** A batch of photographs, each moved a little and in other colours: never turned, as that is what is asked. */
function batchOf({ n, pixels, labels }: Labelled, size: number, random: Generator): LabelledBatch {
  const area = size * size;
  const out = new Float32Array(batch * 3 * area);
  const chosen = Uint32Array.from({ length: batch }, () => random.integer(n));
  chosen.forEach((k, i) => {
    const [dx, dy] = [0, 1].map(() => random.integer(2 * moved + 1) - moved);
    for (let c = 0; c < 3; c++) {
      const by = random.uniform(1 - gain, 1 + gain) / 255;
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const [u, v] = [x + dx, y + dy].map((w) => Math.min(size - 1, Math.max(0, w)));
          out[(3 * i + c) * area + y * size + x] = Math.min(1, by * pixels[(3 * k + c) * area + v * size + u]);
        }
    }
  });
  return {
    pixels: tensor(out, [batch, 3, size, size]),
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, classes]) => [
        name,
        tensor(
          Int32Array.from(chosen, (k) => classes[k]),
          [batch],
          "int32",
        ),
      ]),
    ),
  };
}

function judge(config: PictureLabelsConfig, params: Parameters, runtime: Runtime): Judge {
  const { size } = config.trunk;
  const run = compile<[Parameters, Tensor], Record<string, Tensor>>(
    (p: Traced, pixels: np.Array) => mapValues(pictureLabels(config, p, pixels), (logits) => nn.softmax(logits, -1)),
    { runtime },
  );
  const names = Object.keys(config.labels);
  const weigh = async ({ n, pixels }: LabelPictures) => {
    const out = mapValues(config.labels, (classes) => new Float32Array(n * classes));
    const area = 3 * size * size;
    for (let from = 0; from < n; from += batch) {
      const count = Math.min(batch, n - from);
      const part = Float32Array.from(pixels.subarray(from * area, (from + count) * area), (v) => v / 255);
      const shares = await run(params, tensor(part, [count, 3, size, size]));
      for (const name of names) out[name].set(shares[name].data as Float32Array, from * config.labels[name]);
    }
    return out;
  };
  return {
    weigh,
    async read(pictures) {
      const all = await weigh(pictures);
      return mapValues(config.labels, (classes, name) =>
        Int32Array.from({ length: pictures.n }, (_, i) => {
          const row = all[name].subarray(i * classes, (i + 1) * classes);
          return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
        }),
      );
    },
    dispose: () => run.dispose(),
  };
}

const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, name: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
