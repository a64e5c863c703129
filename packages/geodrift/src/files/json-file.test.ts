import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseJson, readJsonFile, writeJsonFile } from "./json-file.js";
import { parsePythonJson } from "./python-json.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-json-"));
afterAll(() => rmSync(folder, { recursive: true }));
const schema = z.strictObject({ steps: z.int(), name: z.string().optional() });

describe("JSON on disk", () => {
  it("comes back as it was written", async () => {
    const file = join(folder, "any.json");
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await writeJsonFile(file, value);
        expect(JSON.stringify(await readJsonFile(file, z.unknown()))).toBe(JSON.stringify(value));
      }),
      { numRuns: 30 },
    );
  });

  mkdirSync(join(folder, "folder.json"));
  it.each([
    ["folder.json", undefined, "file", "cannot be read (EISDIR)"],
    ["missing.json", undefined, "not-found", "no such file"],
    ["missing/below.json", undefined, "not-found", "no such file"],
    ["damaged.json", '{"steps": 1', "data", "not JSON ("],
    ["empty.json", "", "data", "not JSON ("],
    ["other.json", '{"steps": 1.5}', "data", '"steps": expected int, received number, got 1.5'],
    ["none.json", "{}", "data", '"steps": expected number, received undefined, got nothing'],
    ["typo.json", '{"steps": 1, "nane": "x"}', "data", 'unknown key "nane"; did you mean "name"?'],
  ])("%s is refused in one sentence that begins with its name", async (name, text, code, sentence) => {
    const file = join(folder, name);
    if (text !== undefined) writeFileSync(file, text);
    await expect(readJsonFile(file, schema)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${file}: ${sentence}`),
    });
  });

  it("names its subject where it stands in no file", () => {
    expect(parseJson('{"a": [1]}', "the answer")).toEqual({ a: [1] });
    expect(() => parseJson("<html>", "the answer")).toThrow(/^the answer: not JSON \(/);
  });
});

describe("JSON as Python writes it", () => {
  it.each([
    ['{"a": NaN, "b": Infinity, "c": -Infinity}', { a: null, b: null, c: null }],
    ["[NaN,NaN]", [null, null]],
    ['{"NaN": "NaN and -Infinity", "q": "\\"NaN\\\\"}', { NaN: "NaN and -Infinity", q: '"NaN\\' }],
    ['["a\\\\", NaN, "b"]', ["a\\", null, "b"]],
    ["NaN", null],
  ])("%s has null where no number is", (text, value) => {
    expect(parsePythonJson(text)).toEqual(value);
  });

  it("is JSON where it is JSON: every value comes back as it was", () => {
    const tricky = fc.constantFrom("NaN", '"NaN"', "\\", '\\"Infinity', "-Infinity,", "\\\\NaN");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), tricky), fc.jsonValue())), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parsePythonJson(text))).toBe(text);
      }),
    );
  });

  it.each(["{NaN: 1}", "[1,]", "nan", "NaNs", "1NaN"])("%s is neither", (text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError);
  });
});
