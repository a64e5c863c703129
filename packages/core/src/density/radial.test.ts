import { describe, expect, it } from "vitest";
import { radialNodes } from "./radial.js";

/** ∫ f(r) r² dr by the nodes. */
const integral = (f: (r: number) => number, spacing?: number) =>
  radialNodes(spacing).reduce((sum, { radius, logWeight }) => sum + f(radius) * Math.exp(logWeight), 0);

describe("the quadrature along a ray", () => {
  it("makes the uniform density of directions of a standard normal", () => {
    const normal = (r: number) => (2 * Math.PI) ** -1.5 * Math.exp((-r * r) / 2);
    // What lies within e⁻³ of the origin is left out: a share of 3·10⁻⁵.
    const inner = Math.sqrt(2 / Math.PI) * (Math.exp(-9) / 3);
    expect(integral(normal) * 4 * Math.PI).toBeCloseTo(1 - inner, 4);
  });
  it("resolves a shell about r = 1, however thin or thick", () => {
    for (const width of [0.001, 0.003, 0.01, 0.03, 0.1]) {
      const shell = (r: number) => Math.exp(-(((r - 1) / width) ** 2) / 2) / (width * Math.sqrt(2 * Math.PI));
      // E r² of a normal about 1.
      expect(integral(shell) / (1 + width ** 2), `${width}`).toBeCloseTo(1, 3);
    }
  });
  it("has the integrals of powers between its ends, and halving the step changes nothing", () => {
    const nodes = radialNodes(0.1);
    const [low, high] = [nodes[0].radius, nodes[nodes.length - 1].radius];
    for (const f of [(r: number) => Math.exp(-r * r), (r: number) => 1 / (1 + r ** 6)])
      expect(integral(f, 0.125) / integral(f)).toBeCloseTo(1, 3);
    // ∫ r⁻³ r² dr = log r: the ends of the trapezoidal rule count half, and its error is h²/12 (Euler and Maclaurin).
    const ends =
      (Math.exp(nodes[0].logWeight) / low ** 3 + Math.exp(nodes[nodes.length - 1].logWeight) / high ** 3) / 2;
    expect((integral((r) => r ** -3, 0.1) - ends) / Math.log(high / low)).toBeCloseTo(1 + 0.01 / 12, 6);
  });
  it("reaches from e⁻³ to e³ at most, closest at one, and as far inwards as outwards", () => {
    const nodes = radialNodes();
    const logs = nodes.map((n) => Math.log(n.radius));
    const gaps = logs.slice(1).map((l, i) => l - logs[i]);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(nodes[(nodes.length - 1) / 2].radius).toBe(1);
    expect(gaps.indexOf(Math.min(...gaps))).toBeGreaterThanOrEqual((nodes.length - 3) / 2);
    expect(logs[0]).toBeGreaterThanOrEqual(-3);
    expect(logs[0]).toBeLessThan(-2);
    logs.forEach((l, i) => {
      expect(l).toBeCloseTo(-logs[logs.length - 1 - i], 12);
    });
  });
});
