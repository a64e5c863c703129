import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import { afterAll, describe, expect, it } from "vitest";
import { transformerEncoderConfig } from "../encode/config.js";
import { encoderRegistry, publishedEncoder, registeredEncoder } from "./encoder-registry.js";
import { modelRegistry, zeroShotModels } from "./model-registry.js";
import { modelDescription, perceptronConfig } from "./schema.js";
import { solvingOf } from "./solving.js";
import { loadTensors, readTensorHeader, saveTensors, weightsFile } from "./tensor-file.js";
import { readWeights } from "./weights.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-models-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const numbers = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);

describe("encoders that are known", () => {
  it.each(Object.keys(encoderRegistry))(
    "%s has a config that the schema takes, in other sizes and bits too",
    (name) => {
      for (const text of [name, `${name}@448`, `${name}:int8`, `${name}@448:int8`]) {
        const config = registeredEncoder(text);
        expect(transformerEncoderConfig.parse(config)).toEqual(config);
        expect(config?.preparation.size).toBe(text.includes("@") ? 448 : encoderRegistry[name].config.preparation.size);
        expect(config && "precision" in config).toBe(text.endsWith(":int8"));
        expect(config?.weights).toEqual({ known: name });
      }
    },
  );
  it.each(["", "clip", "streetclip@", "streetclip@x", "streetclip:int4", "streetclip:int8@448", "@448"])(
    "are not called %j",
    (text) => {
      expect(registeredEncoder(text)).toBeUndefined();
    },
  );
  it("are suggested where a name is nearly one", () => {
    expect(() => publishedEncoder("streetclp")).toThrow(
      expect.objectContaining({ code: "option", message: expect.stringContaining('did you mean "streetclip"?') }),
    );
    expect(() => publishedEncoder("resnet")).toThrow("known are dinov2-vits14");
  });
});

describe("models that are known", () => {
  it.each(Object.entries(modelRegistry))(
    "%s has a description that the schema takes",
    (name, { description, encoder }) => {
      expect(modelDescription.parse(description)).toEqual(description);
      expect(description.name).toBe(name);
      expect(description.encoder).toEqual(registeredEncoder(encoder));
    },
  );
  it("are no networks of a size that none has", () => {
    const config = { cond_dim: 512, dim: 256, depth: 4 };
    expect(perceptronConfig.parse(config)).toEqual(config);
    for (const name of Object.keys(config))
      expect(() => perceptronConfig.parse({ ...config, [name]: 1e8 })).toThrow(name);
  });

  it.each(Object.entries(zeroShotModels))(
    "%s asks an encoder that reads words for countries and cities",
    (_, model) => {
      expect(encoderRegistry[model.encoder].optional).toContain("vocab.json");
      expect(model.prompts.country).toContain("{country}");
      expect(model.prompts.city).toContain("{city}");
    },
  );
  it("solve flows by what is asked for, else by their own", () => {
    const { description } = modelRegistry["plonk-osv5m"];
    const own = solvingOf(description, {}, 0);
    expect(own.steps).toBeGreaterThan(0);
    expect(solvingOf(description, { steps: 3 }, 0)).toEqual({ solver: own.solver, steps: 3 });
    expect(solvingOf(description, { solver: own.solver }, 0)).toEqual(own);
    expect(() => solvingOf(description, { solver: "none" }, 0)).toThrow(expect.objectContaining({ code: "option" }));
    expect(solvingOf({ method: "uniform" } as never, { solver: "x", steps: 9 }, 0)).toEqual({ steps: 0 });
  });
});

