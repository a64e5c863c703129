import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { Generator } from "../random/generator.js";
import { frameOf, raySlopes } from "./camera.js";
import { columnPlan, depthPlanes, gatherColumns, scatterColumns, type View } from "./columns.js";
import { addTotalVariation, channels, doubled, type FieldGrid, startGrid } from "./grid.js";
import { fieldRenderer } from "./march.js";

const renderer = fieldRenderer({ runtime: ort });
afterAll(() => renderer.dispose());

const random = new Generator(3);
const shape = { across: 7, up: 9, halfHeight: 1.4 };
const grid: FieldGrid = {
  ...shape,
  values: Float32Array.from(random.normals(shape.across ** 2 * shape.up * channels), (v) => 1.5 * v),
};
const view: View = {
  camera: { azimuth: 37, distance: 3, height: -0.4, focal: 1.3, shift: [0.03, -0.05] },
  size: 10,
  planes: 12,
  jitter: 0.3,
};
const background = Float32Array.from({ length: 300 }, () => random.uniform());

/** The field at a point, trilinear between the middles of cells and nothing beyond the outermost ones; one ray at a time. */
function naive(field: FieldGrid, { camera, size, planes, jitter }: View) {
  const { across, up, halfHeight, values } = field;
  const { origin, forward, right } = frameOf(camera);
  const slopes = raySlopes(camera, size);
  const { depths, step } = depthPlanes({ camera, size, planes, jitter });
  const sample = (x: number, y: number, z: number) => {
    const at = [((x + 1) / 2) * across, ((y + 1) / 2) * across, ((z / halfHeight + 1) / 2) * up].map((g) => g - 0.5);
    const sums = [0, 0, 0, 0];
    let [plane, height] = [0, 0];
    for (let corner = 0; corner < 8; corner++) {
      const cell = at.map((g, axis) => Math.floor(g) + ((corner >> axis) & 1));
      const share = at.map((g, axis) => 1 - Math.abs(g - cell[axis]));
      const flat = cell[0] >= 0 && cell[1] >= 0 && cell[0] < across && cell[1] < across;
      const level = cell[2] >= 0 && cell[2] < up;
      if (flat && corner < 4) plane += share[0] * share[1];
      if (level && corner % 4 === 0) height += share[2];
      if (!flat || !level) continue;
      const from = ((cell[1] * across + cell[0]) * up + cell[2]) * channels;
      for (let c = 0; c < 4; c++) sums[c] += share[0] * share[1] * share[2] * values[from + c];
    }
    return { sums, cover: plane * height };
  };
  const picture = new Float64Array(3 * size * size);
  const opacity = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let left = 1;
      const at = i * size + j;
      const length = step * Math.hypot(1, slopes.right[j], slopes.up[i]);
      for (const d of depths) {
        const { sums, cover } = sample(
          origin[0] + d * (forward[0] + slopes.right[j] * right[0]),
          origin[1] + d * (forward[1] + slopes.right[j] * right[1]),
          camera.height + d * slopes.up[i],
        );
        const stopped = left * (1 - Math.exp(-Math.log1p(Math.exp(sums[0])) * cover * length));
        left -= stopped;
        opacity[at] += stopped;
        for (let c = 0; c < 3; c++) picture[c * size * size + at] += stopped / (1 + Math.exp(-sums[1 + c]));
      }
      for (let c = 0; c < 3; c++) {
        const k = c * size * size + at;
        picture[k] = 2 * (picture[k] + left * background[k]) - 1;
      }
    }
  return { picture, opacity };
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (v, k) => Math.abs(v - b[k])));

