/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel Random Numbers: As Easy as
 * 1, 2, 3", SC 2011). The n-th number of a stream depends on the seed, the stream and n alone, so results do not depend
 * on batch sizes, threads or the array library's device.
 */
export class Generator {
  readonly #k0: number;
  readonly #k1: number;
  readonly #block = new Uint32Array(2);
  #counter = 0;
  #left = 0;
  #spare: number | undefined;

  /**
   * @param seed whole number, up to 2^53 in size, or bigint; its lowest 64 bits count
   * @param streams whole numbers that name an independent stream: epoch, index, purpose…
   * @throws RangeError if the seed is no whole number
   */
  constructor(seed: number | bigint, ...streams: number[]) {
    const wide = BigInt.asUintN(64, BigInt(seed));
    let key: [number, number] = [Number(wide & 0xffffffffn), Number(wide >> 32n)];
    for (const s of streams) {
      threefry(key[0], key[1], s >>> 0, Math.floor(s / 2 ** 32) >>> 0, this.#block);
      key = [this.#block[0], this.#block[1]];
    }
    [this.#k0, this.#k1] = key;
  }

  /** Next 32 random bits, a whole number in [0, 2³²). */
  bits(): number {
    if (this.#left === 0) {
      threefry(this.#k0, this.#k1, this.#counter >>> 0, Math.floor(this.#counter / 2 ** 32), this.#block);
      this.#counter++;
      this.#left = 2;
    }
    return this.#block[--this.#left];
  }

  /** Uniform in [low, high), with a resolution of 32 bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** Uniform whole number in [0, n), for n up to 2³². */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, mean 0 and variance 1 (Box and Muller 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const z = this.#spare;
      this.#spare = undefined;
      return z;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Independent standard normals, [n]. */
  normals(n: number): Float32Array {
    return Float32Array.from({ length: n }, () => this.normal());
  }
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const keys = [k0 | 0, k1 | 0, k0 ^ k1 ^ 0x1bd11bda];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const r = rotations[round & 7];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    if ((round & 3) === 3) {
      const s = (round >> 2) + 1;
      x0 = (x0 + keys[s % 3]) | 0;
      x1 = (x1 + keys[(s + 1) % 3] + s) | 0;
    }
  }
  out[0] = x0;
  out[1] = x1;
}
