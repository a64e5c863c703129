import { describe, expect, it } from "vitest";
import { levels, plural, states } from "./words.js";

describe("words", () => {
  it("say one in letters, and more in digits", () => {
    expect([0, 1, 2, 11].map((n) => plural(n, "picture"))).toEqual([
      "0 pictures",
      "One picture",
      "2 pictures",
      "11 pictures",
    ]);
  });

  it("part thousands with commas, whatever the machine's language", () => {
    expect(plural(1_234_567, "sidecar")).toBe("1,234,567 sidecars");
  });

  it("tell all states and all levels apart", () => {
    for (const names of [states, levels]) {
      const said = Object.values(names);
      expect(new Set(said).size).toBe(said.length);
      expect(said.every((s) => s.trim() !== "")).toBe(true);
    }
  });
});
