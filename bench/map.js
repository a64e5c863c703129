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
const [pictures, checked, points, everywhere] = [20, 8, 100, 400];
/** Points of a grid of one degree, the poles once. */
const gridPoints = 179 * 360 + 2;
const ways = { quick: quickMesh, whole: {} };

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
    // Densities of the solver's map, place by place, where samples lie and all over the globe, to hold the meshes against.
    const globe = Float64Array.from(fibonacciSphere(everywhere).flat());
    const exact = [];
    for (const c of embeddings.slice(0, checked)) {
      const x = await model.locator.sample(c, points, { seed: 5, steps: 32, guidance: 0, solver: "rk4" });
      const logs = async (places) => (await likelihood.logProb(c, places, { mode: "map" })).logProbNats;
      exact.push([
        { x, logs: await logs(x) },
        { x: globe, logs: await logs(globe) },
      ]);
    }
    const gapOf = (map, { x, logs }) =>
      median([...logs].map((l, k) => Math.abs(map.logProbNats(toLatLng(vectorAt(x, k))) - l)));
    const matmul = Math.round(await matmulGflops());
    for (const [name, way] of Object.entries(ways)) {
      const [times, vertices, mass, uniform] = [[], [], [], []];
      // Every number of points has a graph of its own, which is compiled once.
      for (const c of embeddings) await model.locator.distributions(c, { ...way, guidance: 0 });
      for (const [i, c] of embeddings.entries()) {
        const then = performance.now();
        const [map] = await model.locator.distributions(c, { ...way, guidance: 0 });
        times.push(performance.now() - then);
        vertices.push(map.mesh.vertices.length / 3);
        if (i < checked) {
          mass.push(gapOf(map, exact[i][0]));
          uniform.push(gapOf(map, exact[i][1]));
        }
      }
      yield {
        bench: "map",
        mesh: name,
        medianMs: round(median(times)),
        vertices: round(vertices.reduce((a, b) => a + b) / pictures),
        medianGapOverMassNats: round(median(mass), 3),
        medianGapOverGlobeNats: round(median(uniform), 3),
        worstPictureOverGlobeNats: round(Math.max(...uniform), 3),
        matmulGflops: matmul,
      };
    }
    // What `locate` does without a map, and samples in its place, beside a mesh that is many times as fine.
    const [references, quick, sampled] = [[], [], []];
    const finest = { guidance: 0, tolerance: 0.5, maxVertices: 2000 };
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
