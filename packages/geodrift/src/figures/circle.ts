import { earthRadiusKm, type LatLng } from "@geodrift/core";
import { geoCircle } from "d3-geo";
import type { MultiPolygon, Polygon } from "geojson";

/**
 * A circle on the ground as d3 draws it: clockwise, longitude first, not cut at the date line.
 * @param radiusKm great-circle distance of the ring from the middle
 */
export const circle = ({ lat, lng }: LatLng, radiusKm: number): Polygon =>
  geoCircle()
    .center([lng, lat])
    .radius(Math.max(1e-3, ((radiusKm / earthRadiusKm) * 180) / Math.PI))();

type Ring = [number, number][];

/**
 * A circle on the ground for files: longitude first, counter-clockwise, and cut at the date line (RFC 7946, sections
 * 3.1.6 and 3.1.9).
 * @param radiusKm great-circle distance of the ring from the middle
 */
export function cutCircle(place: LatLng, radiusKm: number): MultiPolygon {
  const drawn = circle(place, radiusKm).coordinates[0].map(([x, y]): [number, number] => [x, y]);
  const ring = unwrapped(drawn.reverse());
  const turn = ring[ring.length - 1][0] - ring[0][0];
  if (Math.abs(turn) > 180) {
    // Around a pole: close the ring along it.
    const pole = place.lat > 0 ? 90 : -90;
    ring.push([ring[ring.length - 1][0], pole], [ring[0][0], pole], ring[0]);
  }
  const coordinates = [-360, 0, 360].flatMap((shift) => {
    const moved = ring.map(([x, y]): [number, number] => [x + shift, y]);
    const cut = clip(
      clip(moved, (x) => x + 180, -180),
      (x) => 180 - x,
      180,
    );
    return cut.length > 2 ? [[[...cut, cut[0]]]] : [];
  });
  return { type: "MultiPolygon", coordinates };
}

/** Longitudes without jumps, in which neighbours differ by less than half a turn. */
function unwrapped(ring: Ring): Ring {
  let offset = 0;
  return ring.map(([x, y], i) => {
    const before = i > 0 ? ring[i - 1][0] : x;
    if (x - before > 180) offset -= 360;
    if (x - before < -180) offset += 360;
    return [x + offset, y];
  });
}

/** Keeps the side of a meridian where `inside` is positive (Sutherland & Hodgman 1974). The ring comes back open. */
function clip(ring: Ring, inside: (x: number) => number, meridian: number): Ring {
  const open = ring.length > 1 && ring[0][0] === ring[ring.length - 1][0] && ring[0][1] === ring[ring.length - 1][1];
  const points = open ? ring.slice(0, -1) : ring;
  return points.flatMap((b, i) => {
    const a = points[(i + points.length - 1) % points.length];
    const [da, db] = [inside(a[0]), inside(b[0])];
    const crossing = (): [number, number] => [meridian, a[1] + ((b[1] - a[1]) * da) / (da - db)];
    if (da < 0 !== db < 0) return db < 0 ? [crossing()] : [crossing(), b];
    return db < 0 ? [] : [b];
  });
}
