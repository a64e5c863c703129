/** A set of hashes in 16 to 32 bytes each: strings would take five times as much, and there may be millions. */
export class Seen {
  #slots = new BigUint64Array(1024);
  #count = 0;

  /**
   * Adds the first 64 bits of a hash.
   * @param hex hexadecimal, 16 digits or more
   * @returns false if they are there already
   */
  add(hex: string): boolean {
    // Zero marks an empty slot.
    const hash = BigInt(`0x${hex.slice(0, 16)}`) || 1n;
    if (this.#put(this.#slots, hash)) return false;
    if (++this.#count * 2 > this.#slots.length) {
      const wider = new BigUint64Array(2 * this.#slots.length);
      for (const known of this.#slots) if (known !== 0n) this.#put(wider, known);
      this.#slots = wider;
    }
    return true;
  }

  /** @returns whether it was there */
  #put(slots: BigUint64Array, hash: bigint): boolean {
    let at = Number(hash % BigInt(slots.length));
    while (slots[at] !== 0n) {
      if (slots[at] === hash) return true;
      at = (at + 1) % slots.length;
    }
    slots[at] = hash;
    return false;
  }
}
