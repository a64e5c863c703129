/** Indexes of embedded pictures: in memory or on disk they find the same, and what was killed on the way loses and doubles nothing. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Generator, toLatLng, vectorAt } from "@geodrift/core";
import { connect } from "@lancedb/lancedb";
import { loadModel } from "geodrift";
import { type EmbeddedRow, embeddingsWriter, openEmbeddings } from "geodrift/train";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { photograph } from "./photographs.js";
import { inThisProcess, start } from "./program.js";
import { writeVisionEncoder } from "./released.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-index-"));
const at = (...names: string[]) => join(folder, ...names);
const run = (...args: string[]) => inThisProcess(args, folder);
const index = (...args: string[]) => run("index", "table.parquet", ...args);

const pictures = 4000;
const neighbours = 16;
let width = 0;
let rows: EmbeddedRow[] = [];

beforeAll(async () => {
  writeFileSync(
    at("split.csv"),
    `id,part\n${Array.from({ length: pictures }, (_, i) => `${i},${i % 10 ? "train" : "test"}\n`).join("")}`,
  );
  writeVisionEncoder(at("vision"));
  mkdirSync(at("album"));
  for (let i = 0; i < 3; i++)
    writeFileSync(at("album", `${i}.jpg`), await photograph({ lat: 10 * i, lng: 5, seed: i }));
  const { code, stderr } = await run("embed", "album", "-o", "few.parquet", "--encoder", "vision");
  expect([code, stderr]).toEqual([0, ""]);
  // Many more of the same encoder's, in groups, as pictures of one town are.
  const { length: _, file: __, rows: ___, ...about } = await openEmbeddings(at("few.parquet"));
  width = about.width;
  const random = new Generator(1);
  const towns = Array.from({ length: 60 }, () => random.normals(width));
  rows = Array.from({ length: pictures }, (_, i) => ({
    ...{ id: `${i}`, lat: (i % 179) - 89, lng: (i % 360) - 180, sha256: "", labels: about.columns.map(() => null) },
    embedding: towns[i % 60].map((x) => x + random.normal()),
  }));
  const writer = embeddingsWriter(at("table.parquet"), about);
  for (let from = 0; from < pictures; from += 1024) await writer.write(rows.slice(from, from + 1024));
  await writer.finish();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const cosine = (a: Float32Array, b: Float32Array) => {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) [ab, aa, bb] = [ab + a[i] * b[i], aa + a[i] ** 2, bb + b[i] ** 2];
  return ab / Math.sqrt(aa * bb);
};
const placeOf = ({ lat, lng }: { lat: number; lng: number }) => `${lat.toFixed(3)} ${lng.toFixed(3)}`;

/** Places of the nearest among some rows, by comparing all. */
const nearest = (asked: Float32Array, among: readonly EmbeddedRow[]): string[] =>
  among
    .map((row) => [cosine(asked, row.embedding), row] as const)
    .sort((a, b) => b[0] - a[0])
    .slice(0, neighbours)
    .map(([, row]) => placeOf(row));

/** Share of the places of the true neighbours that a model draws its samples from, over twenty pictures near those that it knows. */
async function found(model: string, among = rows): Promise<number> {
  const { locator, dispose } = await loadModel(at(model));
  const random = new Generator(7);
  let share = 0;
  for (let i = 0; i < 20; i++) {
    const asked = rows[random.integer(pictures)].embedding.map((x) => x + 0.5 * random.normal());
    const samples = await locator.sample(asked, 400, { seed: i, guidance: 0 });
    const drawn = new Set(Array.from({ length: 400 }, (_, k) => placeOf(toLatLng(vectorAt(samples, k)))));
    expect(drawn.size).toBeLessThanOrEqual(neighbours);
    share += nearest(asked, among).filter((place) => drawn.has(place)).length / neighbours / 20;
  }
  await dispose();
  return share;
}

/** The table in an index on disk: every row once, in order, with its own place and embedding. */
async function expectWhole(model: string): Promise<void> {
  const table = await (await connect(at(model))).openTable("places");
  const there = (await table.query().toArray()).sort((a, b) => a.row - b.row);
  expect(there.map(({ row }) => row)).toEqual(rows.map((_, i) => i));
  there.forEach(({ lat, lng, embedding }, i) => {
    expect([lat, lng]).toEqual([rows[i].lat, rows[i].lng]);
    if (i % 500 === 0)
      expect(cosine(Float32Array.from(embedding).slice(0, width), rows[i].embedding)).toBeGreaterThan(0.999);
  });
}

