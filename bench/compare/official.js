/**
 * The second half of `official.py`: what geodrift says of the same photographs, weights and noise, beside what the official code has
 * said. Prints a table. Embeddings are compared twice: as the pictures are read and prepared here, and samples from the official
 * embeddings as well, so that it shows which part a difference is of.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  distanceKm,
  likelihoodModel,
  readSafetensors,
  solve,
  solverFor,
  toLatLng,
  toVec3,
  vectorAt,
  velocityModel,
} from "@geodrift/core";
import { loadModel, readPicture } from "geodrift";
import { loadGenerativeModel } from "geodrift/models";
import { runtime } from "../measure.js";

const [folder] = process.argv.slice(2);
const about = JSON.parse(readFileSync(join(folder, "official.json"), "utf8"));
const { tensors } = readSafetensors(readFileSync(join(folder, "official.safetensors")));
const { noise, embeddings, samples, guided, logs } = tensors;
const [photographs, width] = embeddings.dims;
const n = noise.dims[0];

const generative = await loadGenerativeModel(about.model);
const model = await loadModel(about.model);
const velocity = velocityModel(generative.config, generative.params, { runtime });
const density = likelihoodModel(generative, { runtime });
/** The solver of the official pipeline: 250 steps of Euler, or of DDIM. */
const solver = solverFor(generative.path.name, generative.path.name === "diffusion" ? "ddim" : "euler");

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const row = (tensor, i, of) => tensor.data.subarray(i * of, (i + 1) * of);

/** Where the same noise is carried to, degrees. */
async function carried(embedding, guidance) {
  let x = Float64Array.from(noise.data);
  const field = velocity.field(embedding, n, guidance);
  for await (const state of solve(field, x, { solver, schedule: generative.schedule, steps: 250, guidance }))
    x = state.x;
  return Array.from({ length: n }, (_, i) => toLatLng(vectorAt(x, i)));
}

const apart = (places, official) =>
  places.map((place, i) => distanceKm(place, { lat: official[2 * i], lng: official[2 * i + 1] }));

const relative = [];
const km = { own: [], given: [], guided: [] };
const nats = [];
const bits = [];
for (let i = 0; i < photographs; i++) {
  const { preparation } = model.encoder;
  const own = await model.encoder.encode([await readPicture(about.photographs[i], preparation)]);
  const official = row(embeddings, i, width);
  const off = Math.hypot(...own.map((x, k) => x - official[k]));
  relative.push(off / Math.hypot(...official));
  km.own.push(...apart(await carried(own, 0), row(samples, i, 2 * n)));
  km.given.push(...apart(await carried(official, 0), row(samples, i, 2 * n)));
  km.guided.push(...apart(await carried(own, 2), row(guided, i, 2 * n)));
  if (!logs || i >= logs.dims[0]) continue;
  const [, count] = logs.dims;
  const places = Array.from({ length: count }, (_, k) => row(samples, i, 2 * n).subarray(2 * k, 2 * k + 2));
  const points = Float64Array.from(places.flatMap(([lat, lng]) => toVec3({ lat, lng })));
  const said = (await density.logProb(own, points, { mode: "official", tolerance: 1e-6 })).logProbNats;
  const theirs = row(logs, i, count);
  nats.push(...said.map((x, k) => Math.abs(x - theirs[k])));
  // Localizability as the released code has it, of the same samples: the mean of log₂ p over 4π.
  const mean = (values) => values.reduce((a, b) => a + b, 0) / count / (4 * Math.PI * Math.LN2);
  bits.push(Math.abs(mean(Array.from(said)) - mean(Array.from(theirs))));
}

const lines = [
  ["embedding, relative", relative],
  ["samples, km", km.own],
  ["samples from the official embedding, km", km.given],
  ["samples with guidance 2, km", km.guided],
  ...(logs
    ? [
        ["log p, official mode, nats", nats],
        ["localizability, as released", bits],
      ]
    : []),
];
const figure = (x) => (x === 0 ? "0" : x < 0.01 ? x.toExponential(1) : x.toPrecision(3));
const { versions, dino } = about;
const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
console.log(
  `${about.model}, ${photographs} photographs, ${n} samples of each; ${named.join(", ")}; DINOv2 by ${dino}\n`,
);
console.log("| apart by | median | greatest |\n|---|---|---|");
for (const [what, values] of lines)
  console.log(`| ${what} | ${figure(median(values))} | ${figure(Math.max(...values))} |`);
await model.dispose();
await velocity.dispose();
await density.dispose();
