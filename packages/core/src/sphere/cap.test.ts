import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capAreaKm2, capRadiusKm, earthAreaKm2 } from "./cap.js";
import { earthRadiusKm } from "./point.js";

const half = Math.PI * earthRadiusKm;
const radius = fc.double({ min: 1e-3, max: half * 0.999, noNaN: true });

describe("spherical caps", () => {
  it("have the area of their radius and the radius of their area", () => {
    fc.assert(
      fc.property(radius, (r) => {
        expect(capRadiusKm(capAreaKm2(r)) / r).toBeCloseTo(1, 9);
      }),
    );
  });
  it("have the area 2πR²(1 − cos r/R), and with the cap around the antipode they are the Earth", () => {
    fc.assert(
      fc.property(radius, (r) => {
        const plain = 2 * Math.PI * earthRadiusKm ** 2 * (1 - Math.cos(r / earthRadiusKm));
        expect(Math.abs(capAreaKm2(r) - plain)).toBeLessThan(1e-15 * earthAreaKm2);
        expect((capAreaKm2(r) + capAreaKm2(half - r)) / earthAreaKm2).toBeCloseTo(1, 12);
      }),
    );
  });
  it("are flat discs when small, smaller than them when not, and grow with the radius", () => {
    expect(capAreaKm2(0.001) / (Math.PI * 1e-6)).toBeCloseTo(1, 9);
    fc.assert(
      fc.property(radius, (r) => {
        expect(capAreaKm2(r)).toBeLessThan(Math.PI * r * r * (1 + 1e-12));
        expect(capAreaKm2(1.0005 * r)).toBeGreaterThan(capAreaKm2(r));
      }),
    );
  });
  it("are nothing, a hemisphere and the whole Earth, beyond which there is no more", () => {
    expect(capAreaKm2(0)).toBe(0);
    expect(capRadiusKm(0)).toBe(0);
    expect(capAreaKm2(half / 2) / earthAreaKm2).toBeCloseTo(0.5, 14);
    expect(capRadiusKm(10 * earthAreaKm2)).toBeCloseTo(half, 9);
  });
});
