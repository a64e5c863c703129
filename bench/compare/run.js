/**
 * `npm run bench:compare [-- products|training|sampling|likelihoods]`: the same work here, in PyTorch and in JAX, compiled and not,
 * by turns in one run; medians, and how many times as long the fastest of the others takes. A library that is not here is left out,
 * saying so. Steps are timed on the released models' network with random weights; how many of them equal accuracy takes is
 * counted on the embedded model, whose flow is trained.
 */
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import {
  angle,
  directionalModel,
  Generator,
  initVelocity,
  likelihoodModel,
  riemannianFlow,
  solve,
  solverFor,
  uniformPoints,
  vectorAt,
  velocityModel,
} from "@geodrift/core";
import { loadModel, readPicture, threads } from "geodrift";
import { loadGenerativeModel, modelFolder } from "geodrift/models";
import { product, runtime } from "../measure.js";
import { sampler, trainer, trainFlop } from "../plonk.js";
import { times, watchLoad } from "./load.js";
import { openPeers } from "./peers.js";

const rounds = 5;
const config = { input_dim: 3, dim: 512, depth: 12, expansion: 4, cond_dim: 1024 };

const print = (line) => console.log(JSON.stringify(line));
const peers = await openPeers(print);
const torch = peers.find(({ name }) => name === "PyTorch");
print({ compare: "peer", name: "geodrift", threads: threads() });

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/**
 * Medians of milliseconds, by turns.
 * @param work what the others are asked for
 * @param run the same here
 * @returns our time; those of the others, by their names, or why they have none; the fastest of them, and the ratio
 */
async function byTurns(work, run) {
  await run();
  const ways = peers.flatMap((peer) => peer.ways.map((way) => ({ peer, way, name: `${peer.name}, ${way}`, ms: [] })));
  for (const way of ways) {
    const { error } = await way.peer.ask({ ...work, way: way.way });
    if (error) way.error = error;
  }
  const busy = watchLoad([process.pid, ...peers.map(({ pid }) => pid)]);
  const own = [];
  for (let i = 0; i < rounds; i++) {
    const then = performance.now();
    await run();
    own.push(performance.now() - then);
    for (const way of ways) if (!way.error) way.ms.push((await way.peer.ask({ ...work, way: way.way })).ms);
  }
  const cores = busy();
  const ms = median(own);
  const others = Object.fromEntries(ways.map((w) => [w.name, w.error ?? round(median(w.ms))]));
  const best = ways.filter((w) => !w.error).sort((a, b) => median(a.ms) - median(b.ms))[0];
  return { ms, others, best: best && { name: best.name, ms: median(best.ms) }, cores };
}

/** As a line to print. */
const line = ({ ms, others, best, cores }) => ({
  ms: round(ms),
  others,
  ...(best && { fastest: best.name, ...times(best.ms, ms, cores) }),
});

const round = (x, digits = 1) => Number(x.toFixed(digits));
/** Five pictures of the demo, as the embedded model sees them. */
async function embeddings() {
  const model = await loadModel("earth");
  const names = ["nile-delta", "strait-of-gibraltar", "lake-titicaca", "great-lakes", "south-island"];
  const pictures = await Promise.all(
    names.map((name) =>
      readPicture(join("out/demo", `${name}.png`), model.encoder.preparation).catch((e) => {
        throw new Error(`out/demo/${name}.png: ${e.message}; "npm run demo" makes it`);
      }),
    ),
  );
  const all = await model.encoder.encode(pictures);
  const { width } = model.encoder;
  await model.dispose();
  return names.map((_, i) => all.slice(i * width, (i + 1) * width));
}

/** Quantiles of how far samples of a solver are from those of the exact flow, in km. */
async function solverErrors(conditions, guidance, tries) {
  const { config: own, params, schedule } = await loadGenerativeModel("earth");
  const model = velocityModel(own, params, { runtime });
  const [noise, n] = [Float64Array.from(uniformPoints(new Generator(4), 256)), 256];
  const ends = async (c, name, steps, equal) => {
    let last;
    const own = solverFor("riemannian-flow", name);
    const solver = equal ? { ...own, timeShift: 0 } : own;
    for await (const state of solve(model.field(c, n, guidance), noise, { solver, schedule, steps, guidance }))
      last = state.x;
    return last;
  };
  const gaps = tries.map(() => []);
  for (const c of conditions) {
    const exact = await ends(c, "rk4", 500);
    for (const [k, [name, steps, equal]] of tries.entries()) {
      const x = await ends(c, name, steps, equal);
      for (let i = 0; i < n; i++) gaps[k].push(6371 * angle(vectorAt(x, i), vectorAt(exact, i)));
    }
  }
  await model.dispose();
  return tries.map(([solver, steps, equal], k) => {
    const sorted = gaps[k].sort((a, b) => a - b);
    const at = (p) => sorted[Math.floor(p * (sorted.length - 1))];
    return {
      solver,
      steps,
      ...(equal && { lengths: "equal" }),
      medianKm: round(at(0.5), 3),
      p95Km: round(at(0.95), 2),
    };
  });
}

