import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes, failureOf, GeodriftError, isMendable, withSubject } from "./geodrift-error.js";
import { fromMessage, toMessage } from "./thrown-elsewhere.js";

const codes = Object.keys(errorCodes) as ErrorCode[];
const bug = () => (undefined as unknown as { y: number }).y;

describe("errors that a person can mend", () => {
  it("are told by their sentence and their code", () => {
    expect(failureOf(new GeodriftError("file", "a.jpg: no such file"))).toEqual({
      error: "a.jpg: no such file",
      code: "file",
    });
  });

  it("keep their code and their cause when a subject is put in front", async () => {
    const inner = new GeodriftError("picture", "the picture is truncated");
    const throwing = () => withSubject("a.jpg", () => Promise.reject(inner));
    await expect(throwing()).rejects.toMatchObject({
      code: "picture",
      message: "a.jpg: the picture is truncated",
      cause: inner,
    });
    expect(() =>
      withSubject(
        "row 3",
        () => {
          throw new GeodriftError("option", "latitude 95");
        },
        "data",
      ),
    ).toThrow(expect.objectContaining({ code: "data", message: "row 3: latitude 95" }));
  });

  it("are of the same kind behind the wall between threads, whatever their code and sentence", () => {
    fc.assert(
      fc.property(fc.constantFrom(...codes), fc.string(), (code, message) => {
        const there = fromMessage(structuredClone(toMessage(new GeodriftError(code, message))));
        expect(isMendable(there) && there.code).toBe(code);
        expect(there.message).toBe(message);
      }),
    );
  });
});

describe("mistakes of the program", () => {
  it("say that they are, and where to report them", () => {
    let thrown: unknown;
    try {
      bug();
    } catch (e) {
      thrown = e;
    }
    const { error, code } = failureOf(thrown);
    expect(code).toBe("internal");
    expect(error).toMatch(/mistake in geodrift.*Cannot read properties.*report it at https:/);
  });

  it("get no subject, so that nothing takes them for the subject's fault", () => {
    expect(() => withSubject("a.jpg", bug)).toThrow(TypeError);
  });

  it("stay what they are behind the wall between threads, with the stack they had there", () => {
    try {
      bug();
    } catch (e) {
      const there = fromMessage(structuredClone(toMessage(e)));
      expect(isMendable(there)).toBe(false);
      expect((there.cause as Error).stack).toContain("errors.test.ts");
    }
  });
});
