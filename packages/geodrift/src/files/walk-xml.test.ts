import { describe, expect, it } from "vitest";
import { walkXml, type XmlLimits } from "./walk-xml.js";

const walked = (text: string, most?: XmlLimits) => {
  const names: string[] = [];
  walkXml(text, { open: ({ name }) => names.push(name), close: () => {} }, (said) => `the file: ${said}`, most);
  return names.length;
};
const attributes = (n: number) => Array.from({ length: n }, (_, i) => ` a${i}="${i}"`).join("");

describe("XML", () => {
  it.each([
    ["elements", `<x>${"<a/>".repeat(99_999)}</x>`, `<x>${"<a/>".repeat(100_000)}</x>`, /more than 100,000 elements$/],
    [
      "elements within each other",
      `${"<a>".repeat(200)}${"</a>".repeat(200)}`,
      `${"<a>".repeat(201)}${"</a>".repeat(201)}`,
      /more than 200 elements deep$/,
    ],
    [
      "attributes of one element",
      `<x${attributes(1000)}/>`,
      `<x${attributes(1001)}/>`,
      /more than 1,000 attributes of one element$/,
    ],
    [
      "attributes",
      `<x>${`<a${attributes(1000)}/>`.repeat(50)}</x>`,
      `<x b="">${`<a${attributes(1000)}/>`.repeat(50)}</x>`,
      /more than 50,000 attributes$/,
    ],
    [
      "characters",
      `<x>${" ".repeat(2 ** 24 - 7)}</x>`,
      `<x>${" ".repeat(2 ** 24 - 6)}</x>`,
      /more than 16,777,216 char/,
    ],
  ])("has so many %s, and no more", (_, most, more, sentence) => {
    expect(walked(most)).toBeGreaterThan(0);
    expect(() => walked(more)).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringMatching(sentence) }),
    );
  });

  it("has as many as whoever reads it says", () => {
    const few = { elements: 2, attributes: 1, characters: 100 };
    expect(walked('<a b="c"><d/></a>', few)).toBe(2);
    expect(() => walked('<a b="c"><d e="f"/></a>', few)).toThrow(/more than 1 attributes/);
    expect(() => walked("<a><b/><c/></a>", few)).toThrow(/more than 2 elements/);
  });
});
