import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { angleBetween, azimuthOf, binOf, snapped } from "./azimuth.js";
import { elevationOf, fieldOfView, frameOf, horizonRow, raySlopes } from "./camera.js";

describe("azimuths", () => {
  const paris = { lat: 48.8738, lng: 2.295 };

  it.each([
    ["north", 0.001, 0, 0],
    ["east", 0, 0.001, 90],
    ["south", -0.001, 0, 180],
    ["west", 0, -0.001, 270],
  ])("are 0°, 90°, 180°, 270° from the %s", (_, north, east, azimuth) => {
    expect(angleBetween(azimuthOf(paris, { lat: paris.lat + north, lng: paris.lng + east }), azimuth)).toBeLessThan(
      1e-6,
    );
  });

  it("count degrees of longitude as long as they are, at 60° half as long as those of latitude", () => {
    const oslo = { lat: 60, lng: 10 };
    expect(azimuthOf(oslo, { lat: 60.001, lng: 10.002 })).toBeCloseTo(45, 6);
    expect(azimuthOf(oslo, { lat: 60.001, lng: 10.001 }, { published: true })).toBeCloseTo(45, 6);
  });

  it("do not mind the date line", () => {
    expect(azimuthOf({ lat: 0, lng: 179.9995 }, { lat: 0, lng: -179.9995 })).toBeCloseTo(90, 6);
    expect(azimuthOf({ lat: 0, lng: -179.9995 }, { lat: 0, lng: 179.9995 })).toBeCloseTo(270, 6);
  });

  it("lie in bins about the middles of ten degrees: 355° in the first", () => {
    expect([0, 4.9, 355, 359.9, -5, 360].map(binOf)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([5, 10, 350, 344.9].map(binOf)).toEqual([1, 1, 35, 34]);
    fc.assert(
      fc.property(fc.double({ min: -720, max: 720, noNaN: true }), (azimuth) => {
        expect(angleBetween(snapped(azimuth), azimuth)).toBeLessThanOrEqual(5 + 1e-9);
        expect(binOf(snapped(azimuth))).toBe(binOf(azimuth));
      }),
    );
  });
});

describe("an upright camera", () => {
  it("looks at the landmark, with east on its right from the south", () => {
    const { origin, forward, right } = frameOf({ azimuth: 180, distance: 5, height: 0, focal: 1 });
    const near = (a: readonly number[], b: readonly number[]) =>
      expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1e-12);
    near(origin, [0, -5]);
    near(forward, [0, 1]);
    near(right, [1, 0]);
  });

  it("has the landmark's centre in the middle of the picture, moved by its shift, from any height", () => {
    for (const height of [-3, 0, 2])
      for (const shift of [undefined, [0.125, 0.25] as const]) {
        const camera = { azimuth: 10, distance: 8, height, focal: 1.5, ...(shift && { shift }) };
        const { right, up } = raySlopes(camera, 8);
        // The ray to the centre goes neither left nor right, and as far up as the camera stands too low.
        const between = (slopes: Float64Array, at: number) => (slopes[at - 1] + slopes[at]) / 2;
        expect(between(right, shift ? 5 : 4)).toBeCloseTo(0, 12);
        expect(height + 8 * between(up, shift ? 2 : 4)).toBeCloseTo(0, 12);
      }
  });

  it("has the horizon where rays are level", () => {
    const camera = { azimuth: 0, distance: 100, height: -30, focal: 1.2, shift: [0, 0.03] as const };
    const { up } = raySlopes(camera, 64);
    const row = horizonRow(camera, 64);
    const [above, below] = [up[Math.floor(row)], up[Math.ceil(row)]];
    expect(above + (row - Math.floor(row)) * (below - above)).toBeCloseTo(0, 12);
    expect(elevationOf(camera)).toBeCloseTo((Math.atan2(-30, 100) * 180) / Math.PI, 12);
    expect(fieldOfView(0.5)).toBeCloseTo(90, 12);
  });
});
