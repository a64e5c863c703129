import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import type { Part } from "../split/split.js";
import { readSplit, writeSplit } from "../split/split-file.js";
import { type EmbeddedRow, embeddingsWriter, openEmbeddings, type Provenance } from "./embeddings-file.js";
import { readEmbeddings, readPlacesOf, vectorsOf } from "./read-embeddings.js";
import { Seen } from "./seen.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-embed-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe("hashes that were seen", () => {
  it("are told from new ones, as a set would, however many there are", () => {
    const seen = new Seen();
    const known = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      const hex = createHash("sha256")
        .update(String(i % 3700))
        .digest("hex");
      expect(seen.add(hex)).toBe(!known.has(hex));
      known.add(hex);
    }
  });
  it("may be any numbers, close ones and zero among them", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0 }))), (numbers) => {
        const seen = new Seen();
        const known = new Set<number>();
        for (const n of numbers.map((n) => n * 1024 + 2)) {
          expect(seen.add(n.toString(16).padStart(16, "0"))).toBe(!known.has(n));
          known.add(n);
        }
      }),
    );
    expect(new Seen().add("0".repeat(64))).toBe(true);
  });
});

const provenance: Provenance = {
  source: "photos",
  encoder: {
    name: "streetclip",
    config: {
      kind: "transformer",
      weights: { known: "streetclip" },
      preparation: { size: 336, square: "resize-crop" },
      colours: "clip",
    },
  },
  width: 3,
  // One that is named as one of the table's own.
  columns: ["country", "id"],
};
const rows = Array.from(
  { length: 7 },
  (_, i): EmbeddedRow => ({
    id: `p${i}, "q"\n日`,
    lat: -90 + 30 * i,
    lng: 180 - 50 * i,
    sha256: i === 3 ? "" : `${i}`.repeat(64),
    labels: [i % 2 ? null : "NA", `own ${i}`],
    embedding: Float32Array.of(i, -i, i / 7),
  }),
);
async function table(name: string): Promise<string> {
  const writer = embeddingsWriter(at(name), provenance);
  await writer.write(rows.slice(0, 4));
  await writer.write([]);
  await writer.write(rows.slice(4));
  await writer.finish();
  return at(name);
}

describe("a table of embeddings", () => {
  it("comes back as it was written, a group of rows at a time, with what made it", async () => {
    const file = await openEmbeddings(await table("t.parquet"));
    const { rows: _, ...about } = file;
    expect(about).toEqual({ ...provenance, file: at("t.parquet"), length: 7 });
    const groups: EmbeddedRow[][] = [];
    for await (const group of file.rows()) groups.push(group);
    expect(groups.map((g) => g.length)).toEqual([4, 3]);
    expect(groups.flat()).toEqual(rows);
    expect((await readPlacesOf(file)).ids).toEqual(rows.map((r) => r.id));
  });
  it("is read whole, or a part of a split", async () => {
    const file = await table("u.parquet");
    const whole = await readEmbeddings(file);
    expect(whole.ids).toHaveLength(7);
    expect(whole.embeddings.subarray(15, 18)).toEqual(rows[5].embedding);
    const part = rows.map((_, i): Part => (i % 3 === 0 ? "test" : i % 3 === 1 ? "train" : "validation"));
    const split = at("split/u.csv");
    await writeSplit(split, whole.ids, part);
    expect(await readSplit(split, whole.ids)).toEqual(part);
    const some = await readEmbeddings(file, { file: split, parts: ["test"] });
    const own = [rows[0], rows[3], rows[6]];
    expect(some).toMatchObject({ ids: own.map((r) => r.id), labels: own.map((r) => r.labels) });
    expect(some.places).toEqual(own.map(({ lat, lng }) => ({ lat, lng })));
    expect([...some.embeddings]).toEqual(own.flatMap((r) => [...r.embedding]));
    // Embeddings of a range alone, of all rows or of the part; the rest is told as ever.
    for (const [from, to] of [
      [0, 0],
      [0, 2],
      [1, 3],
      [2, 99],
    ]) {
      const range = await readEmbeddings(file, { file: split, parts: ["test"] }, { from, to });
      expect(range.ids).toEqual(some.ids);
      expect([...range.embeddings]).toEqual(own.slice(from, to).flatMap((r) => [...r.embedding]));
      const plain = await readEmbeddings(file, undefined, { from: 2 * from, to: 2 * to });
      expect(plain).toMatchObject({ ids: whole.ids, labels: whole.labels });
      expect([...plain.embeddings]).toEqual(rows.slice(2 * from, 2 * to).flatMap((r) => [...r.embedding]));
    }
    const groups: number[][] = [];
    for await (const group of (await openEmbeddings(file)).rows({ from: 5, to: 6 }))
      groups.push(group.map((r) => r.embedding.length));
    expect(groups).toEqual([
      [0, 0, 0, 0],
      [3, 3, 3],
    ]);
    await writeSplit(
      split,
      whole.ids,
      part.map(() => "train" as const),
    );
    await expect(readEmbeddings(file, { file: split, parts: ["test"] })).rejects.toThrow(
      "holds no rows of the part test",
    );
  });
  it("is made by geodrift, and is there", async () => {
    const other = at("other.parquet");
    parquetWriteFile({ filename: other, columnData: [{ name: "x", data: [1], type: "DOUBLE" }] });
    writeFileSync(at("text.parquet"), "text, and more of it than twelve bytes");
    await expect(openEmbeddings(other)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("its columns are x"),
    });
    await expect(openEmbeddings(at("text.parquet"))).rejects.toMatchObject({ code: "file" });
    await expect(openEmbeddings(at("none.parquet"))).rejects.toMatchObject({ code: "not-found" });
  });
  it("has places as unit vectors", () => {
    const vectors = vectorsOf([
      { lat: 90, lng: 7 },
      { lat: 0, lng: 90 },
    ]);
    [0, 0, 1, 0, 1, 0].forEach((v, i) => {
      expect(vectors[i]).toBeCloseTo(v, 12);
    });
  });
});

describe("a split on disk", () => {
  it("comes back as it was written, whatever the rows are called", async () => {
    const id = fc.stringMatching(/^[\w",;日 -]*\w$/);
    const part = fc.constantFrom<Part>("train", "validation", "test");
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            id.map((s) => s.trim()),
            part,
          ),
        ),
        async (pairs) => {
          const ids = pairs.map(([name]) => name);
          await writeSplit(
            at("s.csv"),
            ids,
            pairs.map(([, p]) => p),
          );
          expect(await readSplit(at("s.csv"), ids)).toEqual(pairs.map(([, p]) => p));
        },
      ),
      { numRuns: 30 },
    );
  });
  it.each([
    ["id,part\na,train\n", ["a", "b"], "splits 1 rows, the table has 2"],
    ["id,part\na,train\nb,test\n", ["a"], 'is of another table: row 3 is "b", the table has "undefined"'],
    ["id,part\na,train\nc,test\n", ["a", "b"], 'is of another table: row 3 is "c", the table has "b"'],
    ["id,part\na,training\n", ["a"], 'row 2: a part is train, validation, test, got "training"'],
    ["name,part\na,train\n", ["a"], "a split has the columns id and part, got name, part"],
  ])("%j is refused for rows %j", async (text, ids, sentence) => {
    writeFileSync(at("bad.csv"), text);
    await expect(readSplit(at("bad.csv"), ids)).rejects.toMatchObject({
      code: "data",
      message: `${at("bad.csv")}: ${sentence}`,
    });
  });
});
