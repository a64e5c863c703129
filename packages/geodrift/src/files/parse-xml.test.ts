import { describe, expect, it } from "vitest";
import { parseXml } from "./parse-xml.js";

describe("XML", () => {
  it("that is well-formed is a document, warnings or not", () => {
    const document = parseXml('<a x="1">b<c/>&amp;</a>', (said) => said);
    expect(document.documentElement?.getAttribute("x")).toBe("1");
    expect(document.documentElement?.textContent).toBe("b&");
  });

  it.each(["", "text", "<a>", "<a></b>", "<a/><b/>", '<a x="1" x="2"/>'])(
    "that is not (%j) is told by one line of what the parser complains of",
    (text) => {
      let told: string[] = [];
      const parse = () =>
        parseXml(text, (said) => {
          told = said.split("\n");
          return `a letter is needed (${said})`;
        });
      expect(parse).toThrow(
        expect.objectContaining({ code: "data", message: expect.stringMatching(/^a letter is needed \(.+\)$/) }),
      );
      expect(told.length).toBe(1);
    },
  );
});