/** Best GFLOP/s of square products in each library: what shares are of. */
async function products() {
  let best;
  for (const size of [512, 1024, 2048]) {
    const a = tensor(new Float32Array(size * size).fill(0.5), [size, size]);
    const timed = await byTurns({ work: "product", size }, () => product(a, a));
    const gflops = (ms) => round((2 * size ** 3) / ms / 1e6);
    const others = Object.fromEntries(
      Object.entries(timed.others).map(([name, ms]) => [name, typeof ms === "number" ? gflops(ms) : ms]),
    );
    const all = { "ONNX Runtime": gflops(timed.ms), ...others };
    print({ compare: "product", size, gflops: all });
    for (const [name, g] of Object.entries(all)) if (g > (best?.gflops ?? 0)) best = { name, size, gflops: g };
  }
  print({ compare: "best product", ...best });
  return best.gflops;
}

async function training() {
  const best = await products();
  for (const [dim, depth, size] of [
    [512, 12, 1024],
    [512, 12, 256],
    [256, 4, 256],
  ]) {
    const steps = trainer(dim, depth, size);
    const timed = await byTurns({ work: "train-step", dim, depth, size }, () => steps.next());
    await steps.return();
    const share = round(trainFlop(dim, depth, size) / timed.ms / 1e6 / best, 3);
    print({ compare: "training step", width: dim, blocks: depth, batch: size, ...line(timed), share });
  }
}

async function sampling(conditions) {
  const samples = 1024;
  const { run, dispose } = sampler(samples);
  const timed = await byTurns({ work: "guided-step", size: samples }, run);
  await dispose();
  print({ compare: "guided step", samples, guidance: 2, ...line(timed) });
  const tries = [12, 14, 16, 18, 20, 22, 24, 32].map((steps) => ["rk4", steps]);
  const plain = [
    ["euler", 32],
    ["rk4", 8, true],
    ["rk4", 8],
  ];
  print({ compare: "sampling without guidance: distance", ours: await solverErrors(conditions, 0, plain) });
  const equal = await solverErrors(conditions, 2, [["rk4", 24, true]]);
  print({ compare: "guided sampling in steps of equal length: distance", ours: equal });
  const [official, ...ours] = await solverErrors(conditions, 2, [["euler", 250], ...tries]);
  const enough = ours.find((o) => o.medianKm <= official.medianKm && o.p95Km <= official.p95Km);
  print({ compare: "guided sampling: distance from the exact flow", official, ours });
  if (!enough) return;
  const { ms, best, cores } = timed;
  if (!best) return;
  const [seconds, theirs] = [(4 * enough.steps * ms) / 1000, (250 * best.ms) / 1000];
  print({
    compare: "guided sampling at equal accuracy",
    samples,
    steps: enough.steps,
    seconds: round(seconds),
    fastest: best.name,
    theirSeconds: round(theirs),
    ...times(theirs, seconds, cores),
  });
}

/** Median and largest of |a − b|. */
function gap(a, b) {
  const sorted = Array.from(a, (x, i) => Math.abs(x - b[i])).sort((x, y) => x - y);
  return { medianNats: round(sorted[sorted.length >> 1], 5), largestNats: round(sorted[sorted.length - 1], 5) };
}

