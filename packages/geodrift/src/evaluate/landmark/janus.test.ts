import { type FieldGrid, fieldRenderer } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { facesIn, type JanusOptions, janusFigures } from "./janus.js";

describe("faces around a circle", () => {
  const circle = (...runs: [from: number, length: number][]) =>
    Array.from({ length: 72 }, (_, k) => runs.some(([from, length]) => (k - from + 72) % 72 < length));

  it("are runs of twenty degrees and more, over the seam, too", () => {
    expect(facesIn(circle())).toBe(0);
    // All round is behind as well.
    expect(facesIn(circle([0, 72]))).toBe(2);
    expect(facesIn(circle([0, 40]))).toBe(2);
    expect(facesIn(circle([10, 3]))).toBe(0);
    expect(facesIn(circle([10, 4]))).toBe(1);
    expect(facesIn(circle([70, 6]))).toBe(1);
    expect(facesIn(circle([70, 6], [30, 8]))).toBe(2);
    // One view, or two, that a judge errs in are no gap.
    expect(facesIn(circle([0, 4], [6, 4], [40, 2]))).toBe(1);
    expect(facesIn(circle([0, 4], [7, 4]))).toBe(2);
  });
});

describe("a field that turns", () => {
  const renderer = fieldRenderer({ runtime: ort });
  afterAll(() => renderer.dispose());

  /** A grey post with a black stripe on its north side, or on the south side as well. */
  function post(both: boolean): FieldGrid {
    const across = 24;
    const values = new Float32Array(across ** 3 * 4);
    for (let j = 0; j < across; j++)
      for (let i = 0; i < across; i++)
        for (let k = 0; k < across; k++) {
          const [x, y, z] = [i, j, k].map((v) => (2 * (v + 0.5)) / across - 1);
          const at = ((j * across + i) * across + k) * 4;
          values[at] = Math.hypot(x, y) < 0.6 && Math.abs(z) < 0.8 ? 40 : -30;
          const black = Math.abs(x) < 0.35 && (y > 0.3 || (both && y < -0.3));
          values.fill(black ? -4 : 2, at + 1, at + 4);
        }
    return { across, up: across, halfHeight: 1, values };
  }

  /** The same as a mesh: a ring of walls, the northern ones black. */
  const corners: number[] = [];
  const walls = { grey: [] as number[], black: [] as number[] };
  for (let k = 0; k < 24; k++) {
    const at = corners.length / 3;
    const [a, b] = [k, k + 1].map((step) => (step * Math.PI) / 12);
    for (const angle of [a, b])
      for (const z of [-0.8, 0.8]) corners.push(0.6 * Math.sin(angle), 0.6 * Math.cos(angle), z);
    walls[Math.abs(Math.sin((a + b) / 2)) < 0.6 && Math.cos((a + b) / 2) > 0 ? "black" : "grey"].push(
      ...[at, at + 1, at + 2, at + 1, at + 3, at + 2],
    );
  }
  const part = (triangles: number[], colour: number) => ({
    positions: Float32Array.from(corners),
    triangles: Uint32Array.from(triangles),
    colour: [colour, colour, colour] as [number, number, number],
  });
  const shape: LandmarkShape = {
    radiusM: 0.6,
    heightM: 1.6,
    mesh: { parts: [part(walls.grey, 0.88), part(walls.black, 0.02)] },
  };

  /** Says north where the middle of the picture is black, and else south. */
  const judge: JanusOptions["judge"] = {
    async read({ n, pixels }) {
      const size = Math.sqrt(pixels.length / n / 3);
      const middle = (size / 2) * size + size / 2;
      return { angle: Int32Array.from({ length: n }, (_, k) => (pixels[k * 3 * size * size + middle] < 90 ? 0 : 18)) };
    },
    dispose: async () => undefined,
  };
  const sky = [0.4, 0.5, 0.6] as [number, number, number];
  const options = {
    judge,
    data: "by hand",
    photographs: "none",
    size: 32,
    front: 0,
    behind: [{ sky: [sky, sky] as [typeof sky, typeof sky], ground: sky }],
  };

  it("has one face where the shape has, and a back that differs as much", async () => {
    const { field, shape: own, janus, backDiffers } = await janusFigures(post(false), 1, shape, renderer, options);
    expect([field.faces, own.faces, janus]).toEqual([1, 1, false]);
    expect(backDiffers).toBeGreaterThan(0.8);
    expect(backDiffers).toBeLessThan(1.25);
    expect(field.angles.medianDegrees.value).toBeLessThan(60);
  });

  it("has a second one where its back repeats its front", async () => {
    const { field, janus, backDiffers } = await janusFigures(post(true), 1, shape, renderer, options);
    expect([field.faces, janus]).toEqual([2, true]);
    expect(backDiffers).toBeLessThan(0.3);
  });
});
