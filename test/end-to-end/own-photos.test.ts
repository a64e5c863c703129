/** From one's own pictures to a model: embed, split, train, evaluate, locate, export; as `docs/guide/own-photos.md` has it. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tensor } from "@geodrift/compile";
import { Generator, normalizeAll, readSafetensors, solverFor, velocityModel } from "@geodrift/core";
import { loadModel, readPicture } from "geodrift";
import { loadGenerativeModel } from "geodrift/models";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { photograph } from "./photographs.js";
import { inThisProcess } from "./program.js";
import { dinoRepository, plonkRepository } from "./released.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-own-"));
const at = (...names: string[]) => join(folder, ...names);
const photos = fileURLToPath(new URL("../../../shared/data/photos/photos.csv", import.meta.url));
const mobileNet = fileURLToPath(new URL("../../../shared/data/encoders/mobilenetv2-12-int8.onnx", import.meta.url));
if (!existsSync(photos)) console.warn("the test on real photographs is skipped: ../shared/data is absent");

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await inThisProcess(args, folder);
  expect(code, stderr).toBe(0);
  return stdout;
}

const optimization = {
  steps: 4,
  batch: 8,
  seed: 1,
  optimizer: "adamw",
  rate: 1e-3,
  warmup: 1,
  weightDecay: 0,
  ema: 0.5,
};
const schedule = { name: "sigmoid", start: -7, end: 3, tau: 1 };
const flow = { kind: "generative", schedule, dim: 16, depth: 1, expansion: 2, dropout: 0.1, ...optimization };
const config = (embeddings: string, locators: unknown[]) => ({
  kind: "photos",
  purpose: "tests",
  description: "pictures of a test",
  licence: "MIT",
  out: "models",
  embeddings,
  split: "split.csv",
  checkpointEvery: 2,
  locators,
});
const all = [
  { ...flow, name: "riemannian", path: "riemannian-flow" },
  { ...flow, name: "flat", path: "flow" },
  { ...flow, name: "diffusion", path: "diffusion" },
  { kind: "fine-tune", name: "tuned", from: "./plonk", dropout: 0.1, ...optimization },
  { kind: "regression", name: "regression", dim: 16, depth: 1, ...optimization },
  { kind: "von-mises-fisher", name: "mixture", dim: 16, depth: 1, expansion: 2, components: 2, ...optimization },
  { kind: "cells", name: "cells", dim: 16, depth: 1, most: 8, depths: [], offsets: false, ...optimization },
  { kind: "retrieval", name: "retrieval", neighbours: 2 },
  { kind: "uniform", name: "uniform" },
];

beforeAll(async () => {
  const settings = { preparation: { size: 28, square: "crop-resize" }, colours: "imagenet" };
  for (const [name, files] of Object.entries({ vision: dinoRepository(), plonk: plonkRepository(64) })) {
    mkdirSync(at(name));
    for (const [file, bytes] of Object.entries(files)) writeFileSync(at(name, file), bytes);
  }
  rmSync(at("vision", "config.json"));
  writeFileSync(at("vision", "encoder.json"), JSON.stringify(settings));
  mkdirSync(at("album"));
  const random = new Generator(2);
  for (let i = 0; i < 60; i++) {
    const [lat, lng] = [random.uniform(-60, 70), random.uniform(-180, 180)];
    writeFileSync(
      at("album", `${String(i).padStart(2, "0")}.jpg`),
      await photograph({ lat, lng, seed: 1 + lat / 9 + lng / 20 }),
    );
  }
  await run("embed", "album", "-o", "own.parquet", "--encoder", "vision");
  expect(
    await run("split", "own.parquet", "-o", "split.csv", "--by", "clusters", "--km", "50", "--test", "0.25"),
  ).toMatch(/^split.csv: 45 train, 0 validation, 15 test; at least \d+\.\d km/);
  writeFileSync(at("own.json"), JSON.stringify(config("own.parquet", all)));
  await run("train", "own.json");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("one's own pictures", () => {
  it("train every method, and models that carry their encoder with them", async () => {
    const models = all.map(({ name }) => join("models", name));
    const table = await run(
      "evaluate",
      ...models,
      "own.parquet",
      "--split",
      "split.csv",
      "--json",
      "--likelihoods",
      "4",
      "--samples",
      "16",
    );
    const rows = table
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map((r) => r.model.name ?? r.model)).toEqual(all.map(({ name }) => name));
    // The encoder's folder is gone, and the models still locate.
    const elsewhere = mkdtempSync(join(tmpdir(), "geodrift-moved-"));
    for (const file of ["model.json", "config.json", "model.safetensors", "encoder.safetensors"])
      copyFileSync(at("models", "tuned", file), join(elsewhere, file));
    const { stdout, code } = await inThisProcess(
      ["locate", at("album", "03.jpg"), "--model", elsewhere, "--json"],
      elsewhere,
    );
    rmSync(elsewhere, { recursive: true });
    expect([code, JSON.parse(stdout).model.name]).toEqual([0, "tuned"]);
  });

  it("let a released model go on from where it is", () => {
    const released = readSafetensors(readFileSync(at("plonk", "model.safetensors"))).tensors;
    const tuned = readSafetensors(readFileSync(at("models", "tuned", "model.safetensors"))).tensors;
    const state = readSafetensors(readFileSync(at("models", "tuned.state.safetensors"))).tensors;
    expect(Object.keys(tuned).sort()).toEqual(Object.keys(released).sort());
    const gap = (name: string) =>
      Math.max(
        ...(released[name].data as Float32Array).map((x, i) =>
          Math.abs(x - (state[`params.${name}`].data as Float32Array)[i]),
        ),
      );
    // Four steps of Adam move a weight by four rates at most, and some by as much.
    expect(gap("cond_mapper.weight")).toBeGreaterThan(1e-4);
    expect(gap("cond_mapper.weight")).toBeLessThan(4.1e-3);
  });

  it("say what does not fit", async () => {
    const wrong = async (name: string, value: unknown, ...args: string[]) => {
      writeFileSync(at(name), JSON.stringify(value));
      const { code, stderr } = await inThisProcess(args, folder);
      expect(code).not.toBe(0);
      return stderr;
    };
    const other = { kind: "fine-tune", name: "x", from: "earth", dropout: 0, ...optimization };
    expect(await wrong("a.json", config("own.parquet", [other]), "train", "a.json")).toMatch(
      /x: earth takes embeddings of 393 numbers, these have 64/,
    );
    expect(await wrong("n.json", config("own.parquet", [{ ...all[0], nearKm: [100] }]), "train", "n.json")).toMatch(
      /nearKm is of embeddings that tell of a peak, and these do not/,
    );
    expect(await wrong("b.json", config("nowhere.parquet", [all[0]]), "train", "b.json")).toMatch(
      /nowhere.parquet: no such file/,
    );
    expect(await wrong("c.json", config("own.parquet", [{ ...all[0], pth: 1 }]), "train", "c.json")).toMatch(
      /unknown key/,
    );
    const wide = await inThisProcess(
      ["split", "own.parquet", "-o", "wide.csv", "--by", "clusters", "--km", "10000"],
      folder,
    );
    expect([wide.code, wide.stderr]).toEqual([
      1,
      expect.stringMatching(/no group of clusters is small enough for the part test/),
    ]);
    expect((await inThisProcess(["split", "own.parquet", "-o", "own.parquet"], folder)).code).toBe(2);
    const split = readFileSync(at("split.csv"), "utf8");
    writeFileSync(at("other.csv"), split.replace("07.jpg", "x.jpg"));
    const { stderr } = await inThisProcess(["evaluate", "models/tuned", "own.parquet", "--split", "other.csv"], folder);
    expect(stderr).toMatch(/other.csv: is of another table: row 9 is "x.jpg", the table has "07.jpg"/);
    const earth = await inThisProcess(["evaluate", "earth", "own.parquet", "--split", "split.csv"], folder);
    expect(earth.stderr).toMatch(/own.parquet: was embedded by vision, the encoder of earth is another/);
  });
});

describe("geodrift export", () => {
  const session = (file: string) => ort.InferenceSession.create(file);

  it.each(["riemannian", "flat", "diffusion"])(
    "writes ONNX files of %s that say what the library says",
    async (name) => {
      await run("export", `models/${name}`, "-o", `onnx-${name}`, "--samples", "5", "--pictures", "2");
      const { config, params, path } = await loadGenerativeModel(at("models", name));
      const random = new Generator(5);
      const numbers = (n: number) => Float32Array.from({ length: n }, () => random.normal());
      const embedding = numbers(config.cond_dim);
      const points = normalizeAll(Float64Array.from(numbers(15)));
      const model = velocityModel(config, params, { runtime: ort });
      const field = model.field(embedding, 5, 0);
      const feeds = {
        x: tensor(new Float32Array(points), [5, 3]),
        gamma: tensor([0.4], [1]),
        embedding: tensor(embedding, [1, config.cond_dim]),
      };
      const near = (got: ArrayLike<number>, wanted: ArrayLike<number>) => {
        Array.from(wanted).forEach((w, i) => {
          expect(Math.abs(got[i] - w)).toBeLessThan(2e-5);
        });
      };
      const velocity = await (await session(at(`onnx-${name}`, "velocity.onnx"))).run(feeds);
      near(velocity.velocity.data as Float32Array, await field(points, 0.4));

      const guided = model.field(embedding, 5, 1.5);
      const solver = solverFor(path.name, path.name === "diffusion" ? "ddim" : "euler");
      const expected = await solver.step(guided, points, 0.4, 0.45);
      const step = await (await session(at(`onnx-${name}`, "step.onnx"))).run({
        ...feeds,
        next: tensor([0.45], [1]),
        guidance: tensor([1.5], [1]),
      });
      near(step.x_next.data as Float32Array, expected);
      await model.dispose();

      const own = await loadModel(at("models", name));
      const pictures = await Promise.all(
        ["00.jpg", "01.jpg"].map((f) => readPicture(at("album", f), own.encoder.preparation)),
      );
      const pixels = new Float32Array(2 * 3 * 28 * 28);
      pictures.forEach(({ data }, n) => {
        for (let i = 0; i < 28 * 28; i++)
          for (let c = 0; c < 3; c++) pixels[(n * 3 + c) * 784 + i] = data[3 * i + c] / 255;
      });
      const out = await (await session(at(`onnx-${name}`, "encoder.onnx"))).run({
        pixels: tensor(pixels, [2, 3, 28, 28]),
      });
      near(out.embedding.data as Float32Array, await own.encoder.encode(pictures));
      await own.dispose();
    },
  );

  it("writes the layout of the released models, which loads again to the same answers", async () => {
    await run("export", "models/tuned", "-o", "released", "--format", "plonk");
    expect(JSON.parse(readFileSync(at("released", "config.json"), "utf8"))).toEqual(
      JSON.parse(readFileSync(at("plonk", "config.json"), "utf8")),
    );
    const [before, after] = ["plonk", "released"].map(
      (f) => readSafetensors(readFileSync(at(f, "model.safetensors"))).tensors,
    );
    const shapes = (t: typeof before) =>
      Object.entries(t)
        .map(([name, { dims, type }]) => [name, type, dims])
        .sort();
    expect(shapes(after)).toEqual(shapes(before));
    const answer = async (...args: string[]) =>
      JSON.parse(await run("locate", at("album", "00.jpg"), "--json", ...args));
    const [own, released] = [
      await answer("--model", "models/tuned"),
      await answer("--model", "released", "--encoder", "vision"),
    ];
    expect(released.best).toEqual(own.best);
  });

  it("refuses methods without a velocity", async () => {
    const { code, stderr } = await inThisProcess(["export", "models/retrieval", "-o", "x"], folder);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/a flow or a diffusion is needed, this model's method is retrieval/),
    ]);
  });
});

describe.skipIf(!existsSync(photos))("real photographs, embedded by a real network", () => {
  it("go the whole way", async () => {
    copyFileSync(mobileNet, at("mobilenet.onnx"));
    const settings = {
      preparation: { size: 224, square: "resize-crop", shorter: 256 },
      colours: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      output: "GlobalAveragePool_97_quant",
    };
    writeFileSync(at("mobilenet.json"), JSON.stringify(settings));
    // One is a picture twice; three are HEIC.
    expect(await run("embed", photos, "-o", "real.parquet", "--encoder", "mobilenet.onnx")).toMatch(
      /60 embedded, 1 refused/,
    );
    await run("split", "real.parquet", "-o", "split-real.csv", "--km", "500", "--test", "0.2");
    const settingsOfReal = { ...config("real.parquet", [all[0], all[7]]), split: "split-real.csv", out: "models-real" };
    writeFileSync(at("real.json"), JSON.stringify(settingsOfReal));
    await run("train", "real.json");
    const models = ["models-real/riemannian", "models-real/retrieval"];
    expect(await run("evaluate", ...models, "real.parquet", "--split", "split-real.csv")).toMatch(
      /\| retrieval \| sample \|/,
    );
    // What is exported takes pixels from 0 to 1, and gives the features and not the classes.
    await run("export", models[0], "-o", "onnx-real", "--samples", "2");
    const own = await loadModel(at(models[0]));
    const picture = await readPicture(photos.replace("photos.csv", "lund-26.jpg"), own.encoder.preparation);
    const pixels = new Float32Array(3 * 224 * 224);
    for (let i = 0; i < 224 * 224; i++)
      for (let c = 0; c < 3; c++) pixels[c * 224 * 224 + i] = picture.data[3 * i + c] / 255;
    const encoder = await ort.InferenceSession.create(at("onnx-real", "encoder.onnx"));
    const { embedding } = await encoder.run({ pixels: tensor(pixels, [1, 3, 224, 224]) });
    const expected = await own.encoder.encode([picture]);
    expect(embedding.dims).toEqual([1, 1280]);
    // Whole numbers of the quantised network may fall to the other side of a half.
    const gap = Math.max(...expected.map((x, i) => Math.abs(x - (embedding.data as Float32Array)[i])));
    expect(gap).toBeLessThan(0.05 * Math.max(...expected));
    await own.dispose();
    const lund = photos.replace("photos.csv", "lund-26.jpg");
    expect(await run("locate", lund, "--model", models[0])).toMatch(/lund-26.jpg: .* its file says/);
  });
});
