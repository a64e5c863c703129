import fc from "fast-check";
import { expect, it } from "vitest";
import { lots, marks } from "./lots.js";

it("lots are all items in their order, by powers of two, at most 128", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (n) => {
      const items = Array.from({ length: n }, (_, i) => i);
      const all = [...lots(items)];
      expect(all.flat()).toEqual(items);
      for (const { length } of all) expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(length);
      // No more of them than there must be.
      const ones = (n % 128).toString(2).replaceAll("0", "").length;
      expect(all.length).toBe(Math.floor(n / 128) + ones);
    }),
  );
  expect(marks(3)).toBe("?, ?, ?");
});
