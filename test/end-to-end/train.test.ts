import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator, readSafetensors } from "@geodrift/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geodrift, inThisProcess, start } from "./program.js";
import { makeRasters, tinyTraining } from "./rasters.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-train-"));
const config = join(folder, "tiny.json");

const whole = join(folder, "whole");
/** With several threads no sum may depend on which of them is first. */
const threads = ["--threads", "2"];
let milliseconds: number;

beforeAll(async () => {
  await makeRasters(join(folder, "rasters"), ["01", "02", "07"]);
  writeFileSync(config, JSON.stringify(tinyTraining));
  const began = performance.now();
  const { code, stderr } = await geodrift(["train", config, "--out", whole, ...threads]);
  milliseconds = performance.now() - began;
  expect(stderr).toContain("regression");
  expect(code).toBe(0);
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
    const broken = join(folder, "broken");
    const random = new Generator(4);
    let kills = 0;
    for (let attempt = 0; attempt < 30; attempt++) {
      const { child, outcome } = start(["train", config, "--out", broken, ...threads]);
      // A quarter of a whole run at first, a little more each time: every stage is hit.
      const timer = setTimeout(
        () => child.kill("SIGKILL"),
        milliseconds * (0.25 + 0.06 * attempt + 0.05 * random.uniform()),
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

  it.each(["riemannian-flow", "regression", "mixture", "cells", "hybrid", "retrieval", "uniform"])(
    "writes a model %s that locate opens",
    async (name) => {
      const { stdout, stderr, code } = await inThisProcess([
        "locate",
        join(folder, "rasters", "bmng-2004-07.jpg"),
        "--model",
        join(whole, name),
        "--json",
      ]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout).model.name).toBe(name);
    },
  );

  it("writes models of every method that evaluate compares, on views and on a table of pictures", async () => {
    const views = { ...tinyTraining.encoder.views, augment: 0 };
    const json = { kind: "earth-views", rasters: "rasters", month: "07", views, length: 100 };
    writeFileSync(join(folder, "views.json"), JSON.stringify(json));
    const names = ["riemannian-flow", "regression", "mixture", "cells", "hybrid", "retrieval", "uniform"];
    const models = names.map((name) => join(whole, name));
    const climates = ["--climates", join(folder, "rasters", "koppen-geiger-256.png")];
    const brief = ["--samples", "16", "--steps", "4", "--whole", "3", ...climates, "--out", join(folder, "report")];
    const { stdout, stderr, code } = await inThisProcess([
      "evaluate",
      ...models,
      join(folder, "views.json"),
      ...brief,
      "--json",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    const evaluations = stdout
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    expect(evaluations.map((e) => e.model.method)).toEqual([
      "riemannian-flow",
      "regression",
      "von-mises-fisher",
      "cells",
      "cells",
      "retrieval",
      "uniform",
    ]);
    for (const e of evaluations) {
      expect(e.dataset.examples).toBe(100);
      for (const { meanKm } of e.rules) {
        expect(meanKm.interval.low).toBeLessThanOrEqual(meanKm.value);
        expect(meanKm.interval.high).toBeGreaterThanOrEqual(meanKm.value);
      }
    }
    const rules = evaluations.map((e) => e.rules.map((r: { rule: string }) => r.rule));
    expect(rules[0]).toEqual(["sample", "guided-sample", "mode", "medoid"]);
    expect(rules[1]).toEqual(["sample"]);
    expect(evaluations.map((e) => e.likelihood !== undefined)).toEqual([true, false, true, true, false, false, true]);
    expect(evaluations.map((e) => e.wholeRegions?.examples ?? 0)).toEqual([3, 0, 3, 0, 0, 0, 3]);
    // Uniform: −log p is log 4π wherever the truth lies.
    expect(evaluations[6].likelihood.nats.value).toBeCloseTo(Math.log(4 * Math.PI), 9);
    expect(evaluations[6].likelihood.localizabilityBits.value).toBeCloseTo(-Math.log2(4 * Math.PI), 9);
    const table = readFileSync(join(folder, "report", "guesses.md"), "utf8");
    for (const name of names) expect(table).toContain(`| ${name} |`);
    expect(readFileSync(join(folder, "report", "distributions.csv"), "utf8").split("\n").length).toBe(9);
    const groups = readFileSync(join(folder, "report", "groups.csv"), "utf8");
    for (const kind of ["latitude", "climate"]) expect(groups).toMatch(new RegExp(`^regression,${kind},`, "m"));
    const page = readFileSync(join(folder, "report", "report.html"), "utf8");
    for (const part of ["<table>", "Share of the true places that regions hold", "retrieval", "</html>"])
      expect(page).toContain(part);
    for (const chart of ["reliability.svg", "recall-area.svg"])
      expect(readFileSync(join(folder, "report", chart), "utf8")).toMatch(/^<svg[^>]* xmlns=/);
    expect(readFileSync(join(folder, "report", "examples-cells.csv"), "utf8").split("\n").length).toBe(102);

    writeFileSync(
      join(folder, "pictures.csv"),
      "file,lat,lng,unique_country\nrasters/bmng-2004-07.jpg,10,20,TD\n" +
        "rasters/bmng-2004-01.jpg,-10,170,NaN\n".repeat(4),
    );
    const pictures = await inThisProcess(["evaluate", models[1], models[1], join(folder, "pictures.csv"), "--json"]);
    expect([pictures.code, pictures.stderr]).toEqual([0, ""]);
    const [one, two] = pictures.stdout
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    expect([one.dataset.examples, one.model.name, two.model.name]).toEqual([5, "regression", "regression-2"]);
    // One picture has a country, none has a region.
    expect(Object.keys(one.rules[0].areas)).toEqual(["country"]);
    expect([0, 1]).toContain(one.rules[0].areas.country.value);
    const wrong: [string[], number, RegExp][] = [
      [[models[0]], 2, /a model or several are needed, and after them a dataset/],
      [[models[1], join(folder, "none.csv")], 1, /none\.csv: no such file/],
      [
        [models[1], folder],
        1,
        /a dataset is a \.csv of pictures with places, a \.parquet of embeddings, or a \.json of views/,
      ],
      [["erth", join(folder, "pictures.csv")], 2, /model "erth" is neither known nor a folder/],
    ];
    for (const [args, exit, message] of wrong) {
      const outcome = await inThisProcess(["evaluate", ...args]);
      expect(outcome.stderr).toMatch(message);
      expect(outcome.code).toBe(exit);
    }
  });

  it("draws the extremes and compares guidance, solvers and steps", async () => {
    const views = { ...tinyTraining.encoder.views, augment: 0 };
    const few = { kind: "earth-views", rasters: "rasters", month: "07", views, length: 12 };
    writeFileSync(join(folder, "few.json"), JSON.stringify(few));
    const out = join(folder, "extremes");
    const asked = ["evaluate", join(whole, "riemannian-flow"), join(folder, "few.json"), "--samples", "8"];
    const { code, stderr } = await inThisProcess([...asked, "--extremes", "2", "--ablations", "8", "--out", out]);
    expect([code, stderr]).toEqual([0, ""]);
    const drawing = readFileSync(join(out, "extremes-riemannian-flow.svg"), "utf8");
    expect(drawing.match(/data:image\/png;base64/g)?.length).toBe(4);
    const steps = readFileSync(join(out, "ablation-steps-riemannian-flow.csv"), "utf8").trim().split("\n");
    // Four solvers, nine counts of steps.
    expect(steps.length).toBe(1 + 4 * 9);
    const errors = steps.filter((l) => l.startsWith("rk4,")).map((l) => Number(l.split(",")[2]));
    expect(errors[8]).toBeLessThan(errors[2]);
    expect(readFileSync(join(out, "ablation-guidance-riemannian-flow.md"), "utf8").split("\n").length).toBeGreaterThan(
      9,
    );
    expect((await inThisProcess([...asked, "--extremes", "2"])).stderr).toMatch(
      /written into a folder, which --out names/,
    );
  });

  it("trains one of several locators, as the tasks of an array job do at once, to the same bytes", async () => {
    const out = join(folder, "tasks");
    const task = (args: string[], env = {}) =>
      start(["train", config, "--out", out, ...args, ...threads], undefined, env).outcome;
    const outcomes = await Promise.all([
      task(["--index"], { SLURM_ARRAY_TASK_ID: "0" }),
      task(["--index", "1"]),
      task(["--only", "mixture"]),
    ]);
    for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0);
    for (const file of finished.slice(0, 4))
      expect(readFileSync(join(out, file)).equals(readFileSync(join(whole, file))), file).toBe(true);
    expect(existsSync(join(out, "cells"))).toBe(false);
    for (const [args, sentence] of [
      [["--only", "mixtur"], /has no locator "mixtur"; did you mean "mixture"\?/],
      [["--index", "99"], /has the locators 0 to \d+, got 99/],
      [["--index"], /--index: a number is needed outside of an array job/],
      [["--only", "mixture", "--index", "1"], /one of them is enough/],
    ] as const) {
      const { code, stderr } = await inThisProcess(["train", config, "--out", out, ...args]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    }
  });

  it("trains from a config that extends another", async () => {
    const [, regression] = tinyTraining.locators;
    const extended = { extends: "tiny.json", out: "extended", locators: [{ ...regression, name: "other" }] };
    writeFileSync(join(folder, "more.json"), JSON.stringify(extended));
    const { code, stderr } = await inThisProcess(["train", join(folder, "more.json")]);
    expect(code, stderr).toBe(0);
    // The file says of which training it is, so the weights are compared and not the bytes.
    const weights = (...path: string[]) => readSafetensors(readFileSync(join(folder, ...path))).tensors;
    expect(weights("extended", "other", "encoder.safetensors")).toEqual(
      weights("whole", "regression", "encoder.safetensors"),
    );
    expect(weights("extended", "other", "model.safetensors")).toEqual(
      weights("whole", "regression", "model.safetensors"),
    );
    writeFileSync(join(folder, "ring.json"), JSON.stringify({ extends: "ring.json" }));
    expect((await inThisProcess(["train", join(folder, "ring.json")])).stderr).toMatch(/ring\.json: extends itself/);
  });

  it("mixes a flow with the neighbours of a picture, as views say that neither has seen", async () => {
    const both = { kind: "flow-and-neighbours", name: "both", neighbours: 3, widthsKm: [500, 2000], held: 64 };
    const mixed = (from: string) => {
      const config = { extends: "tiny.json", out: "whole", locators: [{ ...both, from }] };
      writeFileSync(join(folder, "mixed.json"), JSON.stringify(config));
      return inThisProcess(["train", join(folder, "mixed.json")]);
    };
    const { code, stderr } = await mixed("whole/riemannian-flow");
    expect([code, stderr]).toEqual([0, expect.stringContaining("both: nothing to learn")]);
    const { method, weight, widthKm, neighbours } = JSON.parse(readFileSync(join(whole, "both", "model.json"), "utf8"));
    expect([method, neighbours, both.widthsKm.includes(widthKm)]).toEqual(["flow-and-neighbours", 3, true]);
    expect(weight > 0 && weight < 1).toBe(true);
    const picture = join(folder, "rasters", "bmng-2004-07.jpg");
    const located = await inThisProcess(["locate", "--model", join(whole, "both"), "--json", picture]);
    expect([located.code, JSON.parse(located.stdout).regions.length > 0]).toEqual([0, true]);
    const density = await inThisProcess(["density", join(whole, "both"), "--image", picture, "--grid", "45", "--json"]);
    expect([density.code, density.stdout.includes("logProbNats")]).toEqual([0, true]);
    expect((await mixed("whole/regression")).stderr).toMatch(/a flow or a diffusion is needed/);
  });

  it("takes trunk and cells of a model as they are, and makes the rest anew", async () => {
    const [flow] = tinyTraining.locators;
    const config = { extends: "tiny.json", out: "given", model: "whole/riemannian-flow", locators: [flow] };
    writeFileSync(join(folder, "given.json"), JSON.stringify(config));
    const { code, stderr } = await inThisProcess(["train", join(folder, "given.json")]);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/^encoder/m);
    const weights = (...path: string[]) => readSafetensors(readFileSync(join(folder, ...path))).tensors;
    const [made, before] = ["given", "whole"].map((run) => weights(run, "riemannian-flow", "encoder.safetensors"));
    expect(Object.keys(made)).toEqual(Object.keys(before));
    for (const name of ["stem.weight", "head.2.weight", "places.cells.weight", "places.centres"])
      expect(made[name]).toEqual(before[name]);
    // What the flow looks from is the peak's centre, a unit vector as it is.
    const { near } = JSON.parse(readFileSync(join(folder, "given", "riemannian-flow", "config.json"), "utf8"));
    expect(near).toEqual({ column: 16 + 3 + 8, reachKm: flow.nearKm });
    for (const [name, value] of [
      ["places.mean", 0],
      ["places.scale", 1],
    ] as const)
      expect(Array.from(made[name].data as Float32Array).slice(near.column, near.column + 4)).toEqual([
        ...[value, value, value],
        expect.not.closeTo(value, 5),
      ]);
    const refused = async (changes: object) => {
      writeFileSync(join(folder, "given.json"), JSON.stringify({ ...config, ...changes }));
      return (await inThisProcess(["train", join(folder, "given.json")])).stderr;
    };
    expect(await refused({ model: "whole/none" })).toMatch(/whole\/none/);
    expect(await refused({ locators: [{ ...flow, nearKm: [0] }] })).toMatch(/locators\.0\.nearKm/);
  });

  it("fits regions to what they hold of other renderings, of which they then hold what they promise", async () => {
    const views = { ...tinyTraining.encoder.views, augment: 0, seasons: undefined };
    const own = join(folder, "regions.json");
    const fitting = {
      ...{ kind: "regions", purpose: "a test", name: "fitted", out: "fitted", model: "whole/riemannian-flow" },
      ...{
        of: "views of a made-up July",
        rasters: "rasters",
        renderings: ["rasters/bmng-2004-07.jpg"],
        views,
        count: 100,
      },
    };
    writeFileSync(own, JSON.stringify(fitting));
    const { code, stderr } = await inThisProcess(["train", own]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/fitted: of bmng-2004-07.jpg regions of 50 % hold [\d.]+, of 90 % [\d.]+\n$/);
    const regions = JSON.parse(readFileSync(join(folder, "fitted", "fitted.json"), "utf8"));
    expect([regions.of, regions.pictures, regions.masses.length]).toEqual([fitting.of, 100, 101]);
    const promised = join(folder, "promised");
    cpSync(join(whole, "riemannian-flow"), promised, { recursive: true });
    const model = JSON.parse(readFileSync(join(promised, "model.json"), "utf8"));
    writeFileSync(join(promised, "model.json"), JSON.stringify({ ...model, regions }));
    const json = { kind: "earth-views", rasters: "rasters", month: "07", views, length: 100 };
    writeFileSync(join(folder, "same-views.json"), JSON.stringify(json));
    const evaluated = await inThisProcess([
      ...["evaluate", join(whole, "riemannian-flow"), promised, join(folder, "same-views.json"), "--json"],
      ...["--samples", "16", "--whole", "100", "--likelihoods", "1"],
    ]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const [before, after] = evaluated.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(after.model.sha256).not.toBe(before.model.sha256);
    // The very views that were fitted to: to within one of a hundred.
    expect(after.wholeRegions.held50.value).toBeCloseTo(0.51, 5);
    expect(after.wholeRegions.held90.value).toBeCloseTo(0.91, 5);
    expect(before.wholeRegions.held50.value).not.toBeCloseTo(0.51, 5);
    expect(after.rules[2]).toEqual(before.rules[2]);
    const located = await inThisProcess([
      "locate",
      join(folder, "rasters", "bmng-2004-07.jpg"),
      "--model",
      promised,
      "--json",
    ]);
    const plain = await inThisProcess([
      ...["locate", join(folder, "rasters", "bmng-2004-07.jpg"), "--model", join(whole, "riemannian-flow"), "--json"],
    ]);
    const [a, b] = [located, plain].map(({ stdout }) => JSON.parse(stdout));
    expect([a.best, a.localizabilityBits]).toEqual([b.best, b.localizabilityBits]);
    expect(a.regions.map((r: { mass: number }) => r.mass)).toEqual([0.5, 0.9, 0.95]);
    expect(a.regions).not.toEqual(b.regions);
    const odd = await inThisProcess(["train", own, "--out", join(folder, "odd"), "--rasters", join(folder, "nowhere")]);
    expect([odd.code, odd.stderr]).toEqual([1, expect.stringMatching(/nowhere.*\n$/)]);
  });

  it("does not write into the released layout what that does not have", async () => {
    const exported = await inThisProcess(["export", join(whole, "riemannian-flow"), "-o", "x", "--format", "plonk"]);
    expect([exported.code, exported.stderr]).toEqual([1, expect.stringMatching(/--format onnx takes it/)]);
  });

  it("writes models whose densities are asked for alike, where the method has one", async () => {
    const ask = (name: string, ...flags: string[]) => {
      const picture = join(folder, "rasters", "bmng-2004-07.jpg");
      return inThisProcess(["density", join(whole, name), "--image", picture, "--grid", "45", ...flags]);
    };
    for (const name of ["mixture", "cells"]) {
      const { stdout, code } = await ask(name);
      expect([code, stdout.trim().split("\n").length]).toEqual([0, 27]);
    }
    expect((await ask("regression")).stderr).toMatch(/its method names points and has no density/);
    const official = await ask("mixture", "--mode", "official");
    expect(official.code).toBe(2);
    expect(official.stderr).toMatch(
      /--mode official is for flows and diffusions, the method of .* is von-mises-fisher/,
    );
  });

  it("refuses to go on with another config, and says what a misspelt key should be", async () => {
    const other = join(folder, "other.json");
    writeFileSync(other, JSON.stringify({ ...tinyTraining, encoder: { ...tinyTraining.encoder, rate: 0.001 } }));
    const changed = await inThisProcess(["train", other, "--out", whole]);
    expect(changed.code).toBe(1);
    expect(changed.stderr).toMatch(/was made with another config/);

    writeFileSync(other, JSON.stringify({ ...tinyTraining, encoder: { ...tinyTraining.encoder, ratee: 0.001 } }));
    const misspelt = await inThisProcess(["train", other]);
    expect(misspelt.code).toBe(1);
    expect(misspelt.stderr).toMatch(/unknown key "encoder.ratee"; did you mean "rate"\?/);

    const [flow] = tinyTraining.locators;
    writeFileSync(other, JSON.stringify({ ...tinyTraining, locators: [{ ...flow, stepss: 3 }] }));
    expect((await inThisProcess(["train", other])).stderr).toMatch(
      /unknown key "locators.0.stepss"; did you mean "steps"\?/,
    );

    writeFileSync(other, JSON.stringify({ ...tinyTraining, embedded: -3 }));
    expect((await inThisProcess(["train", other])).stderr).toMatch(/"embedded": .*got -3/);

    const absent = await inThisProcess(["train", config, "--rasters", join(folder, "nowhere")]);
    expect(absent.stderr).toMatch(/nowhere: no such folder of rasters/);
  });
});
