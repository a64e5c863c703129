/** GPX files: where a person, with a camera, was at which time. */

import type { LatLng } from "@geodrift/core";
import { GeodriftError, type ThrownElsewhere } from "@geodrift/core/errors";
import { walkXml, type XmlElement } from "../files/walk-xml.js";
import { placeOrRefusal } from "../pictures/recorded-place.js";
import { timeOf } from "../pictures/taken-time.js";

/** A point of a track: a place in degrees and its time. */
export interface TrackPoint extends LatLng {
  /** Milliseconds since 1970, UTC. */
  at: number;
  /** Number of the part of the file that it is of: between two parts the receiver was off. */
  segment: number;
}

/** Points of tracks, of routes, and those that stand alone (GPX 1.1). */
const pointNames = new Set(["trkpt", "rtept", "wpt"]);

/** A week of points every second has a tenth of it. */
export const mostOfTracks = { elements: 5_000_000, attributes: 20_000_000, characters: 2 ** 28 };

/**
 * The points of a GPX file that have a time, in the order of time. A time without a zone is UTC, as the format has it. Points
 * without a time, or with no place, are left out; a waypoint is a part of its own.
 * @throws GeodriftError `data` if it is no GPX with times
 */
export function readGpx(text: string): TrackPoint[] {
  const points: TrackPoint[] = [];
  let [segment, depth] = [0, 0];
  let isGpx = false;
  let open: { element: XmlElement; depth: number; at?: number } | undefined;
  walkXml(
    text,
    {
      open(element) {
        depth++;
        if (depth === 1) isGpx = element.name === "gpx";
        if (element.name === "trkseg" || element.name === "rte" || element.name === "wpt") segment++;
        if (pointNames.has(element.name)) open = { element, depth };
      },
      close(element, said) {
        if (open && element.name === "time" && depth === open.depth + 1) open.at = utcOf(said);
        if (open && depth === open.depth) {
          const [lat, lng] = ["lat", "lon"].map((name) => numberOf(open?.element.attributes.get(name)));
          const found = placeOrRefusal(lat, lng);
          if (open.at !== undefined && "place" in found) points.push({ ...found.place, at: open.at, segment });
          open = undefined;
        }
        depth--;
      },
    },
    (said) => `a GPX file is needed, this is none (${said})`,
    mostOfTracks,
  );
  if (!isGpx) throw new GeodriftError("data", "a GPX file is needed, this is none (its root is no gpx element)");
  if (points.length === 0) throw new GeodriftError("data", "holds no point that has a time");
  return points.sort((a, b) => a.at - b.at);
}

const numberOf = (text: string | undefined): number => (text?.trim() ? Number(text) : Number.NaN);

function utcOf(text: string): number | undefined {
  const time = timeOf(text);
  return time && time.takenAt - 60_000 * (time.utcOffsetMinutes ?? 0);
}

/** What the thread that reads a file answers. */
export type GpxMessage = { points: TrackPoint[] } | { thrown: ThrownElsewhere };
