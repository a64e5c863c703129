import { type LatLng, toLatLng, vectorAt } from "@geodrift/core";
import type { Feature, FeatureCollection } from "geojson";
import type { Located } from "../locate/result.js";
import { cutCircle } from "./circle.js";
import { cutRegion } from "./region.js";
import { cutTrajectories } from "./trajectories.js";

const position = ({ lat, lng }: LatLng): [number, number] => [lng, lat];

/**
 * An answer as GeoJSON (RFC 7946, longitude first): best guess, modes with the circle of half their mass, the smallest
 * regions of each mass where they have outlines, the samples as one MultiPoint, and their ways from noise if they are
 * known.
 */
export function toGeoJson({ result, samples, distribution, trajectories }: Located): FeatureCollection {
  const point = (place: LatLng, properties: Record<string, unknown>): Feature => ({
    type: "Feature",
    properties,
    geometry: { type: "Point", coordinates: position(place) },
  });
  const n = samples.length / 3;
  const places = Array.from({ length: n }, (_, i) => position(toLatLng(vectorAt(samples, i))));
  return {
    type: "FeatureCollection",
    features: [
      point(result.best, {
        role: "best",
        image: result.image,
        ...result.place,
        localizabilityBits: result.localizabilityBits,
      }),
      ...result.modes.map((m) => point(m, { role: "mode", mass: m.mass, radiusKm: m.radiusKm })),
      ...result.modes.map(
        (m): Feature => ({
          type: "Feature",
          properties: { role: "mode-radius", mass: m.mass / 2, radiusKm: m.radiusKm },
          geometry: cutCircle(m, m.radiusKm),
        }),
      ),
      ...result.regions.flatMap((r): Feature[] =>
        distribution.outlines
          ? [
              {
                type: "Feature",
                properties: { role: "region", ...r },
                geometry: cutRegion(distribution.outlines(r.mass)),
              },
            ]
          : [],
      ),
      {
        type: "Feature",
        properties: { role: "samples", model: result.model.name, seed: result.seed },
        geometry: { type: "MultiPoint", coordinates: places },
      },
      ...(trajectories
        ? [
            {
              type: "Feature" as const,
              properties: { role: "trajectories", steps: trajectories.length - 1 },
              geometry: cutTrajectories(trajectories),
            },
          ]
        : []),
    ],
  };
}
