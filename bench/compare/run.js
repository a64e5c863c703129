/**
 * `npm run bench:compare [-- training|sampling|likelihoods]`: the same work here and in PyTorch (`plonk.py`; Debian's python3-torch with libopenblas0-pthread),
 * by turns in one run, and how many times as long PyTorch takes. Steps are timed on the released models' network with random
 * weights; how many of them equal accuracy takes is counted on the embedded model, whose flow is trained.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
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
import { loadModel, readPicture } from "geodrift";
import { exportToPlonk, loadGenerativeModel } from "geodrift/models";
import { runtime } from "../measure.js";
import { sampler, trainer } from "../plonk.js";

const rounds = 5;
const config = { input_dim: 3, dim: 512, depth: 12, expansion: 4, cond_dim: 1024 };

/** A Python that has torch; undefined if none has. */
function pythonWithTorch() {
  return [process.env.PYTHON, "python3", "/usr/bin/python3"].filter(Boolean).find((python) => {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

const python = pythonWithTorch();
if (!python) {
  console.error("bench:compare wants a python3 with torch: apt-get install python3-torch libopenblas0-pthread");
  process.exit(2);
}
const theirs = spawn(python, [new URL("plonk.py", import.meta.url).pathname], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: theirs.stdout })[Symbol.asyncIterator]();
const ask = async (command) => {
  theirs.stdin.write(`${JSON.stringify(command)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error("PyTorch has stopped; its last words are above");
  return JSON.parse(value);
};

/** Least milliseconds of both, by turns. */
async function byTurns(work, size, run) {
  await run();
  let [own, torch] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < rounds; i++) {
    const then = performance.now();
    await run();
    own = Math.min(own, performance.now() - then);
    torch = Math.min(torch, (await ask({ work, size })).ms);
  }
  return { own, torch };
}

const round = (x, digits = 1) => Number(x.toFixed(digits));
const print = (line) => console.log(JSON.stringify(line));

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

async function training() {
  const steps = trainer(config.dim, config.depth, 1024);
  const { own, torch } = await byTurns("train-step", 1024, () => steps.next());
  await steps.return();
  print({ compare: "training step", batch: 1024, ms: round(own), torchMs: round(torch), times: round(torch / own, 2) });
}

async function sampling(conditions) {
  const samples = 1024;
  const { run, dispose } = sampler(samples);
  const { own, torch } = await byTurns("guided-step", samples, run);
  await dispose();
  const step = { ms: round(own), torchMs: round(torch), times: round(torch / own, 2) };
  print({ compare: "guided step", samples, guidance: 2, ...step });
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
  const [seconds, torchSeconds] = [(4 * enough.steps * own) / 1000, (250 * torch) / 1000];
  print({
    compare: "guided sampling at equal accuracy",
    samples,
    steps: enough.steps,
    seconds: round(seconds),
    torchSeconds: round(torchSeconds),
    times: round(torchSeconds / seconds),
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
  // The released code takes all points at once; here PyTorch is given few, which is kinder to its memory.
  const { own, torch } = await byTurns("jacobian-step", 256, run);
  await network.dispose();
  const [msPerPoint, torchMsPerPoint] = [own / batch, torch / 256];
  const times = round(torchMsPerPoint / msPerPoint, 2);
  print({
    compare: "field with divergence, per point",
    ms: round(msPerPoint, 3),
    torchMs: round(torchMsPerPoint, 3),
    times,
  });

  const folder = mkdtempSync(join(tmpdir(), "geodrift-compare-"));
  await exportToPlonk("earth", folder);
  const generative = await loadGenerativeModel("earth");
  const model = likelihoodModel({ ...generative, path: riemannianFlow }, { runtime });
  // What both are measured by: the same integrals in double precision, at a tenth of the tolerance.
  const doubles = Object.fromEntries(
    Object.entries(generative.params).map(([k, t]) => [k, tensor(Float64Array.from(t.data), t.dims, "float64")]),
  );
  const precise = likelihoodModel({ ...generative, path: riemannianFlow, params: doubles }, { runtime });
  // Where the probability is, and anywhere: half each. In PyTorch a point more makes every step of all the others smaller.
  const n = 32;
  const sums = { official: [], exact: {} };
  let officialEvaluations = 0;
  const tolerances = [1e-3, 1e-4, 1e-5, 3e-6, 1e-6];
  for (const t of tolerances) sums.exact[t] = { values: [], truth: [], evaluations: 0 };
  const officialTruth = [];
  for (const embedding of conditions) {
    const points = await typicalPoints(generative, embedding, n);
    const command = { work: "likelihood", folder, embedding: [...embedding], points: [...points], tolerance: 1e-6 };
    const { values, evaluations } = await ask(command);
    officialEvaluations += evaluations / conditions.length;
    sums.official.push(...values);
    const exact = (options) => model.logProb(embedding, points, options);
    officialTruth.push(
      ...(await precise.logProb(embedding, points, { mode: "official", tolerance: 1e-7 })).logProbNats,
    );
    const truth = (await precise.logProb(embedding, points, { mode: "exact", tolerance: 1e-7 })).logProbNats;
    for (const t of tolerances) {
      const found = await exact({ mode: "exact", tolerance: t });
      sums.exact[t].values.push(...found.logProbNats);
      sums.exact[t].truth.push(...truth);
      sums.exact[t].evaluations += found.evaluations / conditions.length;
    }
  }
  await model.dispose();
  await precise.dispose();
  rmSync(folder, { recursive: true });
  const official = { evaluations: Math.round(officialEvaluations), ...gap(sums.official, officialTruth) };
  const ours = tolerances.map((tolerance) => {
    const { values, truth, evaluations } = sums.exact[tolerance];
    return { tolerance, evaluations: Math.round(evaluations), ...gap(values, truth) };
  });
  print({ compare: "likelihood: distance from the converged value", official, ours });
  const enough = ours.find((o) => o.medianNats <= official.medianNats && o.largestNats <= official.largestNats);
  if (!enough) return;
  const [seconds, torchSeconds] = [
    (4096 * msPerPoint * enough.evaluations) / 1000,
    (4096 * torchMsPerPoint * official.evaluations) / 1000,
  ];
  print({
    compare: "likelihood of 4,096 points at equal accuracy",
    tolerance: enough.tolerance,
    seconds: round(seconds),
    torchSeconds: round(torchSeconds),
    times: round(torchSeconds / seconds),
  });
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

const all = { training, sampling, likelihoods };
const names = process.argv.slice(2);
const odd = names.find((name) => !all[name]);
if (odd !== undefined) {
  console.error(`bench:compare: "${odd}" is not one of ${Object.keys(all).join(", ")}`);
  process.exit(2);
}
const conditions = await embeddings();
for (const name of names.length > 0 ? names : Object.keys(all)) await all[name](conditions);
theirs.kill();
process.exit(0);
