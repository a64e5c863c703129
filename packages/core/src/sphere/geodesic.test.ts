import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyTangent, combine, expMap, geodesic, logMap, norm, projectTangent, rotate, scale } from "./geodesic.js";
import { angle, cross, dot, normalize, toLatLng, toVec3, type Vec3 } from "./point.js";

const latLng = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
const point = latLng.map(toVec3);
const coordinate = fc.double({ min: -4, max: 4, noNaN: true });
const vector = fc.tuple(coordinate, coordinate, coordinate) as fc.Arbitrary<Vec3>;
const distance = (a: Vec3, b: Vec3) => norm(combine(1, a, -1, b));

/** Rodrigues' matrix, exp of the cross product's matrix, by its Taylor series: slow and obvious. */
function rotatedBySeries(x: Vec3, w: Vec3): Vec3 {
  let [sum, term] = [x, x];
  for (let k = 1; k < 60; k++) {
    term = scale(cross(w, term), 1 / k);
    sum = combine(1, sum, 1, term);
  }
  return sum;
}

describe("a turn about an axis", () => {
  it("is the exponential of the vector product, summed as a series", () => {
    fc.assert(
      fc.property(point, vector, (x, w) => {
        expect(distance(rotate(x, w), rotatedBySeries(x, w))).toBeLessThan(1e-11);
      }),
    );
  });
  it("keeps angles, its axis and the hand, and is undone by the turn the other way", () => {
    fc.assert(
      fc.property(point, point, vector, (x, y, w) => {
        const [a, b] = [rotate(x, w), rotate(y, w)];
        expect(dot(a, b)).toBeCloseTo(dot(x, y), 12);
        expect(distance(cross(a, b), rotate3(cross(x, y), w))).toBeLessThan(1e-11);
        expect(dot(a, w)).toBeCloseTo(dot(x, w), 11);
        expect(distance(rotate(a, scale(w, -1)), x)).toBeLessThan(1e-12);
      }),
    );
  });
  it("about the poles' axis adds to the longitude, across the date line as well", () => {
    const turned = toLatLng(rotate(toVec3({ lat: 41, lng: 179 }), [0, 0, (2 * Math.PI) / 180]));
    expect(turned.lat).toBeCloseTo(41, 10);
    expect(turned.lng).toBeCloseTo(-179, 10);
    const pole = rotate([0, 0, 1], [0, 0, 1.234]);
    expect(distance(pole, [0, 0, 1])).toBeLessThan(1e-15);
  });
});

/** A vector of any length, turned. */
const rotate3 = (v: Vec3, w: Vec3): Vec3 => (norm(v) === 0 ? v : scale(rotate(normalize(v), w), norm(v)));

describe("the exponential map", () => {
  it("returns after a full turn, and reaches the antipode after half of one, whatever the direction", () => {
    fc.assert(
      fc.property(point, fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }), (x, heading) => {
        const e = anyTangent(x);
        const direction = combine(Math.cos(heading), e, Math.sin(heading), cross(x, e));
        expect(distance(expMap(x, scale(direction, 2 * Math.PI)), x)).toBeLessThan(1e-14);
        expect(distance(expMap(x, scale(direction, Math.PI)), scale(x, -1))).toBeLessThan(1e-14);
      }),
    );
  });
  it("keeps the digits of a millimetre, and so does its inverse", () => {
    const x = toVec3({ lat: 51, lng: 179.9 });
    for (const length of [1e-4, 1e-7, 1.6e-10]) {
      const v = scale(anyTangent(x), length);
      const back = logMap(x, expMap(x, v));
      // Unit vectors have 16 digits: what is left of a step of 1.6·10⁻¹⁰ is 6.
      expect(distance(back, v)).toBeLessThan(3e-16);
    }
  });
});

describe("the logarithm", () => {
  it("from either end is the same great circle, walked the other way", () => {
    fc.assert(
      fc.property(point, point, (x, y) => {
        fc.pre(angle(x, y) < Math.PI - 1e-4 && angle(x, y) > 1e-6);
        const [there, back] = [logMap(x, y), logMap(y, x)];
        expect(norm(there)).toBeCloseTo(norm(back), 12);
        // The tangent carried along the circle ends as minus the one at the far end.
        const arrived = geodesic(x, y, 1).tangent;
        expect(distance(arrived, scale(back, -1))).toBeLessThan(1e-9);
      }),
    );
  });
  it("leads over the pole and over the date line where that is shorter", () => {
    const overPole = expMap(
      toVec3({ lat: 80, lng: 0 }),
      scale(logMap(toVec3({ lat: 80, lng: 0 }), toVec3({ lat: 80, lng: 180 })), 0.5),
    );
    expect(toLatLng(overPole).lat).toBeCloseTo(90, 9);
    const pacific = geodesic(toVec3({ lat: 0, lng: 170 }), toVec3({ lat: 0, lng: -170 }), 0.75).point;
    expect(toLatLng(pacific).lng).toBeCloseTo(-175, 10);
  });
});

describe("great circles", () => {
  it("begin and end where they should, at constant speed, and are cut in proportion", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(point, point, share, (a, b, s) => {
        const whole = angle(a, b);
        fc.pre(whole < Math.PI - 1e-4);
        const { point: middle, tangent } = geodesic(a, b, s);
        expect(angle(a, middle)).toBeCloseTo(s * whole, 9);
        expect(angle(middle, b)).toBeCloseTo((1 - s) * whole, 9);
        expect(norm(tangent)).toBeCloseTo(whole, 9);
      }),
    );
  });
  it("lie in the plane of their ends", () => {
    fc.assert(
      fc.property(point, point, (a, b) => {
        fc.pre(angle(a, b) < Math.PI - 1e-3);
        expect(Math.abs(dot(geodesic(a, b, 0.3).point, cross(a, b)))).toBeLessThan(1e-12);
      }),
    );
  });
});

describe("tangents", () => {
  it("of any point are unit vectors across it, the poles and the axes included", () => {
    const axes: Vec3[] = [[0, 0, 1], [0, -1, 0], [1, 0, 0], normalize([1, 1, 1])];
    fc.assert(
      fc.property(fc.oneof(point, fc.constantFrom(...axes)), (x) => {
        const e = anyTangent(x);
        expect(norm(e)).toBeCloseTo(1, 14);
        expect(Math.abs(dot(e, x))).toBeLessThan(1e-15);
      }),
    );
  });
  it("are what is left of a vector without its radial part: projecting twice is projecting once", () => {
    fc.assert(
      fc.property(point, vector, (x, u) => {
        const t = projectTangent(x, u);
        expect(Math.abs(dot(t, x))).toBeLessThan(1e-14 * (1 + norm(u)));
        expect(distance(projectTangent(x, t), t)).toBeLessThan(1e-14 * (1 + norm(u)));
        expect(norm(t) ** 2 + dot(x, u) ** 2).toBeCloseTo(norm(u) ** 2, 11);
      }),
    );
  });
});
