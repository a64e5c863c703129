/** What the library knows that bears on a picture: pictures of about the same time, of the same folder, a track. */

import type { z } from "zod";
import { minutesBetween } from "../pictures/taken-time.js";
import type { knownPlaces as knownPlacesSchema } from "./contract.js";
import type { Library } from "./library.js";
import type { SaidPlace } from "./store/lists.js";
import { aroundTime } from "./tracks.js";

/** What is taken in besides a picture. */
export interface KnownOptions {
  /** Minutes: pictures taken so many before or after. */
  timeNeighbours?: number;
  /** Other pictures of the same folder. */
  album?: boolean;
  /** Tracks that were taken in. */
  track?: boolean;
  /** What the camera's clock is ahead of UTC, in minutes, where its files do not say. */
  clockMinutes?: number;
}

/** Places that bear on a picture, of one kind. */
export type KnownPlaces = z.infer<typeof knownPlacesSchema>[number];

type KnownPlace = KnownPlaces["places"][number];

/** A person's own track is hardly ever of another day; a folder often holds several journeys. */
const elsewhereOf: Partial<Record<KnownPlaces["kind"], number>> = { track: 0.001, album: 0.1 };

/** More pictures than these say no more. */
const most = 24;

/** How much later one was taken, minutes; undefined where a time is not known. */
function laterMinutes(
  a: Pick<SaidPlace, "takenAt" | "utcOffsetMinutes">,
  b: Pick<SaidPlace, "takenAt" | "utcOffsetMinutes">,
): number | undefined {
  const clock = ({ takenAt, utcOffsetMinutes }: typeof a) =>
    takenAt === null ? undefined : { takenAt, utcOffsetMinutes: utcOffsetMinutes ?? undefined };
  const [own, other] = [clock(a), clock(b)];
  return own && other && minutesBetween(own, other);
}

/**
 * What the library knows of where a picture was taken, besides the picture: places in degrees, with the minutes in
 * between. Nothing where nothing is known.
 * @param id number of the picture
 * @throws GeodriftError `not-found` if the library has no such picture
 */
export async function knownPlaces(library: Library, id: number, options: KnownOptions): Promise<KnownPlaces[]> {
  const { lists, pictures } = library.store;
  const own = await pictures.get(id);
  const { takenAt: time } = own;
  const all: KnownPlaces[] = [];
  const add = (
    kind: KnownPlaces["kind"],
    label: (n: number) => string,
    found: KnownPlace[],
    more: Pick<KnownPlaces, "apart"> = {},
  ) => {
    const elsewhere = elsewhereOf[kind];
    if (found.length > 0)
      all.push({
        kind,
        label: label(found.length),
        places: found,
        ...(elsewhere !== undefined && { elsewhere }),
        ...more,
      });
  };
  // A copy's place would be the picture's own.
  const others = (places: SaidPlace[]) => places.filter((p) => p.sha256 === null || p.sha256 !== own.sha256);
  const known = ({ picture, path, lat, lng, placeErrorMetres: e }: SaidPlace, minutes: number | undefined) => ({
    ...{ picture, path, lat, lng },
    ...(minutes !== undefined && { minutes }),
    ...(e !== null && { errorMetres: e }),
  });

  if (options.timeNeighbours !== undefined && time !== null) {
    const clock = { at: time, utcOffsetMinutes: own.utcOffsetMinutes };
    const said = await lists.saidAround(id, clock, 60_000 * options.timeNeighbours, most);
    const found = others(said).map((p) => known(p, laterMinutes(p, own) ?? 0));
    add(
      "time-neighbours",
      (n) => `${n} taken within ${Math.ceil(Math.abs(found.at(-1)?.minutes ?? 0))} minutes`,
      found,
    );
  }
  if (options.album) {
    const said = await lists.saidInAlbum(id, own.folder, own.album, time ?? 0, most);
    const found = others(said).map((p) => {
      return known(p, laterMinutes(p, own));
    });
    add("album", (n) => `${n} of the same folder`, found);
  }
  if (options.track && time !== null) {
    const offset = own.utcOffsetMinutes ?? options.clockMinutes ?? 0;
    const { places, apart } = await aroundTime(library, time - 60_000 * offset);
    const nearest = Math.min(...places.map((p) => Math.abs(p.minutes)));
    add("track", () => `a track, ${Math.ceil(nearest)} minutes away`, places, { apart });
  }
  return all;
}
