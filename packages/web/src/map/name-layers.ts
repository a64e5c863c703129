/** How names are written on the map: by MapLibre in the browser's own letters, as no fonts are fetched. */
import type { ExpressionSpecification, SymbolLayerSpecification } from "maplibre-gl";
import type { NameRow } from "../places/name-files.js";

/** The source of names. */
export const namesSource = "names";

interface Letters {
  size: ExpressionSpecification;
  /** On what is dark, and on what is light. */
  colours: readonly [onDark: string, onLight: string];
  style?: SymbolLayerSpecification["layout"];
}

// prettier-ignore
const growing = (from: number, to: number): ExpressionSpecification => [
  "interpolate",
  ["linear"],
  ["zoom"],
  1,
  from,
  6,
  to,
];

/** From what gives way to what does not: layers on top are placed first. */
const letters: Record<NameRow[0], Letters> = {
  town: { size: growing(10, 13), colours: ["#ffffff", "#1d2733"] },
  province: {
    size: growing(9, 11),
    colours: ["#e3e3d4", "#5b5546"],
    style: { "text-transform": "uppercase", "text-letter-spacing": 0.12 },
  },
  water: { size: growing(10, 13), colours: ["#bfe3ff", "#2a5d86"], style: { "text-letter-spacing": 0.1 } },
  country: {
    size: growing(11, 17),
    colours: ["#ffffff", "#2b3440"],
    style: { "text-transform": "uppercase", "text-letter-spacing": 0.08 },
  },
};

/** The lowest layer of names: everything but marks is drawn below it. */
export const lowestNames = "names-town";

/**
 * A layer for each kind of names, those that matter most on top, where names are placed first.
 * @param onDark whether what lies under them is dark
 */
export const nameLayers = (onDark: boolean, shown: boolean): SymbolLayerSpecification[] =>
  Object.entries(letters).map(([kind, { size, colours, style }]) => ({
    id: `names-${kind}`,
    type: "symbol",
    source: namesSource,
    filter: ["all", ["==", ["get", "kind"], kind], [">=", ["zoom"], ["get", "zoom"]]],
    layout: {
      "text-field": ["get", "name"],
      "text-font": ["sans-serif"],
      "text-size": size,
      "text-max-width": 7,
      "text-padding": 4,
      "symbol-sort-key": ["get", "rank"],
      visibility: shown ? "visible" : "none",
      ...style,
    },
    paint: {
      "text-color": colours[onDark ? 0 : 1],
      "text-halo-color": onDark ? "#000000b0" : "#ffffffc0",
      "text-halo-width": 1.2,
    },
  }));
