/** How far the density of the solver's map lies from that of the continuous flow, and what each costs. */
import { fileURLToPath } from "node:url";
import { Generator, likelihoodModel, uniformPoints } from "@geodrift/core";
import { loadGenerativeModel, loadModel } from "geodrift/models";
import { readPicture } from "geodrift/pictures";
import { runtime } from "./measure.js";

const play = (i) => fileURLToPath(new URL(`../packages/geodrift/page/play/${i}.png`, import.meta.url));
/** Places of a picture: so many samples, and as many anywhere. */
const half = 16;

const ways = [
  { steps: 16 },
  { steps: 32 },
  { steps: 64 },
  { steps: 96 },
  { mode: "exact", tolerance: 1e-4 },
  { mode: "exact", tolerance: 1e-5 },
];

async function* likelihood() {
  const [model, generative] = [await loadModel("earth"), await loadGenerativeModel("earth")];
  const doubles = Object.fromEntries(
    Object.entries(generative.params).map(([name, t]) => [
      name,
      new runtime.Tensor("float64", Float64Array.from(t.data), t.dims),
    ]),
  );
  const precise = likelihoodModel({ ...generative, params: doubles }, { runtime });
  const single = likelihoodModel(generative, { runtime });
  const found = ways.map(() => ({ evaluations: 0, turned: 0, ms: 0, samples: [], anywhere: [] }));
  for (const picture of [0, 2, 5]) {
    const embedding = await model.encoder.encode([await readPicture(play(picture), model.encoder.preparation)]);
    const samples = await model.locator.sample(embedding, half, { seed: 1, guidance: 0 });
    const places = Float64Array.from([...samples, ...uniformPoints(new Generator(picture + 1), half)]);
    const truth = (await precise.logProb(embedding, places, { mode: "exact", tolerance: 1e-6 })).logProbNats;
    for (const [k, way] of ways.entries()) {
      await single.logProb(embedding, places, way);
      const then = performance.now();
      const { logProbNats, evaluations, turned } = await single.logProb(embedding, places, way);
      found[k].ms += performance.now() - then;
      found[k].evaluations = evaluations;
      found[k].turned += turned.reduce((a, b) => a + b, 0);
      logProbNats.forEach((v, i) => {
        found[k][i < half ? "samples" : "anywhere"].push(Math.abs(v - truth[i]));
      });
    }
  }
  const at = (gaps, share) => Number([...gaps].sort((a, b) => a - b)[Math.floor(share * (gaps.length - 1))].toFixed(4));
  for (const [k, way] of ways.entries()) {
    const { evaluations, turned, ms, samples, anywhere } = found[k];
    yield {
      bench: "likelihood",
      ...way,
      evaluations,
      ms: Math.round(ms),
      turned,
      samples: { median: at(samples, 0.5), largest: at(samples, 1) },
      anywhere: { median: at(anywhere, 0.5), largest: at(anywhere, 1) },
    };
  }
}

export const benches = { likelihood };
