import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseWith, suggestion } from "./validation.js";

const schema = z.strictObject({
  steps: z.int().positive(),
  network: z.strictObject({ width: z.int(), depth: z.int() }).optional(),
  locators: z.array(z.strictObject({ name: z.string(), method: z.enum(["flow", "diffusion"]) })).optional(),
  data: z
    .union([
      z.strictObject({ kind: z.literal("views"), rasters: z.string() }),
      z.strictObject({ kind: z.literal("photos"), embeddings: z.string() }),
    ])
    .optional(),
});

describe("a value that breaks a schema", () => {
  it.each([
    [{ steps: 1, stps: 2 }, 'x: unknown key "stps"; did you mean "steps"?'],
    [{ steps: 1, network: { width: 1.5 } }, 'x: "network.width": expected int, received number, got 1.5'],
    [{ steps: 1, colour: 2 }, 'x: unknown key "colour"; known are steps, network, locators, data'],
    [
      { steps: 1, locators: [{ name: "a", method: "flow", nam: 1 }] },
      'x: unknown key "locators.0.nam"; did you mean "name"?',
    ],
    [{ steps: 0 }, 'x: "steps": Too small: expected number to be >0, got 0'],
    [{ steps: "many" }, 'x: "steps": expected number, received string, got "many"'],
    [{}, 'x: "steps": expected number, received undefined, got nothing'],
    [
      { steps: 1, locators: [{ name: "a", method: "flows" }] },
      'x: "locators.0.method": Invalid option: expected one of "flow"|"diffusion", got "flows"',
    ],
    [7, "x: expected object, received number, got 7"],
    [null, "x: expected object, received null, got null"],
  ])("%j is told in one sentence", (value, sentence) => {
    expect(() => parseWith(schema, value, "x")).toThrow(
      expect.objectContaining({ name: "GeodriftError", code: "data", message: sentence }),
    );
  });

  it("is none where it keeps the schema, and comes back as the schema gives it", () => {
    expect(parseWith(z.object({ a: z.int().default(3) }), { b: 1 }, "x")).toEqual({ a: 3 });
  });
});

describe("the word that was meant", () => {
  const known = ["steps", "seed", "guidance"];
  it("is found from any one slip", () => {
    const slip = fc
      .tuple(fc.constantFrom(...known), fc.nat(), fc.constantFrom("leave out", "double", "swap"))
      .map(([word, at, kind]) => {
        const i = at % (word.length - 1);
        const [a, b] = [word[i], word[i + 1]];
        const changed = { "leave out": b, double: a + a + b, swap: b + a }[kind] ?? "";
        return [word, word.slice(0, i) + changed + word.slice(i + 2)];
      });
    fc.assert(
      fc.property(slip, ([word, written]) => {
        expect(suggestion(written, known)).toBe(`; did you mean "${word}"?`);
      }),
    );
  });
  it("is not guessed where none is near: what is known is listed, or what the caller says", () => {
    expect(suggestion("temperature", known)).toBe("; known are steps, seed, guidance");
    expect(suggestion("temperature", known, "; see the list")).toBe("; see the list");
    expect(suggestion("temperature", [])).toBe("");
  });
  it("may be farther from a long word, by a third of its length", () => {
    expect(suggestion("localisability", ["localizabilities"])).toContain("did you mean");
    expect(suggestion("abc", ["xyz"])).not.toContain("did you mean");
  });
});
