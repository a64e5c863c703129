/** Timing: the same work several times, interleaved with the yardstick, because the machine may be shared. */
import { compile, tensor } from "@geodrift/compile";
import { numpy as np } from "@jax-js/jax";
import { onnxRuntime } from "geodrift";

/** As the program has it, with its threads. */
export const runtime = await onnxRuntime();

/** Least milliseconds of `rounds` runs of an asynchronous function, after one that does not count. */
export async function minMs(run, rounds) {
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const then = performance.now();
    await run();
    least = Math.min(least, performance.now() - then);
  }
  return least;
}

/** The product of two matrices. */
export const product = compile((a, b) => np.matmul(a, b), { runtime });

/** Best GFLOP/s of square matrix products in the same runtime. */
export async function matmulGflops() {
  let best = 0;
  for (const n of [512, 1024, 2048]) {
    const a = tensor(new Float32Array(n * n).fill(0.5), [n, n]);
    const ms = await minMs(() => product(a, a), n === 2048 ? 4 : 8);
    best = Math.max(best, (2 * n ** 3) / ms / 1e6);
  }
  return best;
}

/** Times `run` between two measurements of the yardstick and returns the line to print. */
export async function measured(name, parameters, flop, run, rounds) {
  const before = await matmulGflops();
  const ms = await minMs(run, rounds);
  const matmul = Math.max(before, await matmulGflops());
  const gflops = flop / ms / 1e6;
  const round = (x, digits) => Number(x.toFixed(digits));
  return {
    bench: name,
    ...parameters,
    ms: round(ms, 1),
    gflops: round(gflops, 1),
    matmulGflops: round(matmul, 1),
    share: round(gflops / matmul, 3),
  };
}
