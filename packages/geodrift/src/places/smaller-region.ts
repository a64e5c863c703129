import { geoArea } from "d3-geo";
import type { Polygon, Position } from "geojson";

/** Files disagree about which way rings run: of the two regions that a ring bounds, the smaller one is meant. */
export function smallerRegion(polygon: Polygon): Polygon {
  const [outer, ...holes] = polygon.coordinates;
  const run = (ring: Position[], wanted: boolean): Position[] =>
    geoArea({ type: "Polygon", coordinates: [ring] }) < 2 * Math.PI === wanted ? ring : [...ring].reverse();
  return { type: "Polygon", coordinates: [run(outer, true), ...holes.map((h) => run(h, false))] };
}
