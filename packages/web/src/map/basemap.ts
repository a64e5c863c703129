/** What lies under everything: the Blue Marble, or land and sea in plain colours; borders; all from the page's own files. */
import { addProtocol, type SourceSpecification, type StyleSpecification } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { nameLayers, namesSource } from "./name-layers.js";

/** What lies under everything: a picture of the Earth from space, or plain colours. */
export type Base = "satellite" | "plain";

const tileSize = 256;

/** The pictures that satellite tiles are cut from, and up to which zoom: whoever sees the whole globe needs no more than the first. */
const worlds = [
  { name: "map/blue-marble-coarse.jpg", side: 1024, most: 2 },
  { name: "map/blue-marble.jpg", side: 4096, most: 4 },
];

/** From this zoom on outlines are as fine as they are had. */
export const fineZoom = 2.5;

const opened = new Map<string, Promise<ImageBitmap>>();

const file = (path: string) => new URL(path, document.baseURI).href;

async function openWorld(name: string): Promise<ImageBitmap> {
  const response = await fetch(file(name));
  if (!response.ok) throw new Error("the picture of the Earth is missing");
  return createImageBitmap(await response.blob());
}

addProtocol("marble", async ({ url }) => {
  const [z, x, y] = url.slice("marble://".length).split("/").map(Number);
  const { name, side: whole } = worlds.find(({ most }) => z <= most) ?? worlds[worlds.length - 1];
  const world = opened.get(name) ?? openWorld(name);
  opened.set(name, world);
  const side = whole / 2 ** z;
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

/** How the map looks besides its colours. */
export interface Look {
  theme: "light" | "dark";
  base: Base;
  /** Address of a PMTiles file of raster pictures, which is drawn over the Blue Marble where it has more. */
  detail?: string;
  /** Are names written on it? */
  names: boolean;
  /** The language that they are written in, as far as they are known in it. */
  language?: string;
}

/**
 * Where the outlines are that a map shows, by source.
 * @param fine whether those of 1:50 million, or of 1:110 million
 */
export function outlines(base: Base, fine: boolean): Record<"land" | "lines", string | typeof nothing> {
  const kind = fine ? "" : "-coarse";
  // A source that no layer shows is fetched all the same.
  return { land: base === "satellite" ? nothing : file(`map/land${kind}.json`), lines: file(`map/lines${kind}.json`) };
}

const nothing = { type: "FeatureCollection" as const, features: [] };

/** The style of the map (MapLibre style specification, version 8) on a globe; its outlines as `outlines` has them. */
export function baseStyle({ theme, base, detail, names }: Look, fine: boolean): StyleSpecification {
  const c = colours[theme];
  const { land, lines } = outlines(base, fine);
  const satellite = base === "satellite";
  const nameless: SourceSpecification = { type: "geojson", data: nothing };
  const shown = (yes: boolean) => ({ visibility: yes ? ("visible" as const) : ("none" as const) });
  return {
    version: 8,
    projection: { type: "globe" },
    sources: {
      marble: { type: "raster", tiles: ["marble://{z}/{x}/{y}"], tileSize, maxzoom: 4 },
      land: { type: "geojson", data: land },
      lines: { type: "geojson", data: lines },
      [namesSource]: nameless,
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
      ...nameLayers(satellite || theme === "dark", names),
    ],
  };
}
