/** The flat map of browsers that draw no globe: web Mercator, the world from 0 to `world` in both directions, and what of it is seen. */
import { earthRadiusKm, type LatLng } from "@geodrift/core";
import type { Position } from "geojson";
import type { Focus } from "./globe.js";

/** Latitude at which the map ends. */
const end = 85.05;

/** Side of the world: browsers draw no letters of a thousandth of a unit. */
export const world = 10_000;

/** A window on the map: its west and north edges and its size. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a place lies on the map. */
export function onMap({ lat, lng }: LatLng): [x: number, y: number] {
  const phi = (Math.max(-end, Math.min(end, lat)) * Math.PI) / 180;
  return [(world * (lng + 180)) / 360, (world * (1 - Math.asinh(Math.tan(phi)) / Math.PI)) / 2];
}

/** The place at a point of the map, degrees; columns beyond the date line are those of the other side. */
export function fromMap(x: number, y: number): LatLng {
  const [right, down] = [x / world, y / world];
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * down))) * 180) / Math.PI;
  return { lat, lng: 360 * (right - Math.floor(right)) - 180 };
}

/** All of it. */
const all: Box = { x: 0, y: 0, width: world, height: world };

/** Where nothing is to be seen any better. */
const leastKm = 30;

/** What shows a focus, with its middle in the middle, as far as the map goes north and south. */
export function boxOf(focus: Focus | undefined): Box {
  if (!focus || focus.radiusKm === "globe") return all;
  const [x, y] = onMap(focus);
  const stretch = Math.cos((Math.max(-end, Math.min(end, focus.lat)) * Math.PI) / 180);
  const side = world * Math.min(1, Math.max(leastKm, focus.radiusKm) / (Math.PI * earthRadiusKm * stretch));
  return { x: x - side / 2, y: Math.max(0, Math.min(world - side, y - side / 2)), width: side, height: side };
}

/** The path of a line. @param line longitude and latitude, which may go on beyond the date line */
export const pathOf = (line: readonly Position[]): string =>
  line
    .map(([lng, lat], i) => {
      const [x, y] = onMap({ lat, lng });
      return `${i === 0 ? "M" : "L"}${x.toFixed(3)},${y.toFixed(3)}`;
    })
    .join("");

/** The same seen from nearer or farther (`times` the radius), or moved by shares of the window. */
export function movedFocus(
  box: Box,
  { right = 0, down = 0, times = 1 }: { right?: number; down?: number; times?: number },
): Focus {
  const y = box.y + (0.5 + down) * box.height;
  const place = fromMap(box.x + (0.5 + right) * box.width, Math.max(0, Math.min(world, y)));
  const stretch = Math.cos((place.lat * Math.PI) / 180);
  return { ...place, radiusKm: (times * box.width * Math.PI * earthRadiusKm * stretch) / world };
}
