import { type ErrorCode, errorCodes, GeodriftError, reportAddress } from "@geodrift/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { debugging, exitCodeOf, reportError, showStack, worse } from "./report-error.js";

let written: string;
beforeEach(() => {
  written = "";
  vi.stubEnv("GEODRIFT_DEBUG", undefined);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  debugging([]);
});

const codes = Object.keys(errorCodes) as ErrorCode[];

describe("the exit code", () => {
  it.each(codes)("of %s is that of the table in docs/errors.md", (code) => {
    expect(exitCodeOf(new GeodriftError(code, "x"))).toBe(code === "option" ? 2 : 1);
  });
  it.each([new TypeError("x"), "text", undefined, { code: "option" }])("of a mistake is 70: %s", (e) => {
    expect(exitCodeOf(e)).toBe(70);
  });
  it("of several inputs is the worst, and never that of a command line that makes no sense", () => {
    const [option, file] = [new GeodriftError("option", "x"), new GeodriftError("file", "x")];
    expect(worse(0, option)).toBe(1);
    expect(worse(0, file)).toBe(1);
    expect(worse(1, new Error("x"))).toBe(70);
    expect(worse(70, file)).toBe(70);
  });
});

describe("an error on a command line", () => {
  it("is one sentence behind its subject, without a stack", () => {
    expect(reportError(new GeodriftError("file", "a.jpg: cannot be read"))).toBe(1);
    expect(reportError(new GeodriftError("option", "no"), "b.jpg")).toBe(2);
    expect(written).toBe("geodrift: a.jpg: cannot be read\nb.jpg: no\n");
  });
  it("that is a mistake says so, and where to report it", () => {
    expect(reportError(new TypeError("x is undefined\nand more"))).toBe(70);
    expect(written.split("\n")).toHaveLength(2);
    expect(written).toContain("a mistake in geodrift, not in what you gave it (x is undefined)");
    expect(written).toContain(reportAddress);
  });
  it("has its stack and its cause where they are asked for", () => {
    debugging(["--debug"]);
    reportError(new GeodriftError("file", "outer", { cause: new Error("inner") }));
    expect(written).toMatch(/^geodrift: outer\n/);
    expect(written).toContain("report-error.test.ts");
    expect(written).toContain("inner");
  });
});

describe("stacks are asked for", () => {
  const shown = () => {
    showStack(new Error("where"));
    return written !== "";
  };
  it.each([
    [["locate", "a.jpg"], ["locate", "a.jpg"], false],
    [["--debug", "locate", "a.jpg"], ["locate", "a.jpg"], true],
    [["locate", "a.jpg", "--debug"], ["locate", "a.jpg"], true],
    [["locate", "--debug", "--", "--debug"], ["locate", "--", "--debug"], true],
    [["locate", "--", "--debug"], ["locate", "--", "--debug"], false],
    [["locate", "--debugging"], ["locate", "--debugging"], false],
  ])("by --debug before --, which names files: %j", (args, others, asked) => {
    expect(debugging(args)).toEqual(others);
    expect(shown()).toBe(asked);
  });
  it.each([
    ["1", true],
    ["true", true],
    ["YES", true],
    ["0", false],
    ["", false],
    ["false", false],
  ])("by GEODRIFT_DEBUG=%s: %s", (value, asked) => {
    vi.stubEnv("GEODRIFT_DEBUG", value);
    expect(debugging(["locate"])).toEqual(["locate"]);
    expect(shown()).toBe(asked);
  });
});
