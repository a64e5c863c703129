import { type FieldGrid, fieldRenderer, Generator } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { angleFigures, confusion } from "./angles.js";
import { fieldTruth } from "./field-truth.js";
import { distances } from "./surface-points.js";

describe("angles by a judge", () => {
  const all = Array.from({ length: 360 }, (_, k) => k);

  it("are all right where the judge reads what was asked, to the bin", () => {
    const read = all.map((a) => Math.round(a / 10) % 36);
    const { right, near, medianDegrees, opposite } = angleFigures(all, read);
    expect([right.value, near.value, opposite.value]).toEqual([1, 1, 0]);
    // Evenly within bins of ten degrees, 2.5 in the median.
    expect(medianDegrees.value).toBeCloseTo(2.5, 1);
  });

  it("are right one time in 36 at random, and near three times", () => {
    const random = new Generator(1);
    const asked = Array.from({ length: 7_200 }, () => random.uniform(0, 360));
    const { right, near, medianDegrees, opposite } = angleFigures(
      asked,
      asked.map(() => random.integer(36)),
    );
    expect(right.value).toBeCloseTo(1 / 36, 2);
    expect(near.value).toBeCloseTo(3 / 36, 2);
    expect(medianDegrees.value).toBeCloseTo(90, -1);
    expect(opposite.value).toBeCloseTo(1 / 6, 1);
  });

  it("wrap: bin 35 is beside bin 0, and the other side is the other side", () => {
    const { near, medianDegrees, opposite } = angleFigures([0, 355, 180], [35, 0, 0]);
    expect(near.value).toBeCloseTo(2 / 3, 12);
    expect(medianDegrees.value).toBe(10);
    expect(opposite.value).toBeCloseTo(1 / 3, 12);
  });

  it("are confused by rows that add up to one, where anything was shown", () => {
    const rows = confusion([0, 4, 10, 180], [0, 1, 1, 18]);
    expect([rows[0][0], rows[0][1], rows[1][1], rows[18][18]]).toEqual([0.5, 0.5, 1, 1]);
    expect(rows[5]).toEqual(new Array(36).fill(0));
  });
});

describe("distances between points", () => {
  it("are those of looking at every one", () => {
    const random = new Generator(4);
    const points = (n: number) => Float32Array.from({ length: 3 * n }, () => random.uniform(-1, 1));
    const [from, to] = [points(60), points(200)];
    distances(from, to).forEach((d, i) => {
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < 200; j++)
        least = Math.min(least, Math.hypot(...[0, 1, 2].map((k) => from[3 * i + k] - to[3 * j + k])));
      expect(d).toBeCloseTo(least, 5);
    });
  });

  it("are infinite to none", () => {
    expect([...distances(Float32Array.of(0, 0, 0), new Float32Array(0))]).toEqual([Number.POSITIVE_INFINITY]);
  });
});

describe("a field beside the truth", () => {
  const renderer = fieldRenderer({ runtime: ort });
  afterAll(() => renderer.dispose());
  const half = [0.4, 0.25, 0.7];

  /** A grey box of these half sides as a field, so many times as large, moved to the east and upwards. */
  function boxField(moved = 0, { scale = 1, raised = 0 } = {}): FieldGrid {
    const [across, up, halfHeight] = [28, 28, 1];
    const values = new Float32Array(across * across * up * 4);
    for (let j = 0; j < across; j++)
      for (let i = 0; i < across; i++)
        for (let k = 0; k < up; k++) {
          const at = [i, j, k].map((v) => (2 * (v + 0.5)) / 28 - 1);
          const inside = [at[0] - moved, at[1], at[2] - raised].every((v, axis) => Math.abs(v) < scale * half[axis]);
          values[((j * across + i) * up + k) * 4] = inside ? 60 : -30;
        }
    return { across, up, halfHeight, values };
  }

  const corners = [...Array(8).keys()].flatMap((k) => half.map((h, axis) => (k & (1 << axis) ? h : -h)));
  const quads = [
    [0, 1, 5, 4],
    [3, 2, 6, 7],
    [1, 3, 7, 5],
    [2, 0, 4, 6],
    [4, 5, 7, 6],
    [2, 3, 1, 0],
  ];
  const shape: LandmarkShape = {
    radiusM: Math.hypot(0.4, 0.25),
    heightM: 1.4,
    mesh: {
      parts: [
        {
          positions: Float32Array.from(corners),
          triangles: Uint32Array.from(quads.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])),
          colour: [0.5, 0.5, 0.5],
        },
      ],
    },
  };
  const options = { size: 32, elevation: -10, seed: 1, points: 2000 };

  it("is as good as its cells are small where it is the truth", async () => {
    const { silhouette, depth, psnr, ssim, normals, chamfer, fScore } = await fieldTruth(
      boxField(),
      1,
      shape,
      renderer,
      options,
    );
    expect(silhouette.value).toBeGreaterThan(0.93);
    expect(depth.value).toBeLessThan(0.06);
    expect(psnr.value).toBeGreaterThan(22);
    expect(ssim.value).toBeGreaterThan(0.85);
    expect(normals.value).toBeGreaterThan(0.8);
    expect(chamfer).toBeLessThan(0.05);
    expect(fScore[1]).toBeGreaterThan(0.8);
  });

  it("is worse in every figure where it stands beside it", async () => {
    const [own, moved] = [
      await fieldTruth(boxField(), 1, shape, renderer, options),
      await fieldTruth(boxField(0.3), 1, shape, renderer, options),
    ];
    expect(moved.silhouette.value).toBeLessThan(own.silhouette.value - 0.2);
    expect(moved.psnr.value).toBeLessThan(own.psnr.value - 3);
    expect(moved.depth.value).toBeGreaterThan(own.depth.value);
    expect(moved.fScore[0]).toBeLessThan(own.fScore[0]);
    expect(moved.placed.silhouette.value).toBeLessThan(own.silhouette.value - 0.2);
  });

  it("is as good as ever once it is placed, where it was too small and too high alone", async () => {
    const { placed, ...stands } = await fieldTruth(
      boxField(0, { scale: 0.85, raised: 0.2 }),
      1,
      shape,
      renderer,
      options,
    );
    const { placed: own } = await fieldTruth(boxField(), 1, shape, renderer, options);
    expect(placed.scale).toBeCloseTo(1 / 0.85, 1);
    expect(placed.up).toBeCloseTo(-0.2 / 0.85 / 1.4, 1);
    expect([own.scale, own.up]).toEqual([expect.closeTo(1, 1), expect.closeTo(0, 1)]);
    expect(stands.silhouette.value).toBeLessThan(0.7);
    expect(placed.silhouette.value).toBeGreaterThan(own.silhouette.value - 0.05);
    expect(placed.depth.value).toBeLessThan(own.depth.value + 0.02);
    expect(placed.psnr.value).toBeGreaterThan(stands.psnr.value + 3);
    expect(placed.chamfer).toBeLessThan(0.6 * stands.chamfer);
    expect(placed.fScore[1]).toBeGreaterThan(own.fScore[1] - 0.1);
  });
});
