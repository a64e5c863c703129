/**
 * The dense half of rendering (max, Kajiya & Von Herzen 1984; Mildenhall et al. 2020, eq. 3), as one graph: heights by a matrix product
 * for every depth plane, light that is left by one product with a triangular matrix instead of a scan.
 */
import { type CompileOptions, compile, type Tensor, tensor } from "@geodrift/compile";
import * as jax from "@jax-js/jax";
import { nn, numpy as np } from "@jax-js/jax";
import { raySlopes } from "./camera.js";
import { type ColumnPlan, columnPlan, depthPlanes, gatherColumns, scatterColumns, type View } from "./columns.js";
import { channels, type FieldGrid, type GridShape } from "./grid.js";

type Arr = np.Array;

/** What a view's rays are in the graph. */
type Rays = {
  /** Shares of the cells of a column at every height, [planes, size, up]. */
  heights: Tensor;
  /** How much of the box's inside a column is, [planes, size]. */
  cover: Tensor;
  /** Lengths of the steps, [size, size]. */
  steps: Tensor;
  /** Depths of the planes, [planes]. */
  depths: Tensor;
};

type TracedRays = { [name in keyof Rays]: Arr };

/** A picture of a field. Planes, rows from the top. */
export interface Rendered {
  /** [3, size, size] in −1 … 1, on the view's background. */
  picture: Float32Array;
  /** Share of the light that the field stops, [size, size]. */
  opacity: Float32Array;
  /** Mean depth of what stops it, [size, size]; 0 where nothing does. */
  depth: Float32Array;
}

/** What is behind the field: [3, size, size] in 0 … 1. */
export type Background = Float32Array;

/** A gradient of the field, and what was seen on the way. */
export interface FieldGradient {
  /** Σ picture·g + λ Σ √(O² + 0.01). */
  loss: number;
}

/** Renders fields, and carries gradients of pictures back to them. */
export interface Renderer {
  /** Draws a view of a grid. */
  render(grid: FieldGrid, view: View, background: Background): Promise<Rendered>;
  /**
   * Adds to a gradient of the grid's values that of Σ picture·g + opacity · Σ √(O² + 0.01), O being the share of the light that is
   * stopped.
   * @param weights g, what the gradient of the picture is, [3, size, size]
   * @param opacity λ, per pixel
   */
  gradient(
    into: Float32Array,
    grid: FieldGrid,
    view: View,
    background: Background,
    weights: Float32Array,
    opacity: number,
  ): Promise<FieldGradient>;
  /** Frees the graphs. */
  dispose(): Promise<void>;
}

/** The rays of a view. */
function raysOf({ up, halfHeight }: GridShape, view: View, { cover }: ColumnPlan): Rays {
  const { camera, size, planes } = view;
  const { depths, step } = depthPlanes(view);
  const slopes = raySlopes(camera, size);
  const heights = new Float32Array(planes * size * up);
  for (let k = 0; k < planes; k++)
    for (let i = 0; i < size; i++) {
      const g = (((camera.height + depths[k] * slopes.up[i]) / halfHeight + 1) / 2) * up - 0.5;
      const low = Math.floor(g);
      for (const [n, share] of [
        [low, 1 - g + low],
        [low + 1, g - low],
      ])
        if (n >= 0 && n < up) heights[(k * size + i) * up + n] = share;
    }
  const steps = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) steps[i * size + j] = step * Math.sqrt(1 + slopes.right[j] ** 2 + slopes.up[i] ** 2);
  return {
    heights: tensor(heights, [planes, size, up]),
    cover: tensor(cover, [planes, size]),
    steps: tensor(steps, [size, size]),
    depths: tensor(Float32Array.from(depths), [planes]),
  };
}

/** 1 below the diagonal, [n, n]: who stands in front of whom. */
const inFront = (n: number): Arr =>
  np.array(Float32Array.from({ length: n * n }, (_, k) => (k % n < Math.floor(k / n) ? 1 : 0))).reshape([n, n]);

/** log(1 + eˣ) without overflow. */
const softplus = (x: Arr): Arr => np.maximum(x.ref, 0).add(np.log(np.exp(np.absolute(x).mul(-1)).add(1)));

