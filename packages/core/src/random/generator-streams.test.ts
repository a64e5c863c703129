import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Generator } from "./generator.js";

/** χ² of counts against equal shares. */
function chiSquared(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const each = all.reduce((a, b) => a + b, 0) / all.length;
  return all.reduce((s, c) => s + (c - each) ** 2 / each, 0);
}

/** Threefry-2x32 with 20 rounds as Salmon et al. write it, in whole numbers without bounds. */
function threefry(key: [bigint, bigint], counter: [bigint, bigint]): [bigint, bigint] {
  const word = (x: bigint) => BigInt.asUintN(32, x);
  const keys = [...key, key[0] ^ key[1] ^ 0x1bd11bdan];
  let [a, b] = [word(counter[0] + keys[0]), word(counter[1] + keys[1])];
  for (let round = 0; round < 20; round++) {
    const by = [13n, 15n, 26n, 6n, 17n, 29n, 16n, 24n][round % 8];
    a = word(a + b);
    b = word((b << by) | (b >> (32n - by))) ^ a;
    if (round % 4 !== 3) continue;
    const s = (round + 1) / 4;
    a = word(a + keys[s % 3]);
    b = word(b + keys[(s + 1) % 3] + BigInt(s));
  }
  return [a, b];
}

it("numbers are Threefry-2x32's for every key and counter, and streams are its words as keys", () => {
  // The published answers, for the slow form.
  const all = 0xffffffffn;
  expect(threefry([all, all], [all, all])).toEqual([0x1cb996fcn, 0xbb002be7n]);
  expect(threefry([0x13198a2en, 0x03707344n], [0x243f6a88n, 0x85a308d3n])).toEqual([0xc4923a9cn, 0x483df7a0n]);
  const seed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(seed, fc.array(fc.integer({ min: 0, max: 2 ** 50 }), { maxLength: 2 }), (wide, names) => {
      const halves = (x: bigint): [bigint, bigint] => [x & all, x >> 32n];
      const key = names.reduce((k, name) => threefry(k, halves(BigInt(name))), halves(wide));
      const random = new Generator(wide, ...names);
      for (let block = 0n; block < 3n; block++) {
        const [first, second] = threefry(key, [block, 0n]);
        expect([random.bits(), random.bits()].map(BigInt)).toEqual([second, first]);
      }
    }),
  );
});

describe("whole numbers", () => {
  it.each([
    [2, 10.8],
    [7, 22.5],
    [10, 27.9],
    [64, 103.4],
  ])("below %i come equally often", (n, limit) => {
    const random = new Generator(31, n);
    const counts = new Uint32Array(n);
    for (let i = 0; i < 20_000; i++) counts[random.integer(n)]++;
    expect(chiSquared(counts)).toBeLessThan(limit); // one in a thousand
  });
  it("stay in their range, up to 2³², and are 0 below one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer(), (n, seed) => {
        const k = new Generator(seed).integer(n);
        expect(Number.isInteger(k) && k >= 0 && k < n).toBe(true);
        expect(new Generator(seed).integer(1)).toBe(0);
        expect(new Generator(seed).integer(2 ** 32)).toBe(new Generator(seed).bits());
      }),
    );
  });
});

describe("uniform numbers", () => {
  it("lie in [low, high), and are the bits in units of 2⁻³²", () => {
    const end = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.integer(), (a, b, seed) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b) + 1];
        const u = new Generator(seed).uniform(low, high);
        expect(u >= low && u < high).toBe(true);
        const share = (u - low) / (high - low);
        expect(share).toBeCloseTo(new Generator(seed).bits() / 2 ** 32, 9);
      }),
    );
  });
  it("follow one another without memory: pairs fill the square", () => {
    const random = new Generator(12);
    const counts = new Uint32Array(64);
    for (let i = 0; i < 16_000; i++) counts[8 * random.integer(8) + random.integer(8)]++;
    expect(chiSquared(counts)).toBeLessThan(103.4);
  });
});

describe("streams", () => {
  const words = (g: Generator, n = 6) => Array.from({ length: n }, () => g.bits());
  it("are independent: neighbouring seeds, streams and places agree in half of their bits", () => {
    const ones = (x: number) => {
      let count = 0;
      for (let v = x >>> 0; v; v >>>= 1) count += v & 1;
      return count;
    };
    const pairs: [Generator, Generator][] = [
      [new Generator(0), new Generator(1)],
      [new Generator(0, 0), new Generator(0, 1)],
      [new Generator(0, 1, 2), new Generator(0, 2, 1)],
      [new Generator(5, 2 ** 32), new Generator(5, 0)],
      [new Generator(-1), new Generator(1)],
    ];
    for (const [a, b] of pairs) {
      let differ = 0;
      for (let i = 0; i < 2000; i++) differ += ones(a.bits() ^ b.bits());
      // Of 64,000 bits: half, give or take four deviations of 126.
      expect(Math.abs(differ - 32_000)).toBeLessThan(4 * 126);
    }
  });
  it("do not depend on what other generators have drawn between", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 3 }), (seed, names) => {
        const alone = words(new Generator(seed, ...names));
        const [a, b] = [new Generator(seed, ...names), new Generator(seed + 1)];
        const between = Array.from({ length: 6 }, () => {
          b.normal();
          return a.bits();
        });
        expect(between).toEqual(alone);
      }),
    );
  });
  it("count the lowest 64 bits of a seed, be it a number or a bigint", () => {
    expect(words(new Generator(7n))).toEqual(words(new Generator(7)));
    expect(words(new Generator(2n ** 64n + 7n))).toEqual(words(new Generator(7)));
    expect(words(new Generator(-1))).toEqual(words(new Generator(2n ** 64n - 1n)));
    expect(words(new Generator(2 ** 40))).not.toEqual(words(new Generator(0)));
    expect(() => new Generator(0.5)).toThrow(RangeError);
  });
});

describe("normal numbers", () => {
  it("come in pairs of Box and Muller: two uniforms, a radius and an angle", () => {
    const [z, u] = [new Generator(3), new Generator(3)];
    for (let i = 0; i < 20; i++) {
      const [a, b] = [z.normal(), z.normal()];
      const [radius, turn] = [u.uniform(), u.uniform()];
      expect(Math.exp(-(a * a + b * b) / 2)).toBeCloseTo(1 - radius, 12);
      expect((Math.atan2(b, a) / (2 * Math.PI) + 1) % 1).toBeCloseTo(turn, 10);
    }
  });
  it("lie within one, two and three deviations as often as they should", () => {
    const z = new Generator(8).normals(20_000);
    const shares: [number, number][] = [
      [1, 0.6827],
      [2, 0.9545],
      [3, 0.9973],
    ];
    for (const [k, share] of shares) {
      const held = z.filter((x) => Math.abs(x) < k).length / z.length;
      expect(Math.abs(held - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / z.length));
    }
    // Neighbours, of one pair and of two, have nothing to do with each other.
    for (const lag of [1, 2]) {
      const together = z.subarray(lag).reduce((s, x, i) => s + x * z[i], 0) / z.length;
      expect(Math.abs(together)).toBeLessThan(4 / Math.sqrt(z.length));
    }
  });
});