describe("tensors on disk", () => {
  const content = {
    tensors: { a: numbers(1, 2, 3), b: tensor(Float32Array.of(4, 5, 6, 7), [2, 2]) },
    metadata: { x: "é" },
  };
  it("come back as they were written: all, some, or their names alone", async () => {
    const file = at("a.safetensors");
    await saveTensors(file, content);
    const { tensors, metadata } = await loadTensors(file);
    expect(metadata).toEqual({ x: "é" });
    expect([tensors.b.dims, [...(tensors.b.data as Float32Array)]]).toEqual([
      [2, 2],
      [4, 5, 6, 7],
    ]);
    expect(Object.keys((await loadTensors(file, { wanted: (name) => name === "b" })).tensors)).toEqual(["b"]);
    const header = await readTensorHeader(file);
    expect(header.entries.map((e) => e.name).sort()).toEqual(["a", "b"]);
  });
  it("have a hash that tells every bit of them", async () => {
    const hashed = async (file: string) => {
      const hash = createHash("sha256");
      await loadTensors(file, { hash });
      return hash.digest("hex");
    };
    await saveTensors(at("h1.safetensors"), content);
    await saveTensors(at("h2.safetensors"), {
      ...content,
      tensors: { ...content.tensors, a: numbers(1, 2, 3.0000002) },
    });
    const [one, two] = [await hashed(at("h1.safetensors")), await hashed(at("h2.safetensors"))];
    expect(await hashed(at("h1.safetensors"))).toBe(one);
    expect(two).not.toBe(one);
  });
  it("that are cut off anywhere, or no tensors, are told by the file's name", async () => {
    await saveTensors(at("c.safetensors"), content);
    const bytes = readFileSync(at("c.safetensors"));
    for (const length of [0, 4, 8, 20, bytes.length - 1]) {
      writeFileSync(at("cut.safetensors"), bytes.subarray(0, length));
      await expect(loadTensors(at("cut.safetensors"))).rejects.toMatchObject({
        code: "file",
        message: expect.stringContaining(`${at("cut.safetensors")}: `),
      });
    }
    await expect(loadTensors(at("none.safetensors"))).rejects.toMatchObject({ code: "not-found" });
  });
  it("may lie in several files with an index beside them", async () => {
    await saveTensors(at("s1.safetensors"), { tensors: { a: numbers(1), extra: numbers(9) }, metadata: {} });
    await saveTensors(at("s2.safetensors"), { tensors: { b: numbers(2) }, metadata: {} });
    const index = (weight_map: Record<string, string>) => {
      writeFileSync(at("model.safetensors.index.json"), JSON.stringify({ weight_map }));
      return loadTensors(at("model.safetensors.index.json"));
    };
    const { tensors } = await index({ a: "s1.safetensors", b: "s2.safetensors" });
    expect(Object.keys(tensors).sort()).toEqual(["a", "b"]);
    await expect(index({ a: "s1.safetensors", c: "s2.safetensors" })).rejects.toThrow(
      'the tensor "c" is not in s2.safetensors',
    );
    await expect(index({ a: "../s1.safetensors" })).rejects.toMatchObject({ code: "model" });
    await expect(index({ a: "s3.safetensors" })).rejects.toMatchObject({ code: "not-found" });
    expect(await weightsFile(folder)).toBe(at("model.safetensors.index.json"));
    mkdirSync(at("empty"));
    await expect(weightsFile(at("empty"))).rejects.toMatchObject({ code: "model" });
    expect(await weightsFile(at("any"))).toBe(at("any"));
  });
});

describe("weights", () => {
  it.each([
    [[1, Number.NaN], { a: [2] }, 'weight 1 of "a" is NaN, not a finite number'],
    [[Number.NEGATIVE_INFINITY], { a: [1] }, 'weight 0 of "a" is -Infinity, not a finite number'],
    [[1, 2], { a: [3] }, '"a" should be [3] by the config, got [2]'],
    [[1, 2], { b: [2] }, 'the tensor "b" is missing'],
  ])("of %j for %j are refused", async (values, shapes, sentence) => {
    const file = at("w.safetensors");
    await saveTensors(file, { tensors: { a: numbers(...values) }, metadata: {} });
    const read = readWeights(file, createHash("sha256"), () => Object.fromEntries(Object.entries(shapes)));
    await expect(read).rejects.toMatchObject({ code: "model", message: `${file}: ${sentence}` });
  });
});
