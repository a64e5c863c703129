import { earthRadiusKm, type LatLng } from "@geodrift/core";
import { geoCircle } from "d3-geo";
import type { Polygon } from "geojson";

/** Circle on the ground as a polygon, longitude first. */
export const circle = ({ lat, lng }: LatLng, radiusKm: number): Polygon =>
  geoCircle()
    .center([lng, lat])
    .radius(Math.max(1e-3, ((radiusKm / earthRadiusKm) * 180) / Math.PI))();
