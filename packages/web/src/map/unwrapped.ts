import type { Position } from "geojson";

/** The same line with longitudes that go on beyond the date line, so that each piece takes the short way around. */
export function unwrapped(line: readonly Position[]): Position[] {
  const out: Position[] = [];
  for (const [lng, lat] of line) {
    const before = out.at(-1)?.[0] ?? lng;
    out.push([lng + 360 * Math.round((before - lng) / 360), lat]);
  }
  return out;
}
