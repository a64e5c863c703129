import fc from "fast-check";
import { expect, it } from "vitest";
import { holds, isSaid, without } from "./said-words.js";

it("tells words of how a picture is from names of places", () => {
  expect(["satellite", "March", "ice"].every(isSaid)).toBe(true);
  expect(["Chad", "Åland Islands", "Marshall Islands"].some(isSaid)).toBe(false);
});

it("finds whole words, in any case, between spaces and commas", () => {
  expect(holds("Hot desert; winter", "hot")).toBe(true);
  expect(holds("hot deserts", "desert")).toBe(false);
  expect(holds("seashore, coast", "sea")).toBe(false);
  expect(holds("", "sea")).toBe(false);
  expect(without("hot desert, winter", "desert")).toBe("hot, winter");
  expect(without("Desert", "desert")).toBe("");
  expect(without("sea, near, sea, ", "sea")).toBe("near");
  expect(without("a , ,desert,  b", "desert")).toBe("a, b");
});

it("is without a word what it was before the word was added", () => {
  const words = ["satellite", "near", "hot", "desert", "winter", "March"];
  fc.assert(
    fc.property(fc.shuffledSubarray(words, { maxLength: 5 }), fc.constantFrom(...words), (some, word) => {
      const before = some.filter((w) => w !== word).join(", ");
      const added = [before, word].filter(Boolean).join(", ");
      expect(holds(added, word)).toBe(true);
      expect(without(added, word)).toBe(before);
    }),
  );
});
