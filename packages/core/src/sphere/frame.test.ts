import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tangentFrame, turned } from "./frame.js";
import { add, combine, norm, scale } from "./geodesic.js";
import { cross, dot, toVec3, type Vec3 } from "./point.js";

const place = fc.record({
  lat: fc.double({ min: -89, max: 89, noNaN: true }),
  lng: fc.double({ min: -179, max: 179, noNaN: true }),
});
const heading = fc.double({ min: -720, max: 720, noNaN: true });
const radians = Math.PI / 180;
const near = (a: Vec3, b: Vec3, tolerance = 1e-12) => expect(norm(combine(1, a, -1, b))).toBeLessThan(tolerance);

describe("the frame at a place", () => {
  it("points where longitude and latitude grow, as finite differences have it", () => {
    const h = 1e-3;
    fc.assert(
      fc.property(place, ({ lat, lng }) => {
        const { east, north, up } = tangentFrame({ lat, lng });
        const by = (ahead: Vec3, back: Vec3) => scale(combine(1, ahead, -1, back), 1 / (2 * h * radians));
        near(by(toVec3({ lat: lat + h, lng }), toVec3({ lat: lat - h, lng })), north, 1e-9);
        const eastwards = by(toVec3({ lat, lng: lng + h }), toVec3({ lat, lng: lng - h }));
        near(eastwards, scale(east, Math.cos(lat * radians)), 1e-9);
        near(up, toVec3({ lat, lng }));
      }),
    );
  });
  it("is the same on both sides of the date line", () => {
    const [east, west] = [tangentFrame({ lat: 20, lng: 180 }), tangentFrame({ lat: 20, lng: -180 })];
    near(east.north, west.north);
    near(east.east, west.east);
  });
  it.each([90, -90])("stays orthonormal and right-handed at latitude %d, with the east of the longitude", (lat) => {
    for (const lng of [-180, -30, 0, 77]) {
      const { east, north, up } = tangentFrame({ lat, lng });
      near(east, tangentFrame({ lat: 0, lng }).east);
      near(cross(east, north), up);
      expect([norm(east), norm(north), norm(up)]).toEqual([1, 1, 1].map((one) => expect.closeTo(one, 14)));
    }
  });
  it("refuses places that are none", () => {
    expect(() => tangentFrame({ lat: 91, lng: 0 })).toThrow("latitude must lie in");
  });
});

describe("a frame that is turned", () => {
  it("clockwise by one heading and another is turned by their sum, and by 360° not at all", () => {
    fc.assert(
      fc.property(place, heading, heading, (p, a, b) => {
        const frame = tangentFrame(p);
        const twice = turned(turned(frame, a), b);
        const once = turned(frame, a + b);
        near(twice.north, once.north, 1e-11);
        near(twice.east, once.east, 1e-11);
        near(turned(frame, a + 360).north, turned(frame, a).north, 1e-11);
      }),
    );
  });
  it("has its north at the heading from true north, towards the east, and stays upright", () => {
    fc.assert(
      fc.property(place, heading, (p, degrees) => {
        const frame = tangentFrame(p);
        const { up, east, north } = turned(frame, degrees);
        expect(dot(north, frame.north)).toBeCloseTo(Math.cos(degrees * radians), 11);
        expect(dot(north, frame.east)).toBeCloseTo(Math.sin(degrees * radians), 11);
        near(cross(east, north), up, 1e-11);
        near(add(up, scale(frame.up, -1)), [0, 0, 0]);
      }),
    );
  });
});
