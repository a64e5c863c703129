/**
 * Rendering of fields, forward and gradient, beside what its products and its bytes would take at the machine's best: products at the
 * best square product's rate, bytes (the columns once read and written, every array of planes × rows × columns once) at that of copying.
 */
import { columnPlan, fieldRenderer, gatherColumns, scatterColumns, startGrid } from "@geodrift/core";
import { matmulGflops, minMs, runtime } from "./measure.js";

const channels = 4;

/** Bytes a second that a copy reads and writes, in arrays that no cache holds. */
function copyRate() {
  const [a, b] = [new Float32Array(2 ** 25), new Float32Array(2 ** 25).fill(1)];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const then = performance.now();
    a.set(b);
    least = Math.min(least, performance.now() - then);
  }
  return (2 * 4 * 2 ** 25) / (least / 1000);
}

export const benches = {
  field: async function* () {
    const renderer = fieldRenderer({ runtime });
    for (const [size, across, planes] of [
      [32, 48, 48],
      [64, 64, 64],
    ]) {
      const up = across;
      const grid = startGrid({ across, up, halfHeight: 1 });
      const view = { camera: { azimuth: 30, distance: 4, height: -0.5, focal: 1.5 }, size, planes };
      const background = new Float32Array(3 * size * size).fill(0.5);
      const weights = new Float32Array(3 * size * size).fill(0.01);
      const into = new Float32Array(grid.values.length);
      const plan = columnPlan(grid, view);
      const columns = gatherColumns(grid, plan);
      const before = await matmulGflops();
      const gatherMs = await minMs(async () => gatherColumns(grid, columnPlan(grid, view)), 9);
      const scatterMs = await minMs(async () => scatterColumns(into, grid, plan, columns), 9);
      const renderMs = await minMs(() => renderer.render(grid, view, background), 9);
      const gradientMs = await minMs(() => renderer.gradient(into, grid, view, background, weights, 0.01), 9);
      const gflops = Math.max(before, await matmulGflops());
      const rate = copyRate();
      const heights = 2 * planes * size * up * size * channels;
      const scan = 2 * planes * planes * size * size;
      const columnBytes = 4 * 2 * planes * size * up * channels;
      // Samples of four channels, what is passed, left and stopped: each once written and once read.
      const planeBytes = 4 * 2 * 7 * planes * size * size;
      const best = (flop, bytes) => flop / gflops / 1e6 + (1000 * bytes) / rate;
      const bestRender = best(heights + scan, columnBytes + planeBytes);
      const bestGradient = best(2 * heights + 3 * scan, 3 * columnBytes + 3 * planeBytes);
      const round = (x, digits = 1) => Number(x.toFixed(digits));
      yield {
        bench: "field",
        ...{ size, across, up, planes },
        ...{
          gatherMs: round(gatherMs),
          scatterMs: round(scatterMs),
          renderMs: round(renderMs),
          gradientMs: round(gradientMs),
        },
        rendersPerSecond: round(1000 / renderMs, 0),
        gradientsPerSecond: round(1000 / gradientMs, 0),
        renderShare: round(bestRender / renderMs, 2),
        gradientShare: round(bestGradient / gradientMs, 2),
        ...{ matmulGflops: round(gflops, 0), copyGBps: round(rate / 1e9) },
      };
    }
    await renderer.dispose();
  },
};
