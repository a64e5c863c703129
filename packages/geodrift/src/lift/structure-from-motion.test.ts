import { frameOf, type UprightCamera } from "@geodrift/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { colmapCameras, type Lens } from "./colmap-cameras.js";
import { pairsOf } from "./structure-from-motion.js";

/** COLMAP's two lines of a level camera that has the landmark's centre in the middle of its picture. */
function lines(name: string, camera: UprightCamera): string {
  const { origin, forward, right } = frameOf(camera);
  // Rows of the rotation: right, down, forward; its quaternion by the largest of the four.
  const r = [
    [right[0], right[1], 0],
    [0, 0, -1],
    [forward[0], forward[1], 0],
  ];
  const centre = [origin[0], origin[1], camera.height];
  const t = r.map((row) => -(row[0] * centre[0] + row[1] * centre[1] + row[2] * centre[2]));
  const squares = [
    1 + r[0][0] + r[1][1] + r[2][2],
    1 + r[0][0] - r[1][1] - r[2][2],
    1 - r[0][0] + r[1][1] - r[2][2],
    1 - r[0][0] - r[1][1] + r[2][2],
  ];
  const k = squares.indexOf(Math.max(...squares));
  const s = 2 * Math.sqrt(squares[k]);
  const [wx, wy, wz] = [r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]];
  const [xy, xz, yz] = [r[1][0] + r[0][1], r[0][2] + r[2][0], r[2][1] + r[1][2]];
  const q = [
    [s / 4, wx / s, wy / s, wz / s],
    [wx / s, s / 4, xy / s, xz / s],
    [wy / s, xy / s, s / 4, yz / s],
    [wz / s, xz / s, yz / s, s / 4],
  ][k];
  return `1 ${[...q, ...t].join(" ")} 1 ${name}\n1.5 2.5 -1 3.5 4.5 7\n`;
}

const comments = "# Image list with two lines of data per image:\n# Number of images: 3\n";

describe("cameras of a COLMAP model", () => {
  it("are those that it was made of, wherever they stand", () => {
    const camera = fc.record({
      azimuth: fc.double({ min: 0, max: 359.99, noNaN: true }),
      distance: fc.double({ min: 20, max: 500, noNaN: true }),
      height: fc.double({ min: -60, max: 40, noNaN: true }),
      focal: fc.double({ min: 0.6, max: 4, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(camera, { minLength: 1, maxLength: 8 }), (cameras) => {
        const text = comments + cameras.map((c, i) => lines(`${i}.png`, c)).join("");
        // A lens that looks at the horizon has what is in the middle of the picture above or below it.
        const lenses = new Map<string, Lens>(
          cameras.map((c, i) => [`${i}.png`, { focal: c.focal, principal: [0, (-c.focal * c.height) / c.distance] }]),
        );
        const found = colmapCameras(text, lenses);
        expect(found.size).toBe(cameras.length);
        cameras.forEach((c, i) => {
          const { azimuth, distance, height, focal, shift } = found.get(`${i}.png`) as UprightCamera;
          expect(Math.abs(((azimuth - c.azimuth + 540) % 360) - 180)).toBeLessThan(1e-6);
          expect(distance).toBeCloseTo(c.distance, 6);
          expect(height).toBeCloseTo(c.height, 6);
          expect(focal).toBe(c.focal);
          expect(shift?.[0]).toBeCloseTo(0, 8);
          expect(shift?.[1]).toBeCloseTo(0, 8);
        });
      }),
    );
  });

  it("have the landmark's centre where most pictures look, however high the model lies", () => {
    const cameras = [10, 80, 200].map((azimuth) => ({ azimuth, distance: 100, height: -20, focal: 1.5 }));
    const lens: Lens = { focal: 1.5, principal: [0, 0.3] };
    // Seven metres too high: nobody knows how high the ground is on which people stand.
    const text = cameras.map((c, i) => lines(`${i}.png`, { ...c, height: c.height + 7 })).join("");
    const found = colmapCameras(text, new Map(cameras.map((_, i) => [`${i}.png`, lens])));
    for (const { height, shift } of found.values()) {
      expect(height).toBeCloseTo(-20, 6);
      expect(shift?.[1]).toBeCloseTo(0, 6);
    }
    expect(colmapCameras(text, new Map()).size).toBe(0);
  });
});

describe("pairs of photographs", () => {
  it("are each named once, and lead all around", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 360, noNaN: true }), { minLength: 2, maxLength: 80 }),
        (azimuths) => {
          const pairs = pairsOf(azimuths);
          expect(new Set(pairs.map(([a, b]) => `${a} ${b}`)).size).toBe(pairs.length);
          for (const [a, b] of pairs) expect(a).toBeLessThan(b);
          const reached = new Set([0]);
          for (let more = true; more; ) {
            const before = reached.size;
            for (const [a, b] of pairs)
              if (reached.has(a) || reached.has(b)) {
                reached.add(a);
                reached.add(b);
              }
            more = reached.size > before;
          }
          expect(reached.size).toBe(azimuths.length);
        },
      ),
    );
  });
  it("are few where photographs are many", () => {
    const many = Array.from({ length: 2400 }, (_, i) => (i * 0.618 * 360) % 360);
    expect(pairsOf(many).length).toBeLessThan(2400 * 17);
  });
});