/** @param columns [planes, size, up · channels] */
function marched(columns: Arr, rays: TracedRays, background: Arr): { picture: Arr; opacity: Arr; depth: Arr } {
  const [planes, size, up] = rays.heights.shape;
  // [planes, rows, columns, channels]
  const seen = np
    .matmul(
      rays.heights.ref,
      np.transpose(columns.reshape([planes, size, up, channels]), [0, 2, 1, 3]).reshape([planes, up, size * channels]),
    )
    .reshape([planes, size, size, channels]);
  const [density, colour] = np.split(seen, [1], 3) as Arr[];
  const within = rays.heights
    .sum(2)
    .reshape([planes, size, 1])
    .mul(rays.cover.reshape([planes, 1, size]));
  const passed = softplus(density.reshape([planes, size, size]))
    .mul(within)
    .mul(rays.steps.reshape([1, size, size]));
  const left = np.exp(np.matmul(inFront(planes), passed.ref.reshape([planes, size * size])).mul(-1));
  const stopped = left.reshape([planes, size, size]).mul(np.exp(passed.mul(-1)).mul(-1).add(1));
  const opacity = stopped.ref.sum(0);
  const light = nn
    .sigmoid(colour)
    .mul(stopped.ref.reshape([planes, size, size, 1]))
    .sum(0);
  const ground = background.mul(opacity.ref.mul(-1).add(1).reshape([1, size, size]));
  const picture = np.transpose(light, [2, 0, 1]).add(ground).mul(2).sub(1);
  const depth = stopped
    .mul(rays.depths.reshape([planes, 1, 1]))
    .sum(0)
    .div(np.maximum(opacity.ref, 1e-6));
  return { picture, opacity, depth };
}

/** Compiles the graphs that draw fields, once for every number of planes, size and height of the grid. */
export function fieldRenderer(options: CompileOptions): Renderer {
  type Told = [Tensor, Rays, Tensor];
  const forward = compile<Told, { picture: Tensor; opacity: Tensor; depth: Tensor }>(
    (columns: Arr, rays: TracedRays, background: Arr) => marched(columns, rays, background),
    options,
  );
  const backward = compile<[Tensor, Rays, Tensor, Tensor, Tensor], [Tensor, Tensor]>(
    (columns: Arr, rays: TracedRays, background: Arr, weights: Arr, opacity: Arr) => {
      const loss = (u: Arr): Arr => {
        const own = Object.fromEntries(Object.entries<Arr>(rays).map(([name, x]) => [name, x.ref])) as TracedRays;
        const seen = marched(u, own, background.ref);
        seen.depth.dispose();
        const fog = np.sqrt(seen.opacity.ref.mul(seen.opacity).add(0.01)).sum().mul(opacity.ref);
        return seen.picture.mul(weights.ref).sum().add(fog);
      };
      return jax.valueAndGrad(loss)(columns) as never;
    },
    options,
  );
  const prepared = (grid: FieldGrid, view: View, background: Background) => {
    const plan = columnPlan(grid, view);
    const columns = tensor(gatherColumns(grid, plan), [view.planes, view.size, grid.up * channels]);
    return { plan, told: [columns, raysOf(grid, view, plan), tensor(background, [3, view.size, view.size])] as Told };
  };
  return {
    async render(grid, view, background) {
      const { picture, opacity, depth } = await forward(...prepared(grid, view, background).told);
      return {
        picture: picture.data as Float32Array,
        opacity: opacity.data as Float32Array,
        depth: depth.data as Float32Array,
      };
    },
    async gradient(into, grid, view, background, weights, opacity) {
      const { plan, told } = prepared(grid, view, background);
      const g = tensor(weights, [3, view.size, view.size]);
      const [loss, columns] = await backward(...told, g, tensor([opacity], []));
      scatterColumns(into, grid, plan, columns.data as Float32Array);
      return { loss: loss.data[0] as number };
    },
    async dispose() {
      await forward.dispose();
      await backward.dispose();
    },
  };
}
