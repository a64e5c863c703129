import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  angle,
  capRadiusKm,
  cross,
  distanceKm,
  dot,
  earthAreaKm2,
  earthRadiusKm,
  expMap,
  fibonacciSphere,
  Generator,
  geodesic,
  logMap,
  norm,
  normalize,
  projectTangent,
  rotate,
  tangentFrame,
  toLatLng,
  toVec3,
  turned,
  uniformPoints,
  type Vec3,
  vectorAt,
} from "../index.js";

const latLng = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
const point = latLng.map(toVec3);
const close = (a: Vec3, b: Vec3, tolerance = 1e-9) => expect(angle(normalize(a), normalize(b))).toBeLessThan(tolerance);

describe("places and unit vectors", () => {
  it("go back and forth, poles and date line included", () => {
    fc.assert(
      fc.property(latLng, (p) => {
        const q = toLatLng(toVec3(p));
        expect(q.lat).toBeCloseTo(p.lat, 9);
        close(toVec3(q), toVec3(p), 1e-12);
      }),
    );
    expect(toLatLng([0, 0, 1])).toEqual({ lat: 90, lng: 0 });
    expect(toLatLng([0, 0, -1])).toEqual({ lat: -90, lng: 0 });
    close(toVec3({ lat: 10, lng: 180 }), toVec3({ lat: 10, lng: -180 }));
  });
  it("refuse degrees out of range, as from swapped coordinates", () => {
    expect(() => toVec3({ lat: 139.7, lng: 35.7 })).toThrow("latitude must lie in -90…90 degrees, got 139.7");
    expect(() => toVec3({ lat: 0, lng: 181 })).toThrow("longitude must lie in -180…180 degrees, got 181");
    expect(() => toVec3({ lat: Number.NaN, lng: 0 })).toThrow(/got NaN/);
  });
  it("have the distances of closed form: tiny, a quarter turn, antipodal", () => {
    expect(distanceKm({ lat: 0, lng: 0 }, { lat: 90, lng: 12 })).toBeCloseTo((earthRadiusKm * Math.PI) / 2, 6);
    expect(distanceKm({ lat: 48, lng: 2 }, { lat: -48, lng: -178 })).toBeCloseTo(earthRadiusKm * Math.PI, 6);
    // One millimetre: acos of a dot product would say 0.
    expect(distanceKm({ lat: 0, lng: 0 }, { lat: 9e-9, lng: 0 })).toBeCloseTo(1e-6, 8);
    expect(distanceKm({ lat: 5, lng: 179.999 }, { lat: 5, lng: -179.999 })).toBeLessThan(0.23);
  });
});

describe("exponential and logarithm", () => {
  it("are inverse to each other, and the logarithm is tangent and as long as the angle", () => {
    fc.assert(
      fc.property(point, point, (x, y) => {
        const v = logMap(x, y);
        expect(Math.abs(dot(v, x))).toBeLessThan(1e-9);
        expect(norm(v)).toBeCloseTo(angle(x, y), 9);
        if (angle(x, y) < Math.PI - 1e-6) close(expMap(x, v), y, 1e-8);
      }),
    );
  });
  it("hold at identical and antipodal points", () => {
    const x = toVec3({ lat: 30, lng: 40 });
    expect(norm(logMap(x, x))).toBe(0);
    const opposite = x.map((c) => -c) as unknown as Vec3;
    const v = logMap(x, opposite);
    expect(norm(v)).toBeCloseTo(Math.PI, 9);
    close(expMap(x, v), opposite, 1e-7);
  });
  it("make geodesics whose derivative is the finite difference", () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, b, s) => {
        fc.pre(angle(a, b) < 3.1);
        const h = 1e-6;
        const [back, here, ahead] = [s - h, s, s + h].map((t) => geodesic(a, b, t));
        here.tangent.forEach((t, d) => {
          expect(t).toBeCloseTo((ahead.point[d] - back.point[d]) / (2 * h), 5);
        });
        expect(Math.abs(dot(here.tangent, here.point))).toBeLessThan(1e-9);
      }),
    );
  });
});

describe("rotation and frames", () => {
  it("a turn about x × v is the exponential of v", () => {
    fc.assert(
      fc.property(point, point, (x, y) => {
        const v = projectTangent(x, y);
        close(rotate(x, cross(x, v)), expMap(x, v), 1e-9);
      }),
    );
  });
  it("frames are right-handed and orthonormal everywhere, and turn clockwise", () => {
    fc.assert(
      fc.property(latLng, fc.double({ min: -180, max: 180, noNaN: true }), (place, heading) => {
        const { up, east, north } = turned(tangentFrame(place), heading);
        close(cross(east, north), up);
        expect(Math.abs(dot(east, north))).toBeLessThan(1e-12);
      }),
    );
    const equator = turned(tangentFrame({ lat: 0, lng: 0 }), 90);
    close(equator.north, [0, 1, 0]); // heading 90° looks east
  });
});

describe("points spread over the sphere", () => {
  it("uniform samples have the moments of the uniform distribution", () => {
    const n = 20_000;
    const xs = uniformPoints(new Generator(1), n);
    for (let d = 0; d < 3; d++) {
      let [first, second] = [0, 0];
      for (let i = 0; i < n; i++) {
        first += xs[3 * i + d] / n;
        second += xs[3 * i + d] ** 2 / n;
      }
      expect(Math.abs(first)).toBeLessThan(0.02);
      expect(second).toBeCloseTo(1 / 3, 1.7);
    }
  });
  it("the Fibonacci sphere leaves no hole", () => {
    const grid = fibonacciSphere(2000);
    const spacing = Math.sqrt((4 * Math.PI) / 2000);
    const probes = uniformPoints(new Generator(2), 200);
    for (let i = 0; i < 200; i++) {
      const nearest = Math.min(...grid.map((g) => angle(g, vectorAt(probes, i))));
      expect(nearest).toBeLessThan(spacing);
    }
  });
  it("caps have the radius of their area", () => {
    expect(capRadiusKm(earthAreaKm2 / 2)).toBeCloseTo((earthRadiusKm * Math.PI) / 2, 6);
    expect(capRadiusKm(earthAreaKm2)).toBeCloseTo(earthRadiusKm * Math.PI, 3);
    expect(capRadiusKm(Math.PI)).toBeCloseTo(1, 6);
  });
});
