/** The distributions of the last answers, which maps and questions about places are read from. */
import { randomUUID } from "node:crypto";
import type { EngineAnswer } from "../engine/engine.js";

/** The distributions of the last answers, by name; the one used longest ago goes first. */
export class Densities {
  private readonly kept = new Map<string, EngineAnswer>();

  /** @param most answers that are kept; a fine mesh takes about a megabyte */
  constructor(private readonly most = 128) {}

  /** @returns a name nobody can guess */
  keep(answer: EngineAnswer): string {
    const id = randomUUID();
    this.kept.set(id, answer);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest);
    return id;
  }

  /** The answer of a name; undefined if it is not kept any more. */
  get(id: string): EngineAnswer | undefined {
    const answer = this.kept.get(id);
    if (!answer) return undefined;
    this.kept.delete(id);
    this.kept.set(id, answer);
    return answer;
  }
}
