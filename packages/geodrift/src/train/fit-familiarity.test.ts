import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator } from "@geodrift/core";
import { inverse, Matrix } from "ml-matrix";
import { afterAll, describe, expect, it } from "vitest";
import {
  domainsOf,
  familiarityFile,
  familiarityTensors,
  readFamiliarity,
  squaredDistance,
} from "../models/familiarity.js";
import { saveTensors } from "../models/tensor-file.js";
import { fitFamiliarity } from "./fit-familiarity.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-familiar-"));
afterAll(() => rmSync(folder, { recursive: true }));

const width = 6;
const random = new Generator(5);
const mixing = Float64Array.from({ length: width * width }, () => random.normal());

/** Embeddings of a normal distribution whose directions are not those of the axes, moved by so much. */
function embeddings(n: number, moved = 0): Float32Array {
  const out = new Float32Array(n * width);
  for (let row = 0; row < n; row++) {
    const z = Array.from({ length: width }, () => random.normal());
    for (let i = 0; i < width; i++)
      for (let k = 0; k < width; k++) out[row * width + i] += mixing[i * width + k] * (z[k] + moved) + (k ? 0 : 3);
  }
  return out;
}

describe("what a model has learned from", () => {
  const learned = embeddings(5000);
  const familiarity = fitFamiliarity({ width, embeddings: learned });
  if (!familiarity) throw new Error("nothing was fitted");
  const share = (of: Float32Array) => {
    const all = domainsOf(familiarity, of);
    return all.filter((d) => d.inside).length / all.length;
  };

  it("is 99 % of what is like it, and nothing that is not", () => {
    expect(Math.abs(share(embeddings(5000)) - 0.99)).toBeLessThan(0.01);
    expect(share(embeddings(500, 6))).toBeLessThan(0.05);
    const [first] = domainsOf(familiarity, embeddings(1));
    expect(first.of).toBe("any of the 5000 pictures that it has learned from");
  });

  it("is told by the Mahalanobis distance", () => {
    const { mean, factor } = familiarity;
    const root = new Matrix(Array.from({ length: width }, (_, i) => [...factor.subarray(i * width, (i + 1) * width)]));
    const inverted = inverse(root.mmul(root.transpose()));
    const x = embeddings(1);
    const d = Matrix.columnVector([...x].map((v, i) => v - mean[i]));
    expect(squaredDistance(familiarity, x)).toBeCloseTo(d.transpose().mmul(inverted).mmul(d).get(0, 0), 4);
  });

  it("is the same in a file, whose hash is the model's", async () => {
    await saveTensors(join(folder, familiarityFile), { tensors: familiarityTensors(familiarity), metadata: {} });
    const hash = createHash("sha256");
    expect(await readFamiliarity(folder, width, hash)).toEqual({ ...familiarity, edge: Math.fround(familiarity.edge) });
    expect(hash.digest("hex")).not.toBe(createHash("sha256").digest("hex"));
    await expect(readFamiliarity(folder, width + 1, createHash("sha256"))).rejects.toMatchObject({ code: "model" });
    expect(await readFamiliarity(join(folder, "none"), width, createHash("sha256"))).toBeUndefined();
  });

  it("is nothing for fewer than 100 pictures, and only itself where all are the same", () => {
    expect(fitFamiliarity({ width, embeddings: embeddings(99) })).toBeUndefined();
    const same = fitFamiliarity({ width: 2, embeddings: new Float32Array(400).fill(0.5) });
    if (!same) throw new Error("nothing was fitted");
    expect(domainsOf(same, Float32Array.of(0.5, 0.5, 0.5, 0.6)).map((d) => d.inside)).toEqual([true, false]);
  });
});
