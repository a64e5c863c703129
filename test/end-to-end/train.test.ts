import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator } from "@geodrift/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geodrift, start } from "./program.js";
import { makeRasters, tinyTraining } from "./rasters.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-train-"));
const config = join(folder, "tiny.json");

beforeAll(async () => {
  await makeRasters(join(folder, "rasters"), ["01", "02", "07"]);
  writeFileSync(config, JSON.stringify(tinyTraining));
});
afterAll(() => rmSync(folder, { recursive: true }));

const finished = [
  "riemannian-flow/model.safetensors",
  "riemannian-flow/encoder.safetensors",
  "regression/model.safetensors",
  "mixture/model.safetensors",
  "cells/model.safetensors",
  "hybrid/model.safetensors",
];
const lines = (file: string) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));

describe("geodrift train", () => {
  it("goes on after kill -9 at any moment, to the same weights bit for bit", async () => {
    const whole = join(folder, "whole");
    const began = performance.now();
    const first = await geodrift(["train", config, "--out", whole]);
    const duration = performance.now() - began;
    expect(first.stderr).toContain("regression");
    expect(first.code).toBe(0);

    const broken = join(folder, "broken");
    const random = new Generator(4);
    let kills = 0;
    for (let attempt = 0; attempt < 30; attempt++) {
      const { child, outcome } = start(["train", config, "--out", broken]);
      // A quarter of a whole run at first, a little more each time: every stage is hit.
      const timer = setTimeout(
        () => child.kill("SIGKILL"),
        duration * (0.25 + 0.06 * attempt + 0.05 * random.uniform()),
      );
      const { code, stderr } = await outcome;
      clearTimeout(timer);
      if (code === 0) break;
      expect(code, stderr).toBeNull();
      kills++;
    }
    expect(kills).toBeGreaterThan(2);
    for (const file of finished)
      expect(readFileSync(join(broken, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
    expect(lines(join(broken, "riemannian-flow.jsonl")).map((l) => l.step)).toEqual(
      lines(join(whole, "riemannian-flow.jsonl")).map((l) => l.step),
    );
  });

  it.each(["riemannian-flow", "regression", "mixture", "cells", "hybrid"])(
    "writes a model %s that locate opens",
    async (name) => {
      const { stdout, stderr, code } = await geodrift([
        "locate",
        join(folder, "rasters", "bmng-2004-07.jpg"),
        "--model",
        join(folder, "whole", name),
        "--json",
      ]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout).model.name).toBe(name);
    },
  );

  it("refuses to go on with another config, and says what a misspelt key should be", async () => {
    const other = join(folder, "other.json");
    writeFileSync(other, JSON.stringify({ ...tinyTraining, encoder: { ...tinyTraining.encoder, rate: 0.001 } }));
    const changed = await geodrift(["train", other, "--out", join(folder, "whole")]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(/was made with another config/);

    writeFileSync(other, JSON.stringify({ ...tinyTraining, encoder: { ...tinyTraining.encoder, ratee: 0.001 } }));
    const misspelt = await geodrift(["train", other]);
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toMatch(/unknown key "encoder.ratee"; did you mean "rate"\?/);

    const [flow] = tinyTraining.locators;
    writeFileSync(other, JSON.stringify({ ...tinyTraining, locators: [{ ...flow, stepss: 3 }] }));
    expect((await geodrift(["train", other])).stderr).toMatch(
      /unknown key "locators.0.stepss"; did you mean "steps"\?/,
    );

    writeFileSync(other, JSON.stringify({ ...tinyTraining, embedded: -3 }));
    expect((await geodrift(["train", other])).stderr).toMatch(/"embedded": .*got -3/);

    const absent = await geodrift(["train", config, "--rasters", join(folder, "nowhere")]);
    expect(absent.stderr).toMatch(/nowhere: no such folder of rasters/);
  });
});
