/**
 * Adam's arithmetic on a chunk of a tensor, in AssemblyScript: four numbers at a time, in single precision.
 * `npm run build:wasm -w packages/core` compiles it into src/train/adam-wasm.ts.
 *
 * All pointers are to n floats in this module's memory; n is a multiple of 4.
 */

/**
 * Moves both moments on by a gradient, and puts Adam's step in the gradient's place: c₁·m / (√(c₂·v) + ε) + λ·w.
 * @param b1 decay of the first moment, and d1 = 1 − b1; b2, d2 of the second
 * @param c1 correction of the first moment's bias; c2 of the second's
 */
export function step(
  n: usize,
  b1: f32,
  d1: f32,
  b2: f32,
  d2: f32,
  c1: f32,
  c2: f32,
  eps: f32,
  decay: f32,
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
): void {
  const end = n << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const g = v128.load(gradient + i);
    const m = f32x4.add(f32x4.mul(f32x4.splat(b1), v128.load(first + i)), f32x4.mul(f32x4.splat(d1), g));
    const v = f32x4.add(f32x4.mul(f32x4.splat(b2), v128.load(second + i)), f32x4.mul(f32x4.mul(f32x4.splat(d2), g), g));
    v128.store(first + i, m);
    v128.store(second + i, v);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(f32x4.splat(c2), v)), f32x4.splat(eps));
    const adam = f32x4.div(f32x4.mul(f32x4.splat(c1), m), root);
    v128.store(gradient + i, f32x4.add(adam, f32x4.mul(f32x4.splat(decay), v128.load(weights + i))));
  }
}

/** Sum of squares, in double precision; n need not be a multiple of 4. */
export function squares(n: usize, x: usize): f64 {
  const end = n << 2;
  const even = end & ~15;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i: usize = 0; i < even; i += 16) {
    const v = v128.load(x + i);
    const square = f32x4.mul(v, v);
    low = f64x2.add(low, f64x2.promote_low_f32x4(square));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(square, square, 1, 0)));
  }
  const sum = f64x2.add(low, high);
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (let i = even; i < end; i += 4) {
    const v = load<f32>(x + i);
    total += <f64>(v * v);
  }
  return total;
}

/** weights ← weights − rate·steps. */
export function move(n: usize, rate: f32, weights: usize, steps: usize): void {
  const end = n << 2;
  for (let i: usize = 0; i < end; i += 16)
    v128.store(weights + i, f32x4.sub(v128.load(weights + i), f32x4.mul(f32x4.splat(rate), v128.load(steps + i))));
}

/** average ← average + share·(weights − average). */
export function approach(n: usize, share: f32, average: usize, weights: usize): void {
  const end = n << 2;
  for (let i: usize = 0; i < end; i += 16) {
    const a = v128.load(average + i);
    v128.store(average + i, f32x4.add(a, f32x4.mul(f32x4.splat(share), f32x4.sub(v128.load(weights + i), a))));
  }
}
