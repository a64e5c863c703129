import { describe, expect, it } from "vitest";
import { Generator } from "./generator.js";

describe("Generator", () => {
  it("is Threefry-2x32: the known answer for key 0, counter 0 of Salmon et al.", () => {
    const g = new Generator(0);
    const [second, first] = [g.bits(), g.bits()];
    expect([first, second]).toEqual([0x6b200159, 0x99ba4efe]);
  });
  it("gives the same stream for the same seed, and others for other seeds and streams", () => {
    const draw = (...args: ConstructorParameters<typeof Generator>) => {
      const g = new Generator(...args);
      return Array.from({ length: 8 }, () => g.bits()).join();
    };
    expect(draw(5, 1, 2)).toBe(draw(5, 1, 2));
    const all = [draw(5), draw(6), draw(5, 0), draw(5, 1), draw(5, 1, 0), draw(5, 0, 1), draw(2n ** 40n + 5n)];
    expect(new Set(all).size).toBe(all.length);
  });
  it("draws uniforms and normals with the right moments", () => {
    const g = new Generator(11);
    const n = 50_000;
    const u = Array.from({ length: n }, () => g.uniform());
    const z = g.normals(n);
    const mean = (xs: ArrayLike<number>, f = (x: number) => x) =>
      Array.from(xs).reduce((s, x) => s + f(x), 0) / xs.length;
    expect(mean(u)).toBeCloseTo(0.5, 2);
    expect(mean(u, (x) => (x - 0.5) ** 2)).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(mean(z))).toBeLessThan(0.02);
    expect(mean(z, (x) => x * x)).toBeCloseTo(1, 1.5);
    expect(mean(z, (x) => x ** 4)).toBeCloseTo(3, 0.5);
  });
});
