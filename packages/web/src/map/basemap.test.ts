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
      const { sources, layers } = baseStyle({ theme: "dark", base: "satellite", detail, names: true }, true);
      const used = layers.flatMap((l) => ("source" in l ? [l.source] : []));
      expect([...new Set(used)].sort()).toEqual(Object.keys(sources).sort());
      expect(Object.keys(sources)).toHaveLength(detail ? 5 : 4);
    }
  });

  it("shows the Blue Marble or land, and borders over both", async () => {
    const { baseStyle } = await load();
    const visible = (base: "satellite" | "plain") =>
      baseStyle({ theme: "light", base, detail: "d.pmtiles", names: false }, true)
        .layers.filter((l) => l.layout?.visibility !== "none")
        .map((l) => l.id);
    expect(visible("satellite")).toEqual(["sea", "marble", "detail", "lines"]);
    expect(visible("plain")).toEqual(["sea", "land", "lines"]);
  });

  it("takes everything from where the page lies", async () => {
    const { baseStyle } = await load();
    const { sources } = baseStyle({ theme: "dark", base: "plain", detail: "map/detail.pmtiles", names: false }, true);
    expect(sources.land).toMatchObject({ data: "https://example.org/under/map/land.json" });
    expect(sources.lines).toMatchObject({ data: "https://example.org/under/map/lines.json" });
    expect(sources.detail).toMatchObject({ url: "pmtiles://https://example.org/under/map/detail.pmtiles" });
    expect(baseStyle({ theme: "dark", base: "plain", names: false }, true).sources).not.toHaveProperty("detail");
  });

  it("takes coarse outlines from afar, and no land where the Blue Marble covers it", async () => {
    const { baseStyle, outlines } = await load();
    expect(outlines("plain", false)).toEqual({
      land: "https://example.org/under/map/land-coarse.json",
      lines: "https://example.org/under/map/lines-coarse.json",
    });
    const { sources } = baseStyle({ theme: "dark", base: "satellite", names: false }, false);
    expect(sources.land).toMatchObject({ data: { features: [] } });
  });
});

describe("tiles of the Blue Marble", () => {
  it.each([
    [1, "blue-marble-coarse.jpg", 512],
    [3, "blue-marble.jpg", 512],
  ])("of zoom %i are cut from one picture, which is fetched once", async (z, name, side) => {
    await load();
    const marble = protocols.get("marble");
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ])
      await marble?.({ url: `marble://${z}/${x}/${y}` });
    expect(fetched).toEqual([`https://example.org/under/map/${name}`]);
    expect(cut).toEqual([
      [0, 0, side, side],
      [side, 0, side, side],
      [0, side, side, side],
      [side, side, side, side],
    ]);
  });

  it("are of 256 pixels at every zoom, and together the whole picture", async () => {
    await load();
    const tile = await protocols.get("marble")?.({ url: "marble://4/15/2" });
    expect(cut).toEqual([[3840, 512, 256, 256]]);
    expect(tile).toMatchObject({ data: { size: { resizeWidth: 256, resizeHeight: 256 } } });
    await protocols.get("marble")?.({ url: "marble://0/0/0" });
    await protocols.get("marble")?.({ url: "marble://2/3/3" });
    expect(cut.slice(1)).toEqual([
      [0, 0, 1024, 1024],
      [768, 768, 256, 256],
    ]);
  });
});
