/** The whole distribution of one picture: what a carried mesh costs, how true it is, and what a 1° grid of densities costs. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fibonacciSphere, likelihoodModel, sampleDistribution, toLatLng, vectorAt } from "@geodrift/core";
import { loadModel } from "geodrift";
import { quickMesh } from "geodrift/browser";
import { earthViews, readRaster } from "geodrift/earth";
import { loadGenerativeModel } from "geodrift/models";
import { matmulGflops, runtime } from "./measure.js";

const views = { seed: 3, size: 64, widthKm: [256, 768], headingDegrees: 15, centres: "land", augment: 0 };
const [pictures, checked, points] = [20, 4, 100];
/** Points of a grid of one degree, the poles once. */
const gridPoints = 179 * 360 + 2;
const ways = [
  { solver: "rk4", steps: 8 },
  { solver: "rk4", steps: 16 },
  { solver: "heun", steps: 16 },
  { solver: "heun", steps: 32 },
];
const evaluationsPerStep = { heun: 2, rk4: 4 };

const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
const masses = [0.5, 0.9];
/** How far radii of regions are off, relatively, in the median over pictures. */
const radiiOff = (distributions, references) =>
  masses.map((mass) =>
    median(
      distributions.map((d, i) =>
        Math.abs(Math.log(d.regions([mass])[0].radiusKm / references[i].regions([mass])[0].radiusKm)),
      ),
    ),
  );
const round = (x, digits = 0) => Number(x.toFixed(digits));

export const benches = {
  map: async function* () {
    const blueMarble = join(
      dirname(createRequire(import.meta.url).resolve("three-globe")),
      "../example/img/earth-blue-marble.jpg",
    );
    const raster = await readRaster(blueMarble, undefined, "three-globe");
    const model = await loadModel("earth");
    const likelihood = likelihoodModel(await loadGenerativeModel("earth"), { runtime });
    const seen = [];
    for await (const { picture } of earthViews([raster], views).examples(0, pictures)) seen.push(picture);
    const all = await model.encoder.encode(seen);
    const embeddings = seen.map((_, i) => all.slice(i * model.encoder.width, (i + 1) * model.encoder.width));
    // Exact densities where samples lie, to hold the maps against.
    const exact = [];
    for (const c of embeddings.slice(0, checked)) {
      const x = await model.locator.sample(c, points, { seed: 5, steps: 32, guidance: 0, solver: "rk4" });
      exact.push({ x, logs: (await likelihood.logProb(c, x, { mode: "exact", tolerance: 1e-5 })).logProbNats });
    }
    const matmul = Math.round(await matmulGflops());
    for (const way of ways) {
      const [times, vertices, gaps] = [[], [], []];
      for (const [i, c] of embeddings.entries()) {
        const then = performance.now();
        const [map] = await model.locator.distributions(c, { ...way, guidance: 0 });
        times.push(performance.now() - then);
        vertices.push(map.mesh.vertices.length / 3);
        if (i < checked) {
          const { x, logs } = exact[i];
          logs.forEach((l, k) => {
            gaps.push(Math.abs(map.logProbNats(toLatLng(vectorAt(x, k))) - l));
          });
        }
      }
      const mean = vertices.reduce((a, b) => a + b) / pictures;
      yield {
        bench: "map",
        ...way,
        medianMs: round(median(times)),
        vertices: round(mean),
        evaluations: round(mean * way.steps * evaluationsPerStep[way.solver]),
        medianGapNats: round(median(gaps), 3),
        matmulGflops: matmul,
      };
    }
    // What `locate` does without a map, and samples in its place, beside a mesh that is many times as fine.
    const [references, quick, sampled] = [[], [], []];
    const finest = { guidance: 0, steps: 10, level: 4, tolerance: 0.2, maxVertices: 8000 };
    for (const c of embeddings) {
      references.push((await model.locator.distributions(c, finest))[0]);
      quick.push((await model.locator.distributions(c, { guidance: 0, ...quickMesh }))[0]);
      sampled.push(sampleDistribution(await model.locator.sample(c, 256, { guidance: 0, seed: 0 })));
    }
    const vertices = (maps) => round(maps.reduce((sum, d) => sum + d.mesh.vertices.length / 3, 0) / pictures);
    for (const [way, maps] of [
      [`quick mesh of ${vertices(quick)} vertices`, quick],
      ["256 samples", sampled],
    ]) {
      const [off50, off90] = radiiOff(maps, references).map((x) => round(x, 3));
      yield { bench: "radii", way, pictures, finestVertices: vertices(references), off50, off90 };
    }
    const some = Float64Array.from(fibonacciSphere(2048).flat());
    const { evaluations } = await likelihood.logProb(embeddings[0], some, { mode: "exact", tolerance: 1e-4 });
    // Each with two tangents beside it.
    yield { bench: "grid", degrees: 1, points: gridPoints, evaluations: 3 * evaluations * gridPoints };
  },
};
