/** GPX files: where a person, with a camera, was at which time. */

import type { LatLng } from "@geodrift/core";
import { GeodriftError, type ThrownElsewhere } from "@geodrift/core/errors";
import { gpx } from "@tmcw/togeojson";
import { parseXml } from "./parse-xml.js";

/** A point of a track: a place in degrees and its time. */
export interface TrackPoint extends LatLng {
  /** Milliseconds since 1970, UTC. */
  at: number;
}

/**
 * The points of the tracks of a GPX file that have a time, in the order of time.
 * @throws GeodriftError `data` if it is no GPX with times
 */
export function readGpx(text: string): TrackPoint[] {
  const document = parseXml(text, (said) => `a GPX file is needed, this is none (${said})`);
  const { features } = gpx(document as never);
  const points = features.flatMap(({ geometry, properties }): TrackPoint[] => {
    const times = (properties as { coordinateProperties?: { times?: string[] | string[][] } })?.coordinateProperties
      ?.times;
    const lines =
      geometry?.type === "LineString"
        ? [geometry.coordinates]
        : geometry?.type === "MultiLineString"
          ? geometry.coordinates
          : [];
    return lines.flatMap((line, i) => {
      const own = (geometry?.type === "LineString" ? times : times?.[i]) as string[] | undefined;
      return line.flatMap(([lng, lat], k) => {
        const at = Date.parse(own?.[k] ?? "");
        return Number.isFinite(at) && Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? [{ lat, lng, at }] : [];
      });
    });
  });
  if (points.length === 0) throw new GeodriftError("data", "holds no track whose points have a time");
  return points.sort((a, b) => a.at - b.at);
}

/** What the thread that reads a file answers. */
export type GpxMessage = { points: TrackPoint[] } | { thrown: ThrownElsewhere };
