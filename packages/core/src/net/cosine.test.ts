import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosine } from "./cosine.js";

describe("the quick cosine", () => {
  it("is the cosine, to less than single precision keeps", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => {
        expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThan(4e-9);
      }),
      { numRuns: 10_000 },
    );
    for (const x of [0, Math.PI / 2, Math.PI, -Math.PI, 2 * Math.PI, 3 * Math.PI])
      expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThan(4e-9);
  });
});
