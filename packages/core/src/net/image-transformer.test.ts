/** The network against slow loops in double precision that share no line with it; its loss against both. */
import { readFileSync } from "node:fs";
import { compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import type { LatLng } from "../sphere/point.js";
import { type DenoisingBatch, denoisingLoss, drawConditionMask, drawGamma } from "../train/denoising.js";
import { emptyLookup, lookupInto, lookupTensors, mapPoints, viewPlaces } from "./feature-grid.js";
import {
  fromPatches,
  type ImageTransformerConfig,
  imageTransformer,
  imageTransformerShapes,
  toPatches,
} from "./image-transformer.js";
import { type Parameters, type Traced, uniformInit } from "./parameters.js";
import { groundEncodingInto, placeEncodingInto } from "./place-encoding.js";
import { closedVocabulary } from "./words.js";

const config: ImageTransformerConfig = {
  width: 8,
  depth: 2,
  heads: 2,
  hidden: 12,
  octaves: 3,
  map: [
    { degrees: 30, channels: 2, reads: 1 },
    { degrees: 15, channels: 1, reads: 2 },
  ],
  grid: 2,
  sizes: [4, 6],
};
const words = closedVocabulary({ tokens: 2, words: ["desert", "sea"], circle: ["May", "June", "July"], silent: [] });
const shapes = { ...imageTransformerShapes(config, words.tokens), ...words.shapes(config.width) };
const random = new Generator(3);
const params: Parameters = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [name, uniformInit(random, shape, name.endsWith("weight") ? 3 : 1)]),
);

const n = 3;
const size = 4;
const places = [
  { lat: 30, lng: 31 },
  { lat: -70, lng: -179 },
  { lat: 5, lng: 100 },
];
const ground = new Float32Array(n * 8);
const encoded = new Float32Array(n * 12);
const reading = emptyLookup(n, config);
places.forEach((place, i) => {
  placeEncodingInto(encoded, 12 * i, place, 3);
  groundEncodingInto(ground, 8 * i, 300 + 100 * i);
  lookupInto(reading, i, place, 300 + 100 * i, config);
});
const batch: DenoisingBatch = {
  pixels: tensor(random.normals(n * 48), [n, 3, size, size]),
  noise: tensor(random.normals(n * 48), [n, 3, size, size]),
  gamma: tensor([0.2, 0.6, 0.97], [n]),
  ground: tensor(ground, [n, 8]),
  words: words.prepare(["desert May", "sea", "July desert"]),
  control: tensor(encoded, [n, 2, 6]),
  ...lookupTensors(reading, n, config),
  // Everything, the words alone, nothing.
  mask: tensor([1, 1, 1, 0, 0, 0], [n, 2]),
};

type Row = number[];

/** Features at a place, in proportion between the points on the parallels about it. */
function between({ lat, lng }: LatLng, degrees: number, table: readonly Row[]): Row {
  const points = mapPoints({ degrees });
  const out = new Array<number>(table[0].length).fill(0);
  points.forEach((point, k) => {
    const around = points.filter((other) => other.lat === point.lat).length;
    const apart = Math.abs(((point.lng - lng + 540) % 360) - 180) / (360 / around);
    const share = Math.max(0, 1 - Math.abs(point.lat - lat) / degrees) * Math.max(0, around === 1 ? 1 : 1 - apart);
    table[k].forEach((v, c) => {
      out[c] += 5 * share * v;
    });
  });
  return out;
}
const numbers = (name: string): Row => Array.from(params[name].data as Float32Array);
const dense = (name: string, x: Row): Row => {
  const [out, into] = params[`${name}.weight`].dims;
  const [w, b] = [numbers(`${name}.weight`), numbers(`${name}.bias`)];
  return Array.from({ length: out }, (_, i) => x.reduce((sum, v, j) => sum + w[i * into + j] * v, b[i]));
};
const silu = (x: Row): Row => x.map((v) => v / (1 + Math.exp(-v)));
const plus = (a: Row, b: Row): Row => a.map((v, i) => v + b[i]);
const rows = (name: string, width = config.width): Row[] => {
  const flat = numbers(name);
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
};
const rms = (x: Row): Row => {
  const root = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length + 1e-6);
  return x.map((v) => v / root);
};
const data = (t: Tensor, i: number): Row => {
  const each = t.data.length / n;
  return Array.from(t.data as Float32Array).slice(i * each, (i + 1) * each);
};

