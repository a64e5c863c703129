import { describe, expect, it } from "vitest";
import { publishedEncoder, registeredEncoder } from "./encoder-registry.js";
import { checkModelName, isModelName } from "./load.js";

describe("names that every object has", () => {
  it.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "(%s) are neither a model nor an encoder",
    (name) => {
      expect(isModelName(name)).toBe(false);
      expect(registeredEncoder(name)).toBeUndefined();
      expect(() => checkModelName(name)).toThrow(expect.objectContaining({ code: "option" }));
      expect(() => publishedEncoder(name)).toThrow(expect.objectContaining({ code: "option" }));
    },
  );
});