async function likelihoods(all) {
  // The measure itself takes half a minute for each picture.
  const conditions = all.slice(0, 3);
  const batch = 2048;
  const network = directionalModel(config, initVelocity(config, new Generator(1)), { runtime });
  const x = Float64Array.from(uniformPoints(new Generator(2), batch));
  const [e1, e2] = [3, 5].map((seed) => Float64Array.from(uniformPoints(new Generator(seed), batch)));
  const c = new Float64Array(1024).fill(0.1);
  const run = () => network.at(Float32Array.from(c), x, [e1, e2], 0.5, 0);
  // The released code takes all points at once; here the others are given few, which is kinder to their memory.
  const few = 256;
  const timed = await byTurns({ work: "jacobian-step", size: few }, run);
  await network.dispose();
  const { cores, others } = timed;
  const perPoint = (ms) => (typeof ms === "number" ? round(ms / few, 3) : ms);
  const [own, best] = [timed.ms / batch, timed.best && { name: timed.best.name, ms: timed.best.ms / few }];
  print({
    compare: "field with its derivatives, per point",
    ms: round(own, 3),
    others: Object.fromEntries(Object.entries(others).map(([name, ms]) => [name, perPoint(ms)])),
    ...(best && { fastest: best.name, ...times(best.ms, own, cores) }),
  });
  if (!torch) return;

  const folder = modelFolder("earth");
  const generative = await loadGenerativeModel("earth");
  const model = likelihoodModel({ ...generative, path: riemannianFlow }, { runtime });
  // What both are measured by: the same integrals in double precision, at a tenth of the tolerance.
  const doubles = Object.fromEntries(
    Object.entries(generative.params).map(([k, t]) => [k, tensor(Float64Array.from(t.data), t.dims, "float64")]),
  );
  const precise = likelihoodModel({ ...generative, path: riemannianFlow, params: doubles }, { runtime });
  // Where the probability is, and anywhere: half each. In PyTorch a point more makes every step of all the others smaller.
  const n = 32;
  let officialEvaluations = 0;
  const ways = [
    ...[32, 64].map((steps) => ({ steps })),
    ...[1e-3, 1e-4, 1e-5, 3e-6, 1e-6].map((tolerance) => ({ mode: "exact", tolerance })),
  ];
  const sums = { official: [], ours: ways.map(() => ({ values: [], truth: [], evaluations: 0 })) };
  const officialTruth = [];
  for (const embedding of conditions) {
    const points = await typicalPoints(generative, embedding, n);
    const command = { work: "likelihood", folder, embedding: [...embedding], points: [...points], tolerance: 1e-6 };
    const { values, evaluations } = await torch.ask(command);
    officialEvaluations += evaluations / conditions.length;
    sums.official.push(...values);
    officialTruth.push(
      ...(await precise.logProb(embedding, points, { mode: "official", tolerance: 1e-7 })).logProbNats,
    );
    const truth = (await precise.logProb(embedding, points, { mode: "exact", tolerance: 1e-7 })).logProbNats;
    for (const [k, way] of ways.entries()) {
      const found = await model.logProb(embedding, points, way);
      sums.ours[k].values.push(...found.logProbNats);
      sums.ours[k].truth.push(...truth);
      sums.ours[k].evaluations += found.evaluations / conditions.length;
    }
  }
  await model.dispose();
  await precise.dispose();
  const official = { evaluations: Math.round(officialEvaluations), ...gap(sums.official, officialTruth) };
  const ours = ways.map((way, k) => {
    const { values, truth, evaluations } = sums.ours[k];
    return { ...way, evaluations: Math.round(evaluations), ...gap(values, truth) };
  });
  print({ compare: "likelihood: distance from the converged value of the flow", official, ours });
  const enough = ours.find((o) => o.medianNats <= official.medianNats && o.largestNats <= official.largestNats);
  const released = timed.others["PyTorch, eager"];
  if (typeof released !== "number") return;
  const theirs = (4096 * released * official.evaluations) / few / 1000;
  for (const [compare, way] of [
    ["likelihood of 4,096 points: the density of the map for the released code's", ours[0]],
    ["likelihood of 4,096 points at equal accuracy", enough],
  ]) {
    if (!way) continue;
    const seconds = (4096 * own * way.evaluations) / 1000;
    print({ compare, ...way, seconds: round(seconds), theirSeconds: round(theirs), ...times(theirs, seconds, cores) });
  }
}

/** Half of them samples of the model, half uniform on the sphere. */
async function typicalPoints({ config: own, params, schedule }, c, n) {
  const points = Float64Array.from(uniformPoints(new Generator(6), n));
  const model = velocityModel(own, params, { runtime });
  const field = model.field(c, n / 2, 0);
  let last;
  const solver = solverFor("riemannian-flow");
  for await (const state of solve(field, points.slice(0, (3 * n) / 2), { solver, schedule, steps: 32 })) last = state.x;
  points.set(last);
  await model.dispose();
  return points;
}

const all = { products, training, sampling, likelihoods };
const names = process.argv.slice(2);
const odd = names.find((name) => !all[name]);
if (odd !== undefined) {
  console.error(`bench:compare: "${odd}" is not one of ${Object.keys(all).join(", ")}`);
  process.exit(2);
}
const conditions =
  names.length === 0 || names.some((name) => name !== "products" && name !== "training") ? await embeddings() : [];
// Training begins with the products, as shares are of the best of them.
for (const name of names.length > 0 ? names : ["training", "sampling", "likelihoods"]) await all[name](conditions);
for (const peer of peers) peer.stop();
process.exit(0);
