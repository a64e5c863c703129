import { tensor } from "@geodrift/compile";
import { meshDistribution, meshOfDensity, sampleDistribution, toVec3 } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { densityAt, resultAt } from "../../../../test/page/answers.js";
import type { Answer } from "../engine/engine.js";
import { hashOf, holdsAnswer, readHash } from "./answer-link.js";

const best = { lat: -41.3, lng: 174.8 };
const settings = {
  samples: 256,
  guidance: 1.5,
  seed: 7,
  model: "earth",
  prior: "New Zealand",
  region: [best, best, best],
};
const recorded = { lat: 1, lng: 2, distanceKm: 3 };
const result = resultAt(best, { recorded, notes: ["a note"], domain: { of: "views", logOdds: 3, inside: true } });

/** A peak on a mesh, as flows on the sphere have it. */
async function onMesh(): Promise<Answer> {
  const centre = toVec3(best);
  const log = (points: Float64Array) =>
    Float64Array.from({ length: points.length / 3 }, (_, i) => {
      const [x, y, z] = [0, 1, 2].map((k) => points[3 * i + k] * centre[k]);
      return 4000 * (x + y + z);
    });
  const mesh = await meshOfDensity(log, { peaks: [{ centre, radius: 0.02 }] }, { level: 2, tolerance: 1 });
  return { result, steps: [], distribution: meshDistribution(mesh), samples: densityAt(best).samples };
}

describe("an answer as a link", () => {
  it("comes back with its distribution to six digits, its settings and its picture's name; what the picture's file says stays here", async () => {
    const answer = await onMesh();
    const hash = await hashOf({ settings, answer });
    expect(holdsAnswer(hash)).toBe(true);
    expect(hash).toMatch(/^#answer=[\w-]+$/);
    expect(hash.length).toBeLessThan(26_000);
    const back = await readHash(hash);
    expect(back.settings).toEqual(settings);
    expect(back.picture).toBeUndefined();
    const { recorded: _, notes: __, ...told } = result;
    expect(back.answer.result).toEqual(told);
    for (const place of [best, { lat: -41, lng: 175 }, { lat: 60, lng: 10 }]) {
      const [a, b] = [answer, back.answer].map(({ distribution }) => distribution.logProbNats(place));
      // Far from the peak there is nothing that a double could hold.
      expect(b === a || Math.abs(b / a - 1) < 1e-5, `${a}, ${b}`).toBe(true);
    }
    const [a, b] = [answer, back.answer].map(({ distribution }) => distribution.regions([0.5, 0.9]));
    for (const [i, { radiusKm }] of a.entries()) expect(b[i].radiusKm / radiusKm).toBeCloseTo(1, 4);
    expect(back.answer.samples).toHaveLength(answer.samples.length);
  });

  it("brings a small picture and what its file says where that is wanted, and samples where there is no mesh", async () => {
    const { samples } = densityAt(best);
    const answer: Answer = { result, steps: [], samples, distribution: sampleDistribution(samples) };
    const bytes = Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256);
    const picture = new File([bytes], result.image, { type: "image/webp" });
    const back = await readHash(await hashOf({ settings, answer, picture }));
    expect(new Uint8Array((await back.picture?.arrayBuffer()) ?? [])).toEqual(bytes);
    expect(back.answer.result).toEqual(result);
    expect(back.answer.distribution.logProbNats(best)).toBeCloseTo(answer.distribution.logProbNats(best), 4);
  });

  it("that is cut off or changed anywhere is said to be damaged: it has a checksum", async () => {
    const { samples } = densityAt(best);
    const hash = await hashOf({ settings, answer: { ...(await onMesh()), samples } });
    const damaged = "This link is cut off or damaged: there is no answer in it.";
    for (const odd of ["#answer=", "#answer=%%%", "#answer=AAAA", `${hash.slice(0, 400)}`, hash.slice(0, -40)])
      await expect(readHash(odd)).rejects.toThrow(damaged);
    // Behind the head, of which the time and the system's number are not looked at.
    const head = 8 + 16;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: head, max: hash.length - 3 }), async (at) => {
        const other = hash[at] === "A" ? "B" : "A";
        await expect(readHash(hash.slice(0, at) + other + hash.slice(at + 1))).rejects.toThrow(damaged);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses what is no answer: other numbers, other versions, gigabytes of nothing", async () => {
    const packed = async (bytes: Uint8Array<ArrayBuffer>) => {
      const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      const all = new Uint8Array(await new Response(stream).arrayBuffer());
      return `#answer=${Buffer.from(all).toString("base64url")}`;
    };
    await expect(readHash(await packed(new Uint8Array(2 ** 26)))).rejects.toThrow("damaged");
    const { writeSafetensors, distributionTensors } = await import("@geodrift/core");
    const { distribution, samples } = await onMesh();
    const tensors = distributionTensors(distribution, samples);
    const count = tensors.masses.data.length;
    const vertices = tensors.vertexLogDensities.data.length;
    const of = (values: number[], shape: number[]) => tensor(Float32Array.from(values), shape);
    const masses = (value: number) => of(Array(count).fill(value), [count]);
    const hostile = [
      { vertices: tensors.samples },
      { vertexLogDensities: tensors.masses },
      { masses: masses(-1 / count) },
      { masses: masses(0) },
      { masses: undefined, vertexLogDensities: of(Array(vertices).fill(Number.NEGATIVE_INFINITY), [vertices]) },
      { masses: undefined, vertices: of(Array(3 * vertices).fill(Math.sqrt(1 / 3)), [vertices, 3]) },
      { areas: masses(Number.POSITIVE_INFINITY) },
      { triangles: of(Array(3 * count).fill(0.5), [count, 3]) },
      { samples: of([1, 0], [2]) },
      { samples: of([0, 0, 0, 0, 0, 0], [2, 3]) },
      { samples: of([Number.POSITIVE_INFINITY, 0, 0, 1, 0, 0], [2, 3]) },
      {
        samples: of(
          Array.from({ length: 15_000 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
          [5000, 3],
        ),
      },
      { conformal: of([0, 1], [2]) },
    ];
    const made = (about: object, more: object = {}) => {
      const all = Object.entries({ ...tensors, ...more }).filter(([, t]) => t !== undefined);
      return packed(
        writeSafetensors({ tensors: Object.fromEntries(all), metadata: { answer: JSON.stringify(about) } }),
      );
    };
    const good = { version: 1, settings, result };
    // As links have them: in single precision.
    for (const [name, t] of Object.entries(tensors))
      if (t.type === "float64") tensors[name] = of([...(t.data as Float64Array)], [...t.dims]);
    expect((await readHash(await made(good))).settings).toEqual(settings);
    await expect(readHash(await made({ ...good, version: 3 }))).rejects.toThrow("another version of the page");
    for (const odd of [
      made({ ...good, settings: { samples: "many" } }),
      made({ ...good, settings: { ...settings, samples: -5 } }),
      made({ ...good, settings: { ...settings, region: [{ lat: 1e9, lng: 0 }] } }),
      made({ ...good, result: { ...result, best: { lat: 91, lng: 0 } } }),
      made({ ...good, result: { ...result, modes: "none" } }),
      ...hostile.map((more) => made(good, more)),
    ])
      await expect(odd.then(readHash)).rejects.toThrow("damaged");
  });
});
