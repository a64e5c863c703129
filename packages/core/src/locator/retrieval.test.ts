import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { exactNeighbours, exactSearch, Generator, retrievalLocator, uniformPoints, vectorAt } from "../index.js";

const options = { seed: 3, steps: 1, guidance: 0 };

describe("retrieval", () => {
  const [n, width] = [40_000, 5];
  const random = new Generator(1);
  const embeddings = random.normals(n * width);
  const places = uniformPoints(random, n);
  const asked = random.normals(3 * width);
  const cosine = (i: number, j: number) => {
    let [ab, bb] = [0, 0];
    for (let k = 0; k < width; k++) {
      ab += asked[i * width + k] * embeddings[j * width + k];
      bb += embeddings[j * width + k] ** 2;
    }
    return ab / Math.sqrt(bb);
  };
  const ranked = (i: number) => Array.from({ length: n }, (_, j) => j).sort((a, b) => cosine(i, b) - cosine(i, a));

  it("finds the nearest by cosine, as slow search does, across the blocks of the index", async () => {
    const locator = retrievalLocator(exactSearch({ embeddings, places }, width, 1, { runtime: ort }));
    const found = await locator.sample(asked, 1, options);
    for (let i = 0; i < 3; i++) expect(vectorAt(found, i)).toEqual(vectorAt(Float64Array.from(places), ranked(i)[0]));
    await locator.dispose();
  });
  it("draws from the nearest few, and from no others", async () => {
    const locator = retrievalLocator(exactSearch({ embeddings, places }, width, 7, { runtime: ort }));
    const found = await locator.sample(asked.slice(0, width), 300, options);
    const allowed = new Set(
      ranked(0)
        .slice(0, 7)
        .map((j) => places[3 * j]),
    );
    const seen = new Set(Array.from({ length: 300 }, (_, k) => found[3 * k]));
    expect(seen).toEqual(allowed);
    await locator.dispose();
  });
  it("finds the same rows in one pass over pieces of any length", async () => {
    async function* pieces() {
      for (let from = 0; from < n; from += 977)
        yield embeddings.subarray(from * width, Math.min(n, from + 977) * width);
    }
    const rows = await exactNeighbours(asked, pieces(), width, 7, { runtime: ort });
    for (let i = 0; i < 3; i++) expect(Array.from(rows.subarray(7 * i, 7 * i + 7))).toEqual(ranked(i).slice(0, 7));
  });
  it("refuses an index that is too small", async () => {
    const small = { embeddings: embeddings.subarray(0, 2 * width), places };
    expect(() => exactSearch(small, width, 3, { runtime: ort })).toThrow("needs 3 pictures or more, got 2");
    async function* one() {
      yield small.embeddings;
    }
    await expect(exactNeighbours(asked, one(), width, 3, { runtime: ort })).rejects.toThrow(
      "3 pictures or more, got 2",
    );
  });
});
