/** The distributions of the last answers, which maps and questions about places are read from. */
import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { EngineAnswer } from "../engine/engine.js";

/** The distributions of the last answers, by name; the one used longest ago goes first. */
export class Densities {
  private readonly kept: LRUCache<string, EngineAnswer>;

  /**
   * @param max answers that are kept
   * @param maxSize bytes that they have together, as they were sent; what is asked of one makes more of it. A mesh that follows the limits of a country has five million, most have twenty thousand
   */
  constructor(max = 128, maxSize = 64 * 2 ** 20) {
    this.kept = new LRUCache({ max, maxSize, sizeCalculation: ({ bytes }) => bytes });
  }

  /** @returns a name nobody can guess */
  keep(answer: EngineAnswer): string {
    const id = randomUUID();
    this.kept.set(id, answer);
    return id;
  }

  /** The answer of a name; undefined if it is not kept any more. */
  get(id: string): EngineAnswer | undefined {
    return this.kept.get(id);
  }
}
