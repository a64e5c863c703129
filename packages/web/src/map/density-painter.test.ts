import { receivedTensors, sentTensors } from "@geodrift/compile";
import { densityColours, densityTile, distributionTensors, peakLogDensity, readDistribution } from "@geodrift/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { densityAt } from "../../../../test/page/answers.js";
import type { FromPainter, ToPainter } from "./density-painter.js";

/** Pixels in place of a picture. */
interface Painted {
  pixels: Uint8ClampedArray;
  width: number;
}

let say: (message: ToPainter) => Promise<void> | void;
let heard: FromPainter[] = [];

beforeAll(async () => {
  vi.stubGlobal("self", {
    addEventListener: (_: string, hear: (e: { data: ToPainter }) => Promise<void>) => {
      say = (data) => hear({ data });
    },
    postMessage: (message: FromPainter) => heard.push(message),
  });
  vi.stubGlobal(
    "ImageData",
    class {
      constructor(
        readonly pixels: Uint8ClampedArray,
        readonly width: number,
      ) {}
    },
  );
  vi.stubGlobal("createImageBitmap", async (painted: Painted) => painted);
  await import("./density-painter.js");
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(() => {
  heard = [];
});

const places = [
  { lat: 30, lng: 31 },
  { lat: -20, lng: 140 },
];
const densities = places
  .map((p) => densityAt(p))
  .map((d) => sentTensors(distributionTensors(d.distribution, d.samples)));
const keep = (id: number) => say({ type: "keep", id, tensors: densities[id] });

/** A tile as the painter answers it. */
async function paint(id: number, request = 0) {
  await say({ type: "tile", request, id, z: 1, x: 1, y: 0 });
  return heard.at(-1);
}
const pixelsOf = (answer: FromPainter | undefined) =>
  answer && "tile" in answer ? (answer.tile as unknown as Painted).pixels : undefined;

describe("the painter of densities", () => {
  it("paints the tile that is asked for, of the density that is asked for", async () => {
    keep(0);
    keep(1);
    for (const id of [0, 1]) {
      const { distribution } = readDistribution(receivedTensors(densities[id]));
      const wanted = densityColours(densityTile(distribution, { z: 1, x: 1, y: 0 }), peakLogDensity(distribution));
      const answer = await paint(id, 40 + id);
      expect(answer?.request).toBe(40 + id);
      expect(Buffer.from(pixelsOf(answer) ?? []).equals(Buffer.from(wanted))).toBe(true);
    }
    const [a, b] = heard.map((h) => Buffer.from(pixelsOf(h) ?? []));
    expect(a.equals(b)).toBe(false);
  });

  it("says of a density that it was never told, or told to forget, that it is gone", async () => {
    keep(0);
    expect(await paint(7, 3)).toEqual({ request: 3, error: "the density is gone" });
    expect(pixelsOf(await paint(0, 4))).toBeDefined();
    say({ type: "forget", id: 0 });
    expect(await paint(0, 5)).toEqual({ request: 5, error: "the density is gone" });
  });
});
