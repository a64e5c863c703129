import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor } from "@geodrift/compile";
import type { TrainState } from "@geodrift/core";
import { afterAll, describe, expect, it, vi } from "vitest";
import { exampleSource, loadEmbedded, saveEmbedded } from "./embeddings.js";
import { metricsLog } from "./metrics-log.js";
import { readTraining } from "./read-config.js";
import { meanOver, perSecond } from "./run-training.js";
import { resumeState, saveState } from "./state-file.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-train-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe("a log of metrics", () => {
  const lines = (file: string) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => line && JSON.parse(line).step);
  it("goes on after the last checkpoint: later lines and a half-written one are dropped", () => {
    const file = at("log.jsonl");
    const first = metricsLog<{ step: number; loss: number }>(file, 0);
    for (const step of [10, 20, 30]) first({ step, loss: 1 });
    writeFileSync(file, `${readFileSync(file, "utf8")}{"step": 40, "lo`);
    const resumed = metricsLog<{ step: number; loss: number }>(file, 20);
    expect(lines(file)).toEqual([10, 20, ""]);
    resumed({ step: 30, loss: 0.5 });
    expect(lines(file)).toEqual([10, 20, 30, ""]);
    expect(readdirSync(folder).filter((name) => name.startsWith("log"))).toEqual(["log.jsonl"]);
  });
  it("is not made before its first line", () => {
    metricsLog(at("unused.jsonl"), 0);
    expect(readdirSync(folder)).not.toContain("unused.jsonl");
  });
  it.each(["null\n", "7\n", "{}\n", "\n\n", "text\n"])("keeps no line that is none of its own: %j", (text) => {
    const file = at("odd.jsonl");
    writeFileSync(file, `{"step":1}\n${text}`);
    metricsLog(file, 5);
    expect(readFileSync(file, "utf8")).toBe('{"step":1}\n');
  });
  it("says the mean over steps, and how many examples a second", () => {
    expect(meanOver([{ loss: 1 }, { loss: 4 }], (s) => s.loss)).toBe(2.5);
    expect(perSecond(50, { elapsedMs: 250 })).toBe(200);
  });
});

describe("the state of a training", () => {
  const numbers = (...values: number[]) => tensor(Float32Array.from(values), [values.length]);
  const state = (average = true): TrainState => ({
    step: 7,
    params: { "a.weight": numbers(1, 2), b: numbers(3) },
    moments: { first: { "a.weight": numbers(4, 5) }, second: { "a.weight": numbers(6, 7) } },
    ...(average && { average: { "a.weight": numbers(8, 9) } }),
  });
  const empty = (): TrainState => ({ step: 0, params: {}, moments: { first: {}, second: {} }, average: {} });
  const provenance = { config: '{"x":1}', data: "abc", seed: "12345678901234567890" };
  const plain = (s: TrainState) => JSON.parse(JSON.stringify(s, (_, v) => (v instanceof Float32Array ? [...v] : v)));

  it.each([true, false])("comes back as it was saved, with an average: %s", async (average) => {
    const file = at(`state-${average}.safetensors`);
    await saveState(file, state(average), provenance);
    const back = average ? empty() : { ...empty(), average: undefined };
    await resumeState(file, back, provenance);
    expect(plain(back)).toEqual(plain(state(average)));
  });
  it("is as it was where none is saved", async () => {
    const before = state();
    await resumeState(at("none.safetensors"), before, provenance);
    expect(plain(before)).toEqual(plain(state()));
  });
  it("tells with how many threads it was computed, where it knows", async () => {
    vi.stubEnv("GEODRIFT_THREADS", "3");
    const file = at("threads.safetensors");
    await saveState(file, state(), provenance);
    vi.unstubAllEnvs();
    expect(await resumeState(file, empty(), provenance)).toEqual({ threads: 3, recent: [] });
    expect(await resumeState(at("none.safetensors"), empty(), provenance)).toEqual({});
  });
  it.each(["config", "data", "seed"] as const)(
    "of another %s is refused, and nothing is taken from it",
    async (key) => {
      const file = at("other.safetensors");
      await saveState(file, state(), provenance);
      const back = empty();
      await expect(resumeState(file, back, { ...provenance, [key]: "other" })).rejects.toMatchObject({
        code: "data",
        message: `${file}: was made with another ${key}; move it away to begin anew, or restore the ${key}`,
      });
      expect(back).toEqual(empty());
    },
  );
  it("that is cut off is refused", async () => {
    const file = at("cut.safetensors");
    await saveState(file, state(), provenance);
    writeFileSync(file, readFileSync(file).subarray(0, -5));
    await expect(resumeState(file, empty(), provenance)).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining(`${file}: `),
    });
  });
});

describe("embeddings in memory", () => {
  const embedded = {
    width: 2,
    embeddings: Float32Array.of(1, 2, 3, 4, 5, 6),
    places: Float32Array.of(...[1, 0, 0, 0, 1, 0, 0, 0, 1]),
  };
  it("come back from a file, unless they were made from something else", async () => {
    const file = at("embedded.safetensors");
    await saveEmbedded(file, embedded, { rasters: "a", n: "3" });
    expect(await loadEmbedded(file, { rasters: "a" })).toEqual(embedded);
    expect(await loadEmbedded(file, { rasters: "b" })).toBeUndefined();
    expect(await loadEmbedded(file, { more: "x" })).toBeUndefined();
    expect(await loadEmbedded(at("nothing.safetensors"), {})).toBeUndefined();
  });
  it("give batches of any of their rows, in the order asked for", () => {
    const source = exampleSource(embedded);
    expect(source.length).toBe(3);
    expect(source.batch(Uint32Array.of(2, 0, 2))).toEqual({
      n: 3,
      embeddings: Float32Array.of(5, 6, 1, 2, 5, 6),
      places: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 0, 1),
    });
  });
});

describe("a config of a training", () => {
  const written = (name: string, value: unknown): string => {
    writeFileSync(at(name), typeof value === "string" ? value : JSON.stringify(value));
    return at(name);
  };
  it.each([
    ["none", undefined, "not-found", "no such file"],
    ["text.json", "{", "data", "not JSON"],
    ["list.json", [], "data", "expected object"],
    ["kind.json", { kind: "earht" }, "data", '"kind"'],
    ["base.json", { extends: "nowhere.json" }, "not-found", "nowhere.json: no such file"],
    ["self.json", { extends: "self.json" }, "data", "extends itself"],
  ])("%s is refused in one sentence", async (name, value, code, sentence) => {
    const file = value === undefined ? at(name) : written(name, value);
    await expect(readTraining(file)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });
  it("may not extend itself by way of another", async () => {
    written("b.json", { extends: "a.json" });
    await expect(readTraining(written("a.json", { extends: "b.json" }))).rejects.toThrow(
      `${at("a.json")}: extends itself, by way of ${at("a.json")}, ${at("b.json")}`,
    );
  });
});
