import { DOMParser } from "@xmldom/xmldom";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainCell, toCsvRows } from "./csv.js";
import { escapeXml } from "./escape-xml.js";
import { sha256Of } from "./hash.js";
import { cannotRead, cannotWrite, isSystemError } from "./system-error.js";

/** Text with what XML and CSV take for signs of their own. */
const signs = fc.array(
  fc.constantFrom("&", "<", ">", '"', "'", "]]>", "&amp;", ",", ";", "\n", " ", "é", "日", "🌍", "a"),
);
const text = signs.map((parts) => parts.join(""));

describe("text in XML", () => {
  it("is read back by a parser as it was, in elements and in attributes", () => {
    fc.assert(
      fc.property(text, (said) => {
        const document = new DOMParser().parseFromString(`<a>${escapeXml(said)}</a>`, "text/xml");
        expect(document.documentElement?.textContent ?? "").toBe(said);
        const line = said.replaceAll("\n", " ");
        for (const quote of ['"', "'"]) {
          const marked = `<a b=${quote}${escapeXml(line)}${quote}/>`;
          const element = new DOMParser().parseFromString(marked, "text/xml").documentElement;
          expect(element?.getAttribute("b")).toBe(line);
        }
      }),
    );
  });
  it("loses the control characters that XML forbids, and no others", () => {
    const controls = Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join("");
    expect(escapeXml(`a${controls}b`)).toBe("a\t\n\rb");
  });
});

describe("rows as CSV", () => {
  it("are read back as they were", () => {
    const cell = fc.oneof(text, fc.string(), fc.constantFrom(" a", "b ", "\r", "x\r\ny", '""', " "));
    const rows = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, (table) => {
        const read = parse(toCsvRows(table), { record_delimiter: "\n", relax_quotes: false, cast: plainCell });
        expect(read).toEqual(table);
      }),
    );
  });
  it("have numbers as they are, nothing for what is not known, and quotes only where they are needed", () => {
    expect(toCsvRows([["a b", 1.5, undefined, null, -0.25, 'say "x"', "a,b"]])).toBe(
      'a b,1.5,,,-0.25,"say ""x""","a,b"\n',
    );
  });
});

describe("fingerprints", () => {
  it("are those of the standard's examples (FIPS 180-4), of a part of a buffer too", () => {
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(sha256Of(new Uint8Array())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256Of(Buffer.from("abc"))).toBe(abc);
    expect(sha256Of(new TextEncoder().encode("xabcx").subarray(1, 4))).toBe(abc);
  });
});

describe("what the system says of files", () => {
  const system = (code: string) => Object.assign(new Error(code), { code, errno: -1 });
  it.each([
    ["ENOENT", "not-found", "f: no such file"],
    ["ENOTDIR", "not-found", "f: no such file"],
    ["EACCES", "file", "f: cannot be read (EACCES)"],
    ["EISDIR", "file", "f: cannot be read (EISDIR)"],
  ])("%s on reading is %s", (code, kind, message) => {
    expect(() => cannotRead("f")(system(code))).toThrow(expect.objectContaining({ code: kind, message }));
  });
  it.each([
    ["ENOSPC", "the disk is full"],
    ["EDQUOT", "the disk quota is used up"],
    ["EROFS", "the folder is read-only"],
    ["EACCES", "EACCES"],
  ])("%s on writing is told as: %s", (code, why) => {
    const e = system(code);
    expect(() => cannotWrite("f")(e)).toThrow(
      expect.objectContaining({ code: "disk", message: `f: cannot be written (${why})`, cause: e }),
    );
  });
  it("leaves the subject out where the caller says it, and names what was looked for", () => {
    expect(() => cannotRead()(system("ENOENT"))).toThrow(/^no such file$/);
    expect(() => cannotRead("x", "folder")(system("ENOENT"))).toThrow(/^x: no such folder$/);
  });
  it.each([
    new TypeError("x is undefined"),
    Object.assign(new Error("bad argument"), { code: "ERR_INVALID_ARG_TYPE" }),
    "thrown text",
  ])("does not hide a mistake of the program: %s", (e) => {
    expect(isSystemError(e)).toBe(false);
    for (const behind of [cannotRead("f"), cannotWrite("f")]) {
      let thrown: unknown;
      try {
        behind(e);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBe(e);
    }
  });
});
