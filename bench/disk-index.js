/** An index on disk of a million pictures: how long it takes to make, how large it is, what it finds, and in how much memory. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Generator, uniformPoints } from "@geodrift/core";
import { describeModel } from "geodrift/models";
import { embeddingsWriter } from "geodrift/train";

const bin = fileURLToPath(new URL("../packages/geodrift/bin/geodrift.js", import.meta.url));
const [width, group] = [256, 8192];
const rows = Number(process.env.INDEX_ROWS ?? 2 ** 20);

export const benches = {
  "disk-index": async function* () {
    const folder = mkdtempSync(join(tmpdir(), "geodrift-disk-index-"));
    try {
      // Somebody's own, whose encoder need not be known.
      const table = process.env.INDEX_TABLE ?? (await made(join(folder, "table.parquet")));
      const out = join(folder, "index");
      const args = [
        bin,
        "index",
        table,
        "-o",
        out,
        "--lists",
        process.env.INDEX_LISTS ?? String(Math.round(Math.sqrt(rows))),
      ];
      const began = performance.now();
      const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%M", process.execPath, ...args], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      const { tried, rows: indexed, ...manifest } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
      yield {
        bench: "disk-index",
        pictures: indexed,
        width: manifest.width,
        lists: manifest.lists,
        seconds: Math.round((performance.now() - began) / 1000),
        tableMb: Math.round(statSync(table).size / 1e6),
        indexMb: Number(execFileSync("du", ["-sm", out], { encoding: "utf8" }).split("\t")[0]),
        peakMb: Math.round(Number(stderr.trim().split("\n").at(-1)) / 1024),
        tried,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/**
 * Embeddings as a model of places makes them: waves of the place at several octaves, and what else is in a picture.
 * @returns the table's file
 */
async function made(file) {
  const { encoder } = await describeModel("earth");
  const random = new Generator(1);
  const waves = Array.from({ length: width }, (_, i) => random.normals(3).map((x) => x * 2 ** (1 + (i % 5))));
  const writer = embeddingsWriter(file, {
    source: "waves of places",
    encoder: { name: "earth", config: encoder },
    width,
    columns: [],
  });
  for (let from = 0; from < rows; from += group) {
    const count = Math.min(group, rows - from);
    const places = uniformPoints(random, count);
    const noise = random.normals(count * width);
    await writer.write(
      Array.from({ length: count }, (_, i) => {
        const [x, y, z] = places.subarray(3 * i, 3 * i + 3);
        return {
          ...{ id: `${from + i}`, sha256: "", labels: [] },
          ...{ lat: (Math.asin(z) * 180) / Math.PI, lng: (Math.atan2(y, x) * 180) / Math.PI },
          embedding: Float32Array.from(
            waves,
            ([a, b, c], k) => Math.sin(a * x + b * y + c * z) + 0.3 * noise[i * width + k],
          ),
        };
      }),
    );
  }
  await writer.finish();
  return file;
}
