/** The distributions of the last answers, which maps and questions about places are read from. */
import { randomUUID } from "node:crypto";
import type { EngineAnswer } from "../engine/engine.js";

export class Densities {
  private readonly kept = new Map<string, EngineAnswer>();

  /** @param most a fine mesh takes about a megabyte */
  constructor(private readonly most = 128) {}

  /** @returns a name nobody can guess */
  keep(answer: EngineAnswer): string {
    const id = randomUUID();
    this.kept.set(id, answer);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest);
    return id;
  }

  get(id: string): EngineAnswer | undefined {
    const answer = this.kept.get(id);
    if (!answer) return undefined;
    this.kept.delete(id);
    this.kept.set(id, answer);
    return answer;
  }
}