describe("geodrift index", () => {
  it("finds all of the nearest in memory, below a million pictures", async () => {
    const { code, stdout } = await index("-o", "exact");
    expect([code, stdout]).toEqual([0, "exact: all pictures are compared, in memory\n"]);
    expect(await found("exact")).toBeCloseTo(1, 9);
  });

  it("finds as many of them on disk as it says, and is a model as any other", async () => {
    const { code, stdout, stderr } = await index("-o", "disk.lance", "--lists", "16", "--recall", "0.97");
    expect(code, stderr).toBe(0);
    const manifest = JSON.parse(readFileSync(at("disk.lance", "manifest.json"), "utf8"));
    const { recall } = manifest.tried[manifest.tried.length - 1];
    expect(recall).toBeGreaterThanOrEqual(0.97);
    expect(stdout).toBe(
      `disk.lance: ${pictures} pictures on disk, ${(100 * recall).toFixed(1)} % of the true neighbours are found\n`,
    );
    expect(manifest).toMatchObject({ rows: pictures, width, lists: 16, queries: { pictures: 1000, heldOut: false } });
    expect(await found("disk.lance")).toBeGreaterThan(0.85);
    await expectWhole("disk.lance");
    const located = await run("locate", "album/1.jpg", "--model", "disk.lance", "--json");
    expect(located.code, located.stderr).toBe(0);
    expect(JSON.parse(located.stdout).model.name).toBe("disk.lance");
    // Asked again, it is there; another table is not put into it.
    expect((await index("-o", "disk.lance", "--lists", "16", "--recall", "0.97")).code).toBe(0);
    await expectWhole("disk.lance");
    // With other lists the old ones are gone.
    const { code: again } = await index("-o", "disk.lance", "--lists", "8", "--recall", "0.9");
    const indices = await (await (await connect(at("disk.lance"))).openTable("places")).listIndices();
    expect([again, indices.map(({ name }) => name)]).toEqual([0, ["embedding_8"]]);
    const other = await index("-o", "disk.lance", "--lists", "8", "--split", "split.csv");
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/^geodrift: .*disk\.lance: holds something else; move it away, or name another folder\n$/),
    ]);
  }, 120_000);

  it("writes over no folder that is none of its own, whatever its name looks like", async () => {
    cpSync(at("vision"), at("mine"), { recursive: true });
    for (const args of [[], ["--lists", "16"]]) {
      const { code, stderr } = await index("-o", "mine", ...args);
      expect([code, stderr.split("\n").at(-2)]).toEqual([1, expect.stringContaining("mine: holds something else")]);
    }
    // Neither the other kind of index, nor the same table under another name, is something else or the same by chance.
    expect((await index("-o", "exact", "--lists", "16")).stderr).toContain("exact: holds something else");
    cpSync(at("table.parquet"), at("copy.parquet"));
    expect((await run("index", "copy.parquet", "-o", "exact/")).code).toBe(0);
    // What a stop in the very beginning leaves, and a name that LanceDB would take for a service.
    mkdirSync(at("db", "places.lance", "_versions"), { recursive: true });
    cpSync(at("disk.lance", "index.json"), at("db", "index.json"));
    writeFileSync(at("db", "index.json.partial"), "{");
    const { code, stderr } = await index("-o", "db", "--lists", "16");
    expect(code, stderr).toBe(0);
    expect(existsSync(at("db", "places.lance"))).toBe(true);
  }, 120_000);

  it("indexes the part train of a split, and is judged by the rest", async () => {
    const { code, stderr } = await index("-o", "part", "--lists", "16", "--split", "split.csv");
    expect(code, stderr).toBe(0);
    const manifest = JSON.parse(readFileSync(at("part", "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ rows: 3600, queries: { pictures: 400, heldOut: true } });
    expect(
      await found(
        "part",
        rows.filter((_, i) => i % 10),
      ),
    ).toBeGreaterThan(0.85);
    // Another split of as many is another index.
    const other = rows.map(({ id }, i) => `${id},${i % 10 === 3 ? "test" : "train"}\n`).join("");
    writeFileSync(at("split.csv"), `id,part\n${other}`);
    expect((await index("-o", "part", "--lists", "16", "--split", "split.csv")).stderr).toContain("part: holds");
  }, 120_000);

  it("survives kill -9 at any moment: no row is lost, none is there twice", async () => {
    const args = ["index", "table.parquet", "-o", "killed", "--lists", "16", "--recall", "0.97"];
    let kills = 0;
    const random = new Generator(3);
    for (let i = 0; i < 6; i++) {
      const { child, outcome } = start(args, folder);
      await delay(random.uniform(600, 3000));
      child.kill("SIGKILL");
      if ((await outcome).code === null) kills++;
      // What was not finished is no model, and says so.
      if (existsSync(at("killed")) && !existsSync(at("killed", "model.json")))
        await expect(loadModel(at("killed"))).rejects.toThrow(/killed/);
    }
    expect(kills).toBeGreaterThan(2);
    const { code, stderr } = await run(...args);
    expect(code, stderr).toBe(0);
    await expectWhole("killed");
    expect(await found("killed")).toBeGreaterThan(0.85);
  }, 180_000);

  it("says in one sentence what cannot be", async () => {
    const sentence = async (...args: string[]) => {
      const { code, stderr } = await run("index", ...args);
      return [code, stderr.trim().split("\n").pop()];
    };
    expect(await sentence("few.parquet", "-o", "small")).toEqual([
      1,
      "geodrift: few.parquet: more than 16 pictures are needed, got 3",
    ]);
    expect(await sentence("few.parquet", "-o", "small", "--neighbours", "1", "--lists", "2")).toEqual([
      1,
      "geodrift: few.parquet: such an index on disk takes 256 pictures or more, got 3",
    ]);
    expect(await sentence("table.parquet", "-o", "small", "--lists", "3000")).toEqual([
      1,
      "geodrift: table.parquet: such an index on disk takes 48000 pictures or more, got 4000",
    ]);
    expect(await sentence("nowhere.parquet", "-o", "small")).toEqual([1, expect.stringContaining("nowhere.parquet")]);
    expect((await sentence("table.parquet", "-o", "x", "--recall", "2"))[1]).toContain("from 0.5 to 1");
    cpSync(at("exact"), at("damaged"), { recursive: true });
    const damaged = { ...JSON.parse(readFileSync(at("exact", "model.json"), "utf8")), disk: { probes: 1, refine: 1 } };
    writeFileSync(at("damaged", "model.json"), JSON.stringify(damaged));
    await expect(loadModel(at("damaged"))).rejects.toThrow(/index\.json|places\.lance/);
  });
});
