/** The rasters and views of the trainings that learn from captioned views, without what is held out. */
import { fibonacciSphere, toLatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import {
  type CaptionedViewsOptions,
  type EarthSource,
  fingerprintOf,
  readEarthSource,
} from "../earth/captioned-views.js";
import { openEarthFolder } from "../earth/earth-rasters.js";
import { drawDiscs } from "../earth/held-out.js";
import { onLand } from "../earth/raster.js";
import { countryAt, highSeas } from "../places/country.js";
import type { CaptionedConfig } from "./config.js";

/** What a training on captioned views draws from. */
export interface Captioned {
  source: EarthSource;
  /** The months of the source, two digits each. */
  months: string[];
  /** How views are drawn, with the held-out discs. */
  views: CaptionedViewsOptions;
  /** Fingerprint of the rasters. */
  data: string;
}

/**
 * Reads the rasters of a training, without the held-out months, and draws the held-out discs.
 * @throws GeodriftError `not-found` if the folder is missing, `data` if rasters are missing, every month is held out, or
 * the discs find no room
 */
export async function openCaptioned({ rasters, views, heldOut }: CaptionedConfig): Promise<Captioned> {
  const folder = await openEarthFolder(rasters);
  const months = folder.months.filter((m) => !heldOut.months.includes(m));
  if (months.length === 0) throw new GeodriftError("data", `${rasters}: every month there is held out`);
  const source = await readEarthSource(folder, months);
  const { discs, seed, ...held } = heldOut;
  return {
    source,
    months,
    views: {
      ...views,
      heldOut: { ...held, discs: drawDiscs(discs, held.radiusKm, seed, (place) => onLand(source.relief, place)) },
      countries: largeCountries(),
    },
    data: fingerprintOf(source),
  };
}

/** Countries with two of 40,000 even points, some 25,000 km² with their waters: what a caption may name. */
function largeCountries(): string[] {
  const counts = new Map<string, number>();
  for (const v of fibonacciSphere(40_000)) {
    const { lat, lng } = toLatLng(v);
    const country = countryAt(lat, lng);
    if (country !== highSeas) counts.set(country.name, (counts.get(country.name) ?? 0) + 1);
  }
  return [...counts].flatMap(([name, n]) => (n >= 2 ? [name] : []));
}