/** What picture `i` is denoised to, from its noisy pixels. */
function slow(i: number, noisy: Row): Row {
  const { width, grid, heads } = config;
  const patch = size / grid;
  const gamma = data(batch.gamma, i)[0];
  const phases = Array.from({ length: 16 }, (_, k) => gamma * (Math.PI / 2) * 100 ** (k / 15));
  const token = (name: string, x: Row) => dense(`${name}.1`, silu(dense(`${name}.0`, x)));
  const [wordsMask, placeMask] = data(batch.mask, i);
  const ids = data(batch.words, i);
  const months = [0, 1, 2].map((m) => {
    const a = (2 * Math.PI * m) / 3;
    const waves = [1, Math.cos(a), Math.sin(a), Math.cos(2 * a), Math.sin(2 * a)];
    return rows("words.circle").reduce(
      (sum, row, k) => sum.map((v, c) => v + waves[k] * row[c]),
      new Array(width).fill(0),
    );
  });
  const table = [...rows("words.table"), ...months];
  const place = data(batch.control, i);
  let tokens: Row[] = [
    token("time", [...phases.map(Math.sin), ...phases.map(Math.cos)]),
    token("ground", data(batch.ground, i)),
    ...ids.map((id, k) => (wordsMask ? table[id] : rows("null.words")[k])),
    ...[0, 1].map((k) => (placeMask ? token("place", place.slice(6 * k, 6 * k + 6)) : rows("null.place")[k])),
  ];
  const context = tokens.length;
  const pixel = (c: number, y: number, x: number) => noisy[(c * size + y) * size + x];
  let patches: Row[] = [];
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      const own: Row = [];
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < patch; y++)
          for (let x = 0; x < patch; x++) own.push(pixel(c, row * patch + y, column * patch + x));
      patches.push(plus(dense(`sizes.${size}.embed`, own), rows(`sizes.${size}.positions`)[patches.length]));
    }
  const neighbours = (name: string, all: Row[]): Row[] =>
    all.map((own, k) => {
      const [row, column] = [Math.floor(k / grid), k % grid];
      const at = (r: number, c: number): Row =>
        r < 0 || c < 0 || r >= grid || c >= grid ? new Array(width).fill(0) : silu(all[r * grid + c]);
      const seen = [
        at(row, column),
        at(row - 1, column),
        at(row + 1, column),
        at(row, column - 1),
        at(row, column + 1),
      ];
      return plus(own, dense(name, seen.flat()));
    });
  const heard = [tokens[0], tokens[1], ids.map((_, k) => tokens[2 + k]).reduce(plus), ...tokens.slice(-2)];
  const summary = token("summary", heard.flat());
  patches = neighbours("near.first", patches).map((x, k) => {
    const features = config.map.flatMap((level, l) => {
      const table = rows(`map.${l}`, level.channels);
      const side = grid * level.reads;
      const read = viewPlaces(places[i], 300 + 100 * i, side);
      // The patch's own places, from its north-west.
      const [top, left] = [Math.floor(k / grid) * level.reads, (k % grid) * level.reads];
      const own = read.filter((_, q) => {
        const [row, column] = [Math.floor(q / side) - top, (q % side) - left];
        return row >= 0 && row < level.reads && column >= 0 && column < level.reads;
      });
      return own.flatMap((place) => between(place, level.degrees, table));
    });
    const where = dense("map.patch", features);
    return plus(plus(x, summary), placeMask ? where : new Array(width).fill(0));
  });
  tokens = [...tokens, ...patches].map((t, k) => plus(t, rows("positions")[k]));
  const earlier: Row[][] = [];
  for (let b = 0; b < config.depth; b++) {
    if (b >= config.depth / 2) {
      const skip = earlier.pop() as Row[];
      tokens = tokens.map((t, k) => dense(`blocks.${b}.skip`, [...t, ...skip[k]]));
    }
    const qkv = tokens.map((t) => dense(`blocks.${b}.qkv`, rms(t)));
    const channels = width / heads;
    const mixed = qkv.map((own) =>
      Array.from({ length: heads }, (_, h) => {
        const part = (row: Row, which: number) =>
          row.slice(which * width + h * channels, which * width + (h + 1) * channels);
        const scores = qkv.map((other) =>
          Math.exp(part(own, 0).reduce((s, v, c) => s + v * part(other, 1)[c], 0) / Math.sqrt(channels)),
        );
        const sum = scores.reduce((a, v) => a + v);
        return part(own, 2).map((_, c) => qkv.reduce((s, other, k) => s + (scores[k] / sum) * part(other, 2)[c], 0));
      }).flat(),
    );
    tokens = tokens.map((t, k) => plus(t, dense(`blocks.${b}.proj`, mixed[k])));
    tokens = tokens.map((t) =>
      plus(
        t,
        dense(
          `blocks.${b}.mlp.1`,
          dense(`blocks.${b}.mlp.0`, rms(t)).map((v) => Math.max(0, v) ** 2),
        ),
      ),
    );
    if (b < config.depth / 2) earlier.push(tokens);
  }
  const out = neighbours("near.last", tokens.slice(context).map(rms)).map((t) => dense(`sizes.${size}.out`, t));
  const denoised: Row = new Array(3 * size * size);
  out.forEach((own, k) => {
    own.forEach((v, j) => {
      const [c, y, x] = [Math.floor(j / patch ** 2), Math.floor(j / patch) % patch, j % patch];
      denoised[(c * size + Math.floor(k / grid) * patch + y) * size + (k % grid) * patch + x] = v;
    });
  });
  return denoised;
}

const noisyOf = (i: number): Row => {
  const gamma = data(batch.gamma, i)[0];
  return data(batch.pixels, i).map((v, k) => gamma * v + (1 - gamma) * data(batch.noise, i)[k]);
};

