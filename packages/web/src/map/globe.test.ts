import fc from "fast-check";
import type { Position } from "geojson";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

interface Click {
  lngLat: { wrap(): { lat: number; lng: number } };
}
/** What the map was told, in place of a map that draws. */
const map = vi.hoisted(() => ({
  data: new Map<string, unknown>(),
  moves: [] as [string, { center: number[]; zoom: number; duration?: number }][],
  styles: 0,
  units: [] as string[],
  zoom: 0,
  hear: new Map<string, (e: Click) => void>(),
}));
vi.mock("maplibre-gl", () => ({
  addProtocol: () => {},
  setWorkerUrl: () => {},
  NavigationControl: class {},
  ScaleControl: class {
    setUnit(unit: string) {
      map.units.push(unit);
    }
  },
  Marker: class {},
  Map: class {
    addControl() {}
    on(event: string, hear: (e: Click) => void) {
      map.hear.set(event, hear);
    }
    getSource = (id: string) => ({ setData: (data: unknown) => map.data.set(id, data) });
    getZoom = () => map.zoom;
    getContainer = () => container;
    getCenter = () => ({ wrap: () => ({ lat: 1, lng: 2 }) });
    setStyle = () => map.styles++;
    flyTo = (to: (typeof map.moves)[0][1]) => map.moves.push(["fly", to]);
    jumpTo = (to: (typeof map.moves)[0][1]) => map.moves.push(["jump", to]);
  },
}));
vi.mock("maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url", () => ({ default: "" }));
vi.mock("./density-tiles.js", () => ({ densityTiles: () => ({ tiles: [], forget: () => {} }) }));

const container = { clientWidth: 800, clientHeight: 600 } as HTMLElement;
let still = false;
let Globe: typeof import("./globe.js").Globe;

beforeAll(async () => {
  vi.stubGlobal("document", { baseURI: "https://example.org/" });
  vi.stubGlobal("matchMedia", () => ({ matches: still }));
  ({ Globe } = await import("./globe.js"));
});
afterAll(() => {
  vi.unstubAllGlobals();
});
beforeEach(() => {
  map.moves = [];
  map.styles = 0;
  still = false;
});

const globe = () => new Globe(container, { theme: "light", base: "plain", names: false, label: "" });
interface Line {
  geometry: { coordinates: Position[] };
}
/** Coordinates of the ways that were drawn. */
const ways = () => (map.data.get("ways") as { features: Line[] }).features.map((f) => f.geometry.coordinates);
const line = (id: string) => (map.data.get(id) as Line).geometry.coordinates;

