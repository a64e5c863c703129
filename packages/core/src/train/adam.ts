/**
 * Adam's arithmetic, which AdamW and LAMB share, as WebAssembly (wasm/adam.ts): four numbers at a time, over chunks that
 * are copied into its memory and stay in the processor's cache meanwhile.
 */
import { adamWasm } from "./adam-wasm.js";

/** What one tensor's update reads and writes: flat arrays of equal length. */
export interface Slot {
  /** Weights, which the update changes. */
  weights: Float32Array;
  /** Gradient of the loss; may be overwritten. */
  gradient: Float32Array;
  /** Running mean of the gradient. */
  first: Float32Array;
  /** Running mean of the squared gradient. */
  second: Float32Array;
  /** Moving average of the weights, where one is kept. */
  average: Float32Array | undefined;
  /** Number of axes of the tensor. */
  axes: number;
}

interface Kernel {
  memory: WebAssembly.Memory;
  step(n: number, ...numbers: number[]): void;
  squares(n: number, x: number): number;
  move(n: number, rate: number, weights: number, steps: number): void;
  approach(n: number, share: number, average: number, weights: number): void;
}

/** Floats of a chunk: four chunks fit into a second-level cache. */
const chunk = 8192;

let opened: ReturnType<typeof open> | undefined;

function open() {
  const bytes = Uint8Array.from(atob(adamWasm), (c) => c.charCodeAt(0));
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Kernel;
  // Not from the start of a page: copies between addresses that agree in their last twelve bits are four times as slow.
  const places = [0, 1, 2, 3].map((i) => 1024 + 4 * chunk * i);
  const room = places.map((at) => new Float32Array(kernel.memory.buffer, at, chunk));
  return { kernel, places, room };
}

/**
 * Runs `work` over chunks of the arrays, which are equally long.
 * @param written how many of the arrays, from the first on, are written back
 * @param work takes the kernel, the floats of a chunk, the same rounded up to a multiple of four, and the places of the
 * chunks; between the two numbers of floats there are ones
 */
function inChunks(
  arrays: readonly Float32Array[],
  written: number,
  work: (kernel: Kernel, size: number, n: number, at: number[]) => void,
): void {
  opened ??= open();
  const { kernel, places, room } = opened;
  const { length } = arrays[0];
  for (let from = 0; from < length; from += chunk) {
    const size = Math.min(chunk, length - from);
    const n = 4 * Math.ceil(size / 4);
    arrays.forEach((x, i) => {
      room[i].set(x.subarray(from, from + size));
      room[i].fill(1, size, n);
    });
    work(kernel, size, n, places);
    for (let i = 0; i < written; i++) arrays[i].set(room[i].subarray(0, size), from);
  }
}

/**
 * Moves the moments on by the gradient, and puts Adam's step with bias correction (Kingma & Ba 2015, Algorithm 1) and decay
 * in the gradient's place.
 * @param t step, counted from 1
 * @param decay λ: λ·weights is added to the step
 * @returns Σ weights² and Σ step²
 */
export function adamStep(
  { weights, gradient, first, second }: Slot,
  t: number,
  { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8 }: { betas?: readonly [number, number]; eps?: number },
  decay: number,
): { weightSquares: number; stepSquares: number } {
  const [c1, c2] = [1 / (1 - b1 ** t), 1 / (1 - b2 ** t)];
  let [weightSquares, stepSquares] = [0, 0];
  inChunks([gradient, first, second, weights], 3, (kernel, size, n, [g, m, v, w]) => {
    kernel.step(n, b1, 1 - b1, b2, 1 - b2, c1, c2, eps, decay, w, g, m, v);
    weightSquares += kernel.squares(size, w);
    stepSquares += kernel.squares(size, g);
  });
  return { weightSquares, stepSquares };
}

/** weights ← weights − rate·gradient; then average ← average + (1 − ema)·(weights − average), where one is kept. */
export function applyStep({ weights, gradient, average }: Slot, rate: number, ema = 0): void {
  const arrays = average ? [weights, average, gradient] : [weights, gradient];
  inChunks(arrays, arrays.length - 1, (kernel, _, n, at) => {
    kernel.move(n, rate, at[0], at[arrays.length - 1]);
    if (average) kernel.approach(n, 1 - ema, at[1], at[0]);
  });
}

/** average ← average + share·(weights − average). */
export function approach(average: Float32Array, weights: Float32Array, share: number): void {
  inChunks([average, weights], 1, (kernel, _, n, [a, w]) => kernel.approach(n, share, a, w));
}