const fast = compile<[Parameters, Tensor, Record<string, Tensor>], Tensor>(
  (p: Traced, noisy, condition) => imageTransformer(config, words, p, noisy, condition),
  { runtime: ort },
);
const lossOf = compile<[Parameters, Record<string, Tensor>], [Tensor, Parameters]>(
  (p: Traced, b) =>
    jax.valueAndGrad((q: Traced) =>
      denoisingLoss(
        config,
        words,
        q,
        Object.fromEntries(Object.entries(b).map(([k, v]) => [k, (v as jax.Array).ref])) as never,
      ),
    )(p) as never,
  { runtime: ort },
);
const inputs = batch as unknown as Record<string, Tensor>;

/** The weights that pictures of this size pass. */
const own = Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith("sizes.6.")));

describe("the image transformer", () => {
  it("is what slow loops say, for everything told, words alone, and nothing", async () => {
    const { pixels: _, noise: __, ...condition } = inputs;
    const noisy = tensor(Float32Array.from([0, 1, 2].flatMap(noisyOf)), [n, 3, size, size]);
    const out = await fast(own, noisy, condition);
    for (let i = 0; i < n; i++)
      slow(i, noisyOf(i)).forEach((v, k) => {
        expect(Math.abs((out.data[48 * i + k] as number) - v)).toBeLessThan(2e-4 * (1 + Math.abs(v)));
      });
  });

  it("cuts pictures into patches and puts them together again", async () => {
    const run = compile<[Tensor], Tensor>((x) => fromPatches(toPatches(x, 2), 2), { runtime: ort });
    expect([...(await run(batch.pixels)).data]).toEqual([...batch.pixels.data]);
    await run.dispose();
  });

  it("has some five million weights in the model that comes along", () => {
    const file = new URL("../../../../configs/imagine.json", import.meta.url);
    const { network, sizes } = JSON.parse(readFileSync(file, "utf8"));
    const large = { ...network, sizes: sizes.map(({ size }: { size: number }) => size) };
    const all = Object.values(imageTransformerShapes(large, 8)).map((s) => s.reduce((a, b) => a * b, 1));
    expect(all.reduce((a, b) => a + b)).toBe(5_101_788);
  });
});

describe("the denoising loss", () => {
  it("is the squared error of the velocity, 1 − γ being held above a tenth", async () => {
    const [loss] = await lossOf(own, inputs);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const gamma = data(batch.gamma, i)[0];
      const noisy = noisyOf(i);
      const pixels = data(batch.pixels, i);
      slow(i, noisy).forEach((v, k) => {
        const rest = Math.max(0.1, 1 - gamma);
        sum += ((v - noisy[k]) / rest - (pixels[k] - noisy[k]) / rest) ** 2;
      });
    }
    expect(loss.data[0]).toBeCloseTo(sum / (n * 48), 2);
  });

  it("has gradients that finite differences agree with", async () => {
    const [, gradients] = await lossOf(own, inputs);
    for (const name of [
      "place.0.weight",
      "map.0",
      "map.1",
      "map.patch.weight",
      "words.circle",
      "null.words",
      "near.last.weight",
      "blocks.1.skip.weight",
    ]) {
      const slope = gradients[name].data as Float32Array;
      const k = slope.reduce((best, v, i) => (Math.abs(v) > Math.abs(slope[best]) ? i : best), 0);
      const step = 3e-3;
      const [up, down] = await Promise.all(
        [step, -step].map(async (h) => {
          const moved = (own[name].data as Float32Array).slice();
          moved[k] += h;
          const [loss] = await lossOf({ ...own, [name]: tensor(moved, own[name].dims) }, inputs);
          return loss.data[0] as number;
        }),
      );
      const difference = (up - down) / (2 * step);
      expect(Math.abs(difference - slope[k]), name).toBeLessThan(0.02 * Math.abs(slope[k]) + 0.02);
    }
  });
});

describe("what a training example is told", () => {
  it("leaves out the place, the words and both as often as it is asked to", () => {
    const counts = { "1,1": 0, "1,0": 0, "0,1": 0, "0,0": 0 };
    const many = 20_000;
    const draws = new Generator(8);
    for (let i = 0; i < many; i++)
      counts[drawConditionMask(draws, { place: 0.05, words: 0.1, both: 0.2 }).join() as keyof typeof counts]++;
    expect(counts["1,0"] / many).toBeCloseTo(0.05, 1.9);
    expect(counts["0,1"] / many).toBeCloseTo(0.1, 1.9);
    expect(counts["0,0"] / many).toBeCloseTo(0.2, 1.9);
  });

  it("has levels whose logits are normal", () => {
    const draws = new Generator(9);
    const logits = Array.from({ length: 20_000 }, () => {
      const gamma = drawGamma(draws, [-0.8, 0.9]);
      return Math.log(gamma / (1 - gamma));
    });
    const mean = logits.reduce((a, b) => a + b) / logits.length;
    const deviation = Math.sqrt(logits.reduce((sum, v) => sum + (v - mean) ** 2, 0) / logits.length);
    expect(mean).toBeCloseTo(-0.8, 1);
    expect(deviation).toBeCloseTo(0.9, 1);
  });
});
