/** Pictures that are chosen together, as photo managers have it: one by one, a range with the shift key, all, none. */

/** Numbers of chosen pictures, and where the last choice was. */
export class Selection {
  chosen = $state.raw<ReadonlySet<number>>(new Set());
  private anchor: number | undefined;

  /** How many there are. */
  get size(): number {
    return this.chosen.size;
  }

  /** Is a picture among them? */
  has = (id: number): boolean => this.chosen.has(id);

  /**
   * Takes a picture in, or out; with `upTo`, all of a list between the last choice and this one as well, as this one becomes.
   * @param list numbers in the order in which they are shown
   * @param from where a range begins if nothing was chosen yet
   */
  toggle(id: number, list: readonly number[], { upTo = false, from }: { upTo?: boolean; from?: number } = {}): void {
    const next = new Set(this.chosen);
    const start = this.anchor ?? from;
    const wanted = !next.has(id);
    const [a, b] = [start === undefined ? -1 : list.indexOf(start), list.indexOf(id)].sort((p, q) => p - q);
    const range = upTo && a >= 0 ? list.slice(a, b + 1) : [id];
    for (const one of range) {
      if (wanted) next.add(one);
      else next.delete(one);
    }
    this.anchor = id;
    this.chosen = next;
  }

  /** All of a list. */
  all(list: readonly number[]): void {
    this.chosen = new Set(list);
  }

  /** Without some. */
  drop(ids: readonly number[]): void {
    const gone = new Set(ids);
    this.chosen = new Set([...this.chosen].filter((id) => !gone.has(id)));
    if (this.chosen.size === 0) this.anchor = undefined;
  }

  /** None. */
  clear(): void {
    this.chosen = new Set();
    this.anchor = undefined;
  }
}