describe("marching by columns", () => {
  it.each([0, 37, 90, 181, 300])("is trilinear marching, ray by ray, from %d°", async (azimuth) => {
    const own = { ...view, camera: { ...view.camera, azimuth } };
    const [fast, slow] = [await renderer.render(grid, own, background), naive(grid, own)];
    expect(furthest(fast.picture, slow.picture)).toBeLessThan(2e-6);
    expect(furthest(fast.opacity, slow.opacity)).toBeLessThan(2e-6);
  });

  it("stops 1 − exp(−σL) of the light that crosses a field of one density", async () => {
    const across = 24;
    const whole: FieldGrid = { across, up: across, halfHeight: 1, values: new Float32Array(across ** 3 * channels) };
    for (let k = 0; k < whole.values.length; k += channels) whole.values[k] = 0.3;
    const level = { camera: { azimuth: 0, distance: 6, height: 0, focal: 8 }, size: 9, planes: 96 };
    const { opacity } = await renderer.render(whole, level, new Float32Array(3 * 81));
    // Cells fade over half a cell at either end: the length is that of the box.
    expect(opacity[40]).toBeCloseTo(1 - Math.exp(-Math.log1p(Math.exp(0.3)) * 2), 2);
  });

  it("has columns and their transpose as each other's adjoint", () => {
    const plan = columnPlan(grid, view);
    const u = Float32Array.from(random.normals(grid.values.length));
    const y = Float32Array.from(random.normals((plan.rows.length / 4) * grid.up * channels));
    const back = new Float32Array(u.length);
    scatterColumns(back, grid, plan, y);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, k) => sum + v * b[k], 0);
    expect(dot(gatherColumns({ ...grid, values: u }, plan), y)).toBeCloseTo(dot(u, back), 3);
  });

  it("has the gradient that finite differences have", async () => {
    const weights = Float32Array.from(random.normals(300));
    const into = new Float32Array(grid.values.length);
    const { loss } = await renderer.gradient(into, grid, view, background, weights, 0.2);
    const value = (values: Float32Array) => {
      const { picture, opacity } = naive({ ...grid, values }, view);
      return (
        picture.reduce((s, v, k) => s + v * weights[k], 0) +
        0.2 * opacity.reduce((s, o) => s + Math.sqrt(o * o + 0.01), 0)
      );
    };
    expect(loss).toBeCloseTo(value(grid.values), 3);
    for (let n = 0; n < 24; n++) {
      const at = random.integer(grid.values.length);
      const moved = (by: number) => value(grid.values.map((v, k) => (k === at ? v + by : v)));
      expect(into[at]).toBeCloseTo((moved(0.02) - moved(-0.02)) / 0.04, 2);
    }
  });

  it("gives the same bits twice", async () => {
    const gradients = [0, 1].map(() => new Float32Array(grid.values.length));
    for (const into of gradients)
      await renderer.gradient(into, grid, view, background, new Float32Array(300).fill(1), 0.1);
    expect(gradients[0]).toEqual(gradients[1]);
  });
});

describe("a grid", () => {
  it("is the same field when its cells are halved, but at its faces", async () => {
    const smooth = startGrid({ across: 8, up: 10, halfHeight: 1.2 });
    const own: View = { camera: { azimuth: 10, distance: 4, height: 0.1, focal: 2 }, size: 12, planes: 40 };
    const black = new Float32Array(3 * 144);
    const [coarse, fine] = [
      await renderer.render(smooth, own, black),
      await renderer.render(doubled(smooth), own, black),
    ];
    expect(furthest(coarse.opacity, fine.opacity)).toBeLessThan(0.08);
  });

  it("has the gradient of its total variation", () => {
    const cells = shape.across ** 2 * shape.up;
    const into = new Float32Array(grid.values.length);
    addTotalVariation(into, grid, 0.7);
    const total = (values: Float32Array) => {
      let sum = 0;
      const at = (i: number, j: number, k: number) => values[((j * 7 + i) * 9 + k) * channels];
      for (let j = 0; j < 7; j++)
        for (let i = 0; i < 7; i++)
          for (let k = 0; k < 9; k++) {
            if (i < 6) sum += (at(i + 1, j, k) - at(i, j, k)) ** 2;
            if (j < 6) sum += (at(i, j + 1, k) - at(i, j, k)) ** 2;
            if (k < 8) sum += (at(i, j, k + 1) - at(i, j, k)) ** 2;
          }
      return (0.7 * sum) / cells;
    };
    for (const cell of [0, 30, 200, cells - 1]) {
      const at = cell * channels;
      const moved = (by: number) => total(grid.values.map((v, k) => (k === at ? v + by : v)));
      expect(into[at]).toBeCloseTo((moved(0.01) - moved(-0.01)) / 0.02, 4);
    }
  });
});
