/** What lies under everything: the Blue Marble, or land and sea in plain colours; borders; all from the page's own files. */
import { addProtocol, type StyleSpecification } from "maplibre-gl";
import { Protocol } from "pmtiles";

/** What lies under everything: a picture of the Earth from space, or plain colours. */
export type Base = "satellite" | "plain";

const tileSize = 256;
/** Side of the one picture that satellite tiles are cut from. */
const worldSize = 4096;

let world: Promise<ImageBitmap> | undefined;

const file = (path: string) => new URL(path, document.baseURI).href;

async function openWorld(): Promise<ImageBitmap> {
  const response = await fetch(file("map/blue-marble.jpg"));
  if (!response.ok) throw new Error("the picture of the Earth is missing");
  return createImageBitmap(await response.blob());
}

addProtocol("marble", async ({ url }) => {
  world ??= openWorld();
  const [z, x, y] = url.slice("marble://".length).split("/").map(Number);
  const side = worldSize / 2 ** z;
  const data = await createImageBitmap(await world, x * side, y * side, side, side, {
    resizeWidth: tileSize,
    resizeHeight: tileSize,
  });
  return { data };
});

const pmtiles = new Protocol();
addProtocol("pmtiles", (...request) => pmtiles.tile(...request));

const colours = {
  light: { sea: "#cfe3f0", land: "#f4f1e8", border: "#8a8f98", satelliteBorder: "#ffffff" },
  dark: { sea: "#0e2233", land: "#26323c", border: "#7b8794", satelliteBorder: "#ffffff" },
};

/**
 * The style of the map (MapLibre style specification, version 8) on a globe.
 * @param detail address of a PMTiles file of raster pictures, which is drawn over the Blue Marble where it has more
 */
export function baseStyle(theme: "light" | "dark", base: Base, detail?: string): StyleSpecification {
  const c = colours[theme];
  const satellite = base === "satellite";
  const shown = (yes: boolean) => ({ visibility: yes ? ("visible" as const) : ("none" as const) });
  return {
    version: 8,
    projection: { type: "globe" },
    sources: {
      marble: { type: "raster", tiles: ["marble://{z}/{x}/{y}"], tileSize, maxzoom: 4 },
      land: { type: "geojson", data: file("map/land.json") },
      lines: { type: "geojson", data: file("map/lines.json") },
      ...(detail && { detail: { type: "raster", url: `pmtiles://${file(detail)}`, tileSize } }),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": c.sea } },
      { id: "land", type: "fill", source: "land", layout: shown(!satellite), paint: { "fill-color": c.land } },
      {
        id: "marble",
        type: "raster",
        source: "marble",
        layout: shown(satellite),
        paint: { "raster-fade-duration": 0 },
      },
      ...(detail ? [{ id: "detail", type: "raster" as const, source: "detail", layout: shown(satellite) }] : []),
      {
        id: "lines",
        type: "line",
        source: "lines",
        paint: {
          "line-color": satellite ? c.satelliteBorder : c.border,
          "line-opacity": satellite ? 0.35 : 0.8,
          "line-width": 0.7,
        },
      },
    ],
  };
}
