import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalNumber, wholeNumber } from "./options.js";
import { latLngOption } from "./place-option.js";

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (e) {
    expect(e).toBeInstanceOf(InvalidArgumentError);
    return (e as Error).message;
  }
  return "no refusal";
};

describe("numbers on a command line", () => {
  it("are taken from the least to the most, both included, and no farther", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (a, b, n) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const read = wholeNumber(least, most);
        for (const end of [least, most]) expect(read(String(end))).toBe(end);
        if (n >= least && n <= most) expect(read(`${n}`)).toBe(n);
        else expect(refusal(() => read(`${n}`))).toContain(`from ${least} to ${most}, got "${n}"`);
        expect(refusal(() => read(String(most + 1)))).toContain("whole number");
        expect(refusal(() => decimalNumber(least, most)(String(least - 0.5)))).toContain(`got "${least - 0.5}"`);
      }),
    );
  });
  it.each(["", " ", "x", "1.5", "NaN", "Infinity", "1,5", "1 2"])("are whole, and %j is refused", (text) => {
    expect(refusal(() => wholeNumber(0, 10)(text))).toBe(`It is a whole number from 0 to 10, got "${text}".`);
  });
  it.each(["", "  ", "x", "NaN", "Infinity", "-Infinity", "1,5", "10.0001"])(
    "are decimal, and %j is refused",
    (text) => {
      expect(refusal(() => decimalNumber(0, 10)(text))).toBe(`It is a number from 0 to 10, got "${text}".`);
    },
  );
  it("keep their fraction where they may have one", () => {
    expect(decimalNumber(-1, 1)("-0.25")).toBe(-0.25);
  });
});

describe("a place on a command line", () => {
  it("is latitude, then longitude, however it is spaced", () => {
    const degrees = (limit: number) => fc.integer({ min: -limit * 1000, max: limit * 1000 }).map((n) => n / 1000);
    const space = fc.constantFrom("", " ", "  ");
    fc.assert(
      fc.property(degrees(90), degrees(180), space, space, space, space, (lat, lng, a, b, c, d) => {
        expect(latLngOption(`${a}${lat}${b},${c}${lng}${d}`)).toEqual({ lat: Number(`${lat}`), lng: Number(`${lng}`) });
      }),
    );
    expect(latLngOption("+1.5,-2")).toEqual({ lat: 1.5, lng: -2 });
  });
  it.each(["", "1", "1,", ",1", "1;2", "1,2,3", "1e1,2", "Paris", "48,5,2,3", "NaN,0", "0x1,2", "1.,2"])(
    "is not %j",
    (text) => {
      expect(refusal(() => latLngOption(text))).toBe(`It is a place as LAT,LNG in degrees, got "${text}".`);
    },
  );
  it.each(["90.001,0", "-91,0", "0,180.5", "0,-200"])("lies on the Earth, unlike %s", (text) => {
    expect(refusal(() => latLngOption(text))).toMatch(/^L(at|ong)itude.*[0-9]\.$/);
  });
});
