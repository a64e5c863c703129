import { describe, expect, it } from "vitest";
import { checkSheet } from "./sheet.js";

describe("a file of pictures", () => {
  const plan = (n: number) => ({ cells: Array.from({ length: n }), columns: Math.ceil(Math.sqrt(n)) });
  it("has room for as many as can be written", () => {
    // 7 · 66 − 2 pixels, 32 times: 14,720 squared is below 16,383 squared; 8 · 66 − 2, 32 times, is not.
    expect(() => checkSheet(plan(49), 64, 32, false)).not.toThrow();
    expect(() => checkSheet(plan(57), 64, 32, false)).toThrow("57 pictures of 2048 pixels are too much for one file");
    expect(() => checkSheet(plan(63), 64, 32, true)).not.toThrow();
    expect(() => checkSheet(plan(64), 64, 32, true)).toThrow("64 pictures of 2048 pixels are too much for one file");
    expect(() => checkSheet(plan(2), 1024, 16, true)).toThrow("a smaller --scale");
  });
});
