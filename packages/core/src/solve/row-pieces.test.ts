import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { putPiece, rowPieces, takePiece } from "./row-pieces.js";

const [images, samples] = [fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })];

describe("points in pieces", () => {
  it("are all there, each once, in graphs of few sizes that are never small by much", () => {
    fc.assert(
      fc.property(images, samples, (n, m) => {
        const pieces = rowPieces(n, m);
        expect(pieces.map((p) => p.from)).toEqual([0, ...pieces.slice(0, -1).map((p) => p.to)]);
        expect(pieces.at(-1)?.to).toBe(m);
        for (const { from, to, size } of pieces) {
          expect(size).toBeGreaterThanOrEqual(to - from);
          expect(n * size).toBeLessThanOrEqual(n === 1 ? 1024 : 1536 + n);
          if (n === 1) expect(size).toBeLessThanOrEqual(Math.max(32, 2 * (to - from)));
          // Of several images one graph, and hardly a point that fills it up.
          else expect(size).toBe(pieces[0].size);
        }
        const all = pieces.reduce((sum, { size }) => sum + size, 0);
        if (n > 1) expect(all - m).toBeLessThan(pieces[0].size);
      }),
    );
    const all = new Set(Array.from({ length: 5000 }, (_, i) => rowPieces(1, i + 1).map((p) => p.size)).flat());
    expect(all.size).toBe(11);
  });

  it("are put back where they were taken from", () => {
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 1100 }), fc.integer({ min: 1, max: 4 }), (n, m, width) => {
        const all = Float64Array.from({ length: n * m * width }, (_, i) => i);
        const again = new Float64Array(all.length);
        for (const piece of rowPieces(n, m)) {
          const taken = takePiece(Float64Array, all, piece, { images: n, width });
          expect(taken.length).toBe(n * piece.size * width);
          putPiece(again, taken, piece, { images: n, width });
        }
        expect(again).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });

  it("are filled up with the last of them", () => {
    const [piece] = rowPieces(1, 3);
    expect(piece).toEqual({ from: 0, to: 3, size: 32 });
    const taken = takePiece(Float32Array, [1, 2, 3], piece, { images: 1, width: 1 });
    expect([...taken.slice(0, 5), taken[31]]).toEqual([1, 2, 3, 3, 3, 3]);
  });
});
