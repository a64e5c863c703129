/** The flat map of browsers that draw no globe: web Mercator, the world from 0 to 1 in both directions, and what of it is seen. */
import { earthRadiusKm, type LatLng } from "@geodrift/core";
import type { Position } from "geojson";
import type { Focus } from "./globe.js";

/** Latitude at which the map ends. */
const end = 85.05;

/** A window on the map: its west and north edges and its size, in worlds. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a place lies on the map. */
export function onMap({ lat, lng }: LatLng): [x: number, y: number] {
  const phi = (Math.max(-end, Math.min(end, lat)) * Math.PI) / 180;
  return [(lng + 180) / 360, (1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2];
}

/** The place at a point of the map, degrees; columns beyond the date line are those of the other side. */
export function fromMap(x: number, y: number): LatLng {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return { lat, lng: 360 * (x - Math.floor(x)) - 180 };
}

/** The whole world. */
const world: Box = { x: 0, y: 0, width: 1, height: 1 };

/** Where nothing is to be seen any better. */
const leastKm = 30;

/** What shows a focus, with its middle in the middle, as far as the map goes north and south. */
export function boxOf(focus: Focus | undefined): Box {
  if (!focus || focus.radiusKm === "globe") return world;
  const [x, y] = onMap(focus);
  const stretch = Math.cos((Math.max(-end, Math.min(end, focus.lat)) * Math.PI) / 180);
  const side = Math.min(1, (2 * Math.max(leastKm, focus.radiusKm)) / (2 * Math.PI * earthRadiusKm * stretch));
  return { x: x - side / 2, y: Math.max(0, Math.min(1 - side, y - side / 2)), width: side, height: side };
}

/** The path of a line. @param line longitude and latitude, which may go on beyond the date line */
export const pathOf = (line: readonly Position[]): string =>
  line
    .map(([lng, lat], i) => {
      const [x, y] = onMap({ lat, lng });
      return `${i === 0 ? "M" : "L"}${x.toFixed(7)},${y.toFixed(7)}`;
    })
    .join("");
