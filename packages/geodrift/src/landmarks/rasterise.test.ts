import { raySlopes, type UprightCamera } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { boxOf, type Mesh, placed, radiusOf } from "./mesh.js";
import { rasterise } from "./rasterise.js";

/** A box about the origin, of half sides a, b, c; its sides have colours of their own. */
function box(a: number, b: number, c: number): Mesh {
  const corners = [...Array(8).keys()].map((k) => [k & 1 ? a : -a, k & 2 ? b : -b, k & 4 ? c : -c]);
  const sides: [quad: number[], colour: [number, number, number]][] = [
    [
      [0, 1, 5, 4],
      [1, 0, 0],
    ], // south
    [
      [3, 2, 6, 7],
      [0, 1, 0],
    ], // north
    [
      [1, 3, 7, 5],
      [0, 0, 1],
    ], // east
    [
      [2, 0, 4, 6],
      [1, 1, 0],
    ], // west
    [
      [4, 5, 7, 6],
      [1, 1, 1],
    ], // top
    [
      [2, 3, 1, 0],
      [0, 1, 1],
    ], // bottom
  ];
  return {
    parts: sides.map(([quad, colour]) => ({
      positions: Float32Array.from(quad.flatMap((k) => corners[k])),
      triangles: Uint32Array.of(0, 1, 2, 0, 2, 3),
      colour,
    })),
  };
}

const colourAt = (seen: ReturnType<typeof rasterise>, x: number, y: number) =>
  Array.from(seen.albedo.subarray(3 * (y * seen.size + x), 3 * (y * seen.size + x) + 3), Math.round);

describe("rasterising", () => {
  const camera: UprightCamera = { azimuth: 180, distance: 10, height: 0, focal: 2 };

  it.each([
    [180, [1, 0, 0]],
    [0, [0, 1, 0]],
    [90, [0, 0, 1]],
    [270, [1, 1, 0]],
  ])("shows a box's own side from %d°", (azimuth, colour) => {
    const seen = rasterise(box(1, 1, 1), { ...camera, azimuth }, 40);
    expect(colourAt(seen, 20, 20)).toEqual(colour);
    // The front lies 9 away, and looks at the camera.
    expect(seen.depth[20 * 40 + 20]).toBeCloseTo(9, 5);
  });

  it("covers as much of the picture as the front of a box does", () => {
    const seen = rasterise(box(1, 1, 1.5), camera, 200);
    const covered = seen.depth.filter((d) => d < Number.POSITIVE_INFINITY).length / 200 ** 2;
    expect(covered).toBeCloseTo(((2 * 2) / 9) * ((3 * 2) / 9), 2);
  });

  it("has depths and normals of planes, exactly along every ray", () => {
    const own = { ...camera, azimuth: 150, height: 3, shift: [0.02, -0.01] as const };
    const seen = rasterise(box(1, 1, 1), own, 64);
    const { right, up } = raySlopes(own, 64);
    const [s, c] = [Math.sin((150 * Math.PI) / 180), Math.cos((150 * Math.PI) / 180)];
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const at = y * 64 + x;
        const d = seen.depth[at];
        if (d === Number.POSITIVE_INFINITY) continue;
        const point = [10 * s - d * s - d * right[x] * c, 10 * c - d * c + d * right[x] * s, 3 + d * up[y]];
        const normal = [...seen.normals.subarray(3 * at, 3 * at + 3)];
        // Every side of the box is a plane at distance one in the direction of its normal.
        expect(point.reduce((sum, v, k) => sum + v * normal[k], 0)).toBeCloseTo(1, 4);
      }
  });

  it("lays textures over surfaces with perspective", () => {
    const picture = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255) };
    // A wall that goes away from the camera: the middle of the texture is not the middle of what is seen.
    const wall: Mesh = {
      parts: [
        {
          positions: Float32Array.of(-1, -4, -1, 1, 4, -1, 1, 4, 1, -1, -4, 1),
          triangles: Uint32Array.of(0, 1, 2, 0, 2, 3),
          colour: [1, 1, 1],
          texture: { picture, at: Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0) },
        },
      ],
    };
    const seen = rasterise(wall, camera, 101);
    // The middle of the wall is the origin, in the middle of the picture.
    expect(colourAt(seen, 48, 50)).toEqual([1, 0, 0]);
    expect(colourAt(seen, 52, 50)).toEqual([0, 0, 1]);
  });

  it("turns a shape clockwise, makes it as high as asked, and puts it in the middle", () => {
    const moved = box(1, 2, 3);
    for (const { positions } of moved.parts)
      for (let i = 0; i < positions.length; i += 3)
        positions.set([positions[i] + 5, positions[i + 1] - 2, positions[i + 2] + 3], i);
    const own = placed(moved, 90, 12);
    const { least, most } = boxOf(own);
    for (const [k, v] of [4, 2, 6].entries()) {
      expect(least[k]).toBeCloseTo(-v, 4);
      expect(most[k]).toBeCloseTo(v, 4);
    }
    expect(radiusOf(own)).toBeCloseTo(Math.hypot(4, 2), 4);
    // What looked to the south looks to the west.
    expect(colourAt(rasterise(own, { ...camera, distance: 30, azimuth: 270 }, 40), 20, 20)).toEqual([1, 0, 0]);
  });
});
