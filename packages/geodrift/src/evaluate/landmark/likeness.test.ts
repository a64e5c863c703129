import { Generator } from "@geodrift/core";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { LabelPictures } from "./judge.js";
import { toldApart } from "./likeness.js";

/** Pictures of noise, of which some have a bright corner. */
function noise(n: number, seed: number, bright = false): LabelPictures {
  const [size, random] = [16, new Generator(seed)];
  const pixels = Uint8Array.from({ length: n * 3 * size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size) % size];
    return bright && x < 6 && y < 6 ? 250 : random.uniform(80, 160);
  });
  return { n, pixels };
}

describe("two sets of pictures", () => {
  it("are told apart where they differ, and not where they do not", async () => {
    const other = await toldApart(noise(40, 1), noise(40, 2, true), ort);
    expect(other.value).toBeGreaterThan(0.95);
    const same = await toldApart(noise(40, 1), noise(40, 2), ort);
    expect(same.interval.low).toBeLessThan(0.5);
    expect(same.value).toBeLessThan(0.7);
  });
});
