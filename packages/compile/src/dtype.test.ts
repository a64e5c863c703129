import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, bytesOf, fromHalf, fromHalves, innerBytes, isFloat, toHalf, toHalves } from "./dtype.js";

/** All finite halves in ascending order, without the negative zero. */
const halves = Array.from({ length: 0x7c00 }, (_, h) => fromHalf(h));
const ascending = [
  ...halves
    .slice(1)
    .map((x) => -x)
    .reverse(),
  ...halves,
];

/** The nearest half by search: ties go to the even pattern; beyond the greatest by half a step is infinity. */
function nearest(x: number): number {
  if (Math.abs(x) >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY;
  let [low, high] = [0, ascending.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= x) low = middle;
    else high = middle;
  }
  const [a, b] = [ascending[low], ascending[high]];
  if (x - a !== b - x) return x - a < b - x ? a : b;
  const units =
    Math.max(Math.abs(a), Math.abs(b)) < 2 ** -14 ? 2 ** -24 : 2 ** (Math.floor(Math.log2(Math.abs((a + b) / 2))) - 10);
  return (a / units) % 2 === 0 ? a : b;
}

describe("halves", () => {
  it("come back as they were: every pattern but those of no number", () => {
    for (let h = 0; h < 65_536; h++) {
      const x = fromHalf(h);
      if (Number.isNaN(x)) expect(Number.isNaN(fromHalf(toHalf(x)))).toBe(true);
      else if (toHalf(x) !== h) expect(toHalf(x)).toBe(h);
    }
  });
  it("grow with their patterns, by two to the exponent", () => {
    halves.slice(1).forEach((x, i) => {
      if (x <= halves[i]) expect(x).toBeGreaterThan(halves[i]);
    });
    expect([0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00].map(fromHalf)).toEqual([
      1,
      -2,
      1365 / 4096,
      65504,
      2 ** -24,
      2 ** -14,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(Object.is(fromHalf(0x8000), -0)).toBe(true);
  });
  it("are the nearest to any single, ties to even, subnormal and overflowing ones too", () => {
    const ties = fc.integer({ min: 0, max: 0x7bfe }).map((h) => (fromHalf(h) + fromHalf(h + 1)) / 2);
    const singles = fc.oneof(
      fc.float({ noNaN: true }),
      fc.float({ min: -70_000, max: 70_000, noNaN: true }),
      fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true }),
      fc.tuple(ties, fc.constantFrom(1, -1)).map(([x, sign]) => sign * x),
    );
    fc.assert(
      fc.property(singles, (x) => {
        expect(fromHalf(toHalf(x)) - nearest(x) || 0, `${x}`).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
  it("in arrays are those one by one", () => {
    const patterns = Uint16Array.from({ length: 300 }, (_, i) => (i * 217) % 65_536);
    expect(fromHalves(patterns)).toEqual(Float32Array.from(patterns, fromHalf));
    expect(toHalves([0.1, -3e5, 1e-9])).toEqual(Uint16Array.from([0.1, -3e5, 1e-9], toHalf));
  });
});

describe("bytes of numbers", () => {
  const view = (b: Uint8Array<ArrayBuffer>) => new DataView(b.buffer);
  it("are little-endian, of the type that stands in a graph: words take eight, bools one, halves two", () => {
    expect(view(innerBytes("uint32", [4294967295, 1])).getBigInt64(0, true)).toBe(4294967295n);
    expect(view(innerBytes("int32", [-5])).getInt32(0, true)).toBe(-5);
    expect(view(innerBytes("float64", [0.1])).getFloat64(0, true)).toBe(0.1);
    expect(view(innerBytes("float32", [0.1])).getFloat32(0, true)).toBe(Math.fround(0.1));
    expect([...innerBytes("float16", [1])]).toEqual([0x00, 0x3c]);
    expect([...innerBytes("bool", [1, 0])]).toEqual([1, 0]);
  });
  it("are a copy, of a part of a buffer as well", () => {
    const all = Float32Array.of(1, 2, 3);
    const bytes = bytesOf(all.subarray(1, 2));
    expect(bytes.length).toBe(4);
    all[1] = 9;
    expect(view(bytes).getFloat32(0, true)).toBe(2);
  });
  it("stand in arrays that begin with zeros, of each type's own kind", () => {
    const kinds = {
      float32: Float32Array,
      float64: Float64Array,
      float16: Uint16Array,
      int32: Int32Array,
      uint32: Uint32Array,
      bool: Uint8Array,
    } as const;
    for (const [dtype, kind] of Object.entries(kinds) as [keyof typeof kinds, (typeof kinds)["float32"]][]) {
      expect(allocate(dtype, 3)).toEqual(new kind(3));
      expect(isFloat(dtype)).toBe(dtype.startsWith("f"));
    }
  });
});