describe("what is drawn on the globe", () => {
  it("has points by pairs", () => {
    globe().setPoints([1, 2, 3, 4]);
    expect(line("points")).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("has ways that go on beyond the date line, eastwards and westwards", () => {
    globe().setWays([
      [170, 0, -170, 5],
      [-175, 1, 175, 6],
      [-160, 2, 160, 7],
    ]);
    expect(ways()).toEqual([
      [
        [170, 0],
        [185, 1],
        [200, 2],
      ],
      [
        [-170, 5],
        [-185, 6],
        [-200, 7],
      ],
    ]);
  });

  it("has ways that are never longer than half-way around, and end where they should", () => {
    const longitudes = fc.array(fc.integer({ min: -180, max: 180 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(longitudes, (lngs) => {
        globe().setWays(lngs.map((lng) => [lng, 0]));
        const [way] = ways();
        way.forEach(([lng], i) => {
          expect(Math.abs((lng - lngs[i]) % 360)).toBe(0);
          if (i > 0) expect(Math.abs(lng - way[i - 1][0])).toBeLessThanOrEqual(180);
        });
      }),
    );
  });

  it("has ways of the first 128 points, and of none where there are no steps", () => {
    const many = Array(400).fill(0);
    globe().setWays([many, many]);
    expect(ways()).toHaveLength(128);
    globe().setWays([]);
    expect(ways()).toEqual([]);
  });

  it("has what a person marks, the short way around", () => {
    globe().setDashed([
      [
        [0, 0],
        [9, 0],
      ],
      [
        [170, 5],
        [-170, 5],
      ],
    ]);
    expect(line("dashed")).toEqual([
      [
        [0, 0],
        [9, 0],
      ],
      [
        [170, 5],
        [190, 5],
      ],
    ]);
    globe().setDashed([]);
    expect(line("dashed")).toEqual([]);
  });

  it("is told in kilometres or miles", () => {
    const g = globe();
    g.setUnits("miles");
    g.setUnits("km");
    expect(map.units).toEqual(["imperial", "metric"]);
  });
});

describe("the globe", () => {
  it("moves nearer for a smaller circle, within bounds; without motion where a person wants none", () => {
    const g = globe();
    for (const radiusKm of [2000, 300, 100, 0] as const) g.flyTo({ lat: 30, lng: 31, radiusKm });
    still = true;
    g.flyTo({ lat: 30, lng: 31, radiusKm: "globe" });
    expect(map.moves.map(([way]) => way)).toEqual(["fly", "fly", "fly", "fly", "jump"]);
    const zooms = map.moves.map(([, { zoom }]) => zoom);
    // 9000 km at zoom 0, half of that at each further one, no nearer than 7, no further than the whole globe.
    [Math.log2(4.5), Math.log2(30), Math.log2(90), 7, Math.log2((0.85 * 600) / 138)].forEach((z, i) => {
      // As large at 30° as at the equator.
      expect(zooms[i]).toBeCloseTo(z + Math.log2(Math.cos(Math.PI / 6)), 10);
    });
    expect(map.moves[0][1].center).toEqual([31, 30]);
    expect(map.moves[4][1]).not.toHaveProperty("duration");
  });

  it("shows no less than the whole of it for circles larger than the Earth", () => {
    globe().flyTo({ lat: 0, lng: 0, radiusKm: 20_000 });
    expect(map.moves[0][1].zoom).toBeCloseTo(Math.log2((0.85 * 600) / 138), 10);
  });

  it("tells places of clicks, and nothing of clicks beside it", () => {
    const told: unknown[] = [];
    globe().on("click", (place) => told.push(place));
    for (const [lat, lng] of [
      [10, 20],
      [Number.NaN, 0],
      [91, 0],
      [-90, -180],
    ])
      map.hear.get("click")?.({ lngLat: { wrap: () => ({ lat, lng }) } });
    expect(told).toEqual([
      { lat: 10, lng: 20 },
      { lat: -90, lng: -180 },
    ]);
  });

  it("takes a new style only where it looks different", () => {
    const g = globe();
    g.look({ theme: "light", base: "plain", names: false });
    expect(map.styles).toBe(0);
    g.look({ theme: "dark", base: "plain", names: false });
    g.look({ theme: "dark", base: "plain", names: false });
    g.look({ theme: "dark", base: "satellite", names: false });
    g.look({ theme: "dark", base: "satellite", names: false, detail: "map/detail.pmtiles" });
    g.look({ theme: "dark", base: "satellite", names: true, detail: "map/detail.pmtiles" });
    expect(map.styles).toBe(4);
  });

  it("takes finer outlines once it is looked at from near, and keeps them", () => {
    globe();
    map.data.clear();
    for (const zoom of [1, 2.4]) {
      map.zoom = zoom;
      map.hear.get("zoom")?.(undefined as never);
    }
    expect(map.data.size).toBe(0);
    map.zoom = 2.6;
    map.hear.get("zoom")?.(undefined as never);
    expect(map.data.get("lines")).toBe("https://example.org/map/lines.json");
    map.data.clear();
    map.zoom = 5;
    map.hear.get("zoom")?.(undefined as never);
    expect(map.data.size).toBe(0);
  });
});
