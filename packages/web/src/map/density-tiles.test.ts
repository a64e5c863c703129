import { receivedTensors } from "@geodrift/compile";
import { readDistribution } from "@geodrift/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { densityAt } from "../../../../test/page/answers.js";
import type { FromPainter, ToPainter } from "./density-painter.js";

type Protocol = (request: { url: string }) => Promise<{ data: unknown }>;
const protocols = vi.hoisted(() => new Map<string, Protocol>());
vi.mock("maplibre-gl", () => ({ addProtocol: (name: string, answer: Protocol) => protocols.set(name, answer) }));

/** What the painter was told, and what it says back. */
let told: ToPainter[] = [];
let say: (data: FromPainter) => void = () => {};

beforeAll(() => {
  vi.stubGlobal(
    "Worker",
    class {
      postMessage = (message: ToPainter) => told.push(message);
      addEventListener(_: string, hear: (e: { data: FromPainter }) => void) {
        say = (data) => hear({ data });
      }
    },
  );
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(() => {
  told = [];
});

const cairo = densityAt({ lat: 30, lng: 31 });
const tile = {} as ImageBitmap;

/** Asks for a tile as the map does. */
async function ask(address: string) {
  await import("./density-tiles.js");
  const answer = protocols.get("density")?.({ url: address });
  return { answer, sent: told.at(-1) as Extract<ToPainter, { type: "tile" }> };
}

describe("tiles of densities", () => {
  it("have addresses of their own for every density, which the painter is given whole", async () => {
    const { densityTiles } = await import("./density-tiles.js");
    const [a, b] = [0, 1].map(() => densityTiles(cairo.distribution, cairo.samples));
    expect(a.tiles[0]).toMatch(/^density:\/\/\d+\/\{z\}\/\{x\}\/\{y\}$/);
    expect(a.tiles).not.toEqual(b.tiles);
    const [kept] = told;
    if (kept.type !== "keep") throw new Error("the painter was told something else");
    expect(a.tiles[0]).toContain(`//${kept.id}/`);
    const { distribution, samples } = readDistribution(receivedTensors(kept.tensors));
    expect([...samples]).toEqual([...Float32Array.from(cairo.samples)]);
    expect(distribution.best.lat).toBeCloseTo(cairo.distribution.best.lat, 3);
  });

  it("are asked of the painter by the number of the density and their place", async () => {
    const { sent } = await ask("density://12/3/4/5");
    expect(sent).toMatchObject({ type: "tile", id: 12, z: 3, x: 4, y: 5 });
  });

  it("come to whoever asked for them, in whatever order they are painted", async () => {
    const [a, b] = [await ask("density://1/0/0/0"), await ask("density://1/1/0/0")];
    const other = {} as ImageBitmap;
    say({ request: b.sent.request, tile: other });
    say({ request: a.sent.request, tile });
    expect((await a.answer)?.data).toBe(tile);
    expect((await b.answer)?.data).toBe(other);
  });

  it("fail with the painter's sentence", async () => {
    const { answer, sent } = await ask("density://99/0/0/0");
    say({ request: sent.request, error: "the density is gone" });
    await expect(answer).rejects.toEqual(new Error("the density is gone"));
  });

  it("are forgotten by the painter when the density is", async () => {
    const { densityTiles } = await import("./density-tiles.js");
    const { forget } = densityTiles(cairo.distribution, cairo.samples);
    const [{ type, ...kept }] = told;
    forget();
    expect(type).toBe("keep");
    expect(told.at(-1)).toEqual({ type: "forget", id: "id" in kept ? kept.id : undefined });
  });
});
