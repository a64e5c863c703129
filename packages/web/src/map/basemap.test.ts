import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

type Protocol = (request: { url: string }) => Promise<{ data: unknown }>;
const protocols = vi.hoisted(() => new Map<string, Protocol>());
vi.mock("maplibre-gl", () => ({ addProtocol: (name: string, answer: Protocol) => protocols.set(name, answer) }));

/** Pieces that were cut from the picture of the Earth: x, y, width, height. */
let cut: number[][] = [];
let fetched: string[] = [];

beforeAll(() => {
  vi.stubGlobal("document", { baseURI: "https://example.org/under/index.html" });
  vi.stubGlobal("fetch", async (url: string) => {
    fetched.push(url);
    return new Response("jpeg");
  });
  vi.stubGlobal("createImageBitmap", async (from: unknown, ...piece: [number, number, number, number, object]) => {
    if (piece.length > 0) cut.push(piece.slice(0, 4) as number[]);
    return { from, size: piece[4] };
  });
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(() => {
  cut = [];
  fetched = [];
});

const load = () => import("./basemap.js");

describe("the style of the map", () => {
  it("has a source for every layer, and a layer for every source", async () => {
    const { baseStyle } = await load();
    for (const detail of [undefined, "map/detail.pmtiles"]) {
      const { sources, layers } = baseStyle("dark", "satellite", detail);
      const used = layers.flatMap((l) => ("source" in l ? [l.source] : []));
      expect(used.sort()).toEqual(Object.keys(sources).sort());
      expect(used).toHaveLength(detail ? 4 : 3);
    }
  });

  it("shows the Blue Marble or land, and borders over both", async () => {
    const { baseStyle } = await load();
    const visible = (base: "satellite" | "plain") =>
      baseStyle("light", base, "d.pmtiles")
        .layers.filter((l) => l.layout?.visibility !== "none")
        .map((l) => l.id);
    expect(visible("satellite")).toEqual(["sea", "marble", "detail", "lines"]);
    expect(visible("plain")).toEqual(["sea", "land", "lines"]);
  });

  it("takes everything from where the page lies", async () => {
    const { baseStyle } = await load();
    const { sources } = baseStyle("dark", "plain", "map/detail.pmtiles");
    expect(sources.land).toMatchObject({ data: "https://example.org/under/map/land.json" });
    expect(sources.lines).toMatchObject({ data: "https://example.org/under/map/lines.json" });
    expect(sources.detail).toMatchObject({ url: "pmtiles://https://example.org/under/map/detail.pmtiles" });
    expect(baseStyle("dark", "plain").sources).not.toHaveProperty("detail");
  });
});

describe("tiles of the Blue Marble", () => {
  it("are cut from one picture, which is fetched once, and together cover it", async () => {
    await load();
    const marble = protocols.get("marble");
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ])
      await marble?.({ url: `marble://1/${x}/${y}` });
    expect(fetched).toEqual(["https://example.org/under/map/blue-marble.jpg"]);
    expect(cut).toEqual([
      [0, 0, 2048, 2048],
      [2048, 0, 2048, 2048],
      [0, 2048, 2048, 2048],
      [2048, 2048, 2048, 2048],
    ]);
  });

  it("are of 256 pixels at every zoom", async () => {
    await load();
    const tile = await protocols.get("marble")?.({ url: "marble://4/15/2" });
    expect(cut).toEqual([[3840, 512, 256, 256]]);
    expect(tile).toMatchObject({ data: { size: { resizeWidth: 256, resizeHeight: 256 } } });
    await protocols.get("marble")?.({ url: "marble://0/0/0" });
    expect(cut[1]).toEqual([0, 0, 4096, 4096]);
  });
});
