/**
 * Views with captions: what the way back, from a place and words to a picture, learns from. Each is a function of seed
 * and index.
 */
import { createHash } from "node:crypto";
import { Generator, type LatLng, toLatLng, uniformPoint } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { countryAt, highSeas } from "../places/country.js";
import { captionOf, climateWords, scaleOf, seasonOf, surfaceOf, type ViewFacts, type ViewKind } from "./captions.js";
import type { EarthFolder } from "./earth-rasters.js";
import { type HeldOut, isHeldOut } from "./held-out.js";
import { type Mask, onLand, pixelAt, type Raster } from "./raster.js";
import { renderViewInto, type View } from "./view.js";

/** The rasters that captioned views are cut from. */
export interface EarthSource {
  /** Rasters by month, 0 is January; some may be missing. */
  months: ReadonlyMap<number, Raster>;
  /** Shaded relief with the sea floor. */
  relief: Raster;
  /** Lights at night. */
  night: Raster;
  /** Köppen–Geiger classes, 0 … 30. */
  climate: Mask;
}

/** How captioned views are drawn. */
export interface CaptionedViewsOptions {
  /** Every view is a function of the seed and its index. */
  seed: number;
  /** Least and greatest ground width, km; uniform in the logarithm. */
  groundKm: readonly [number, number];
  /** Share of the views, 0 … 1, whose centre lies on land; the others are anywhere. Both uniform in area. */
  land: number;
  /** Shares of the kinds of views, 0 … 1; satellite views are the rest. */
  kinds: { relief: number; night: number };
  /** No view has its centre in a held-out disc. */
  heldOut: HeldOut;
  /** Countries that captions may name. */
  countries: readonly string[];
}

/** A view, what is known of it, and a caption that tells some of that. */
export interface CaptionedView {
  view: View;
  facts: ViewFacts;
  /** Tells some of the facts; the country only where captions may name it. */
  caption: string;
}

/**
 * Reads the rasters of a folder.
 * @param months which of the folder's months, two digits each
 * @throws GeodriftError `data` if a raster is missing, or not twice as wide as high
 */
export async function readEarthSource(folder: EarthFolder, months: readonly string[]): Promise<EarthSource> {
  const land = await folder.land();
  const byMonth = new Map<number, Raster>();
  for (const month of months) byMonth.set(Number(month) - 1, await folder.month(month, land));
  return {
    months: byMonth,
    relief: await folder.relief(land),
    night: await folder.night(land),
    climate: await folder.climate(),
  };
}

/** Beyond this latitude the relief is smeared: no view from there. */
const reliefLimit = 80;

/** Hash of the rasters, 16 hexadecimal digits: another folder of rasters has another one. */
export function fingerprintOf({ months, relief, night, climate }: EarthSource): string {
  const hash = createHash("sha256");
  for (const { name, sha256 } of [...months.values(), relief, night]) hash.update(`${name} ${sha256}\n`);
  return hash.update(climate.data).digest("hex").slice(0, 16);
}

/**
 * The source with some of its months alone, in their order.
 * @param months two digits each
 * @throws GeodriftError `data` for a month that is not there
 */
export function withMonths(source: EarthSource, months: readonly string[]): EarthSource {
  const own = months.map((month): [number, Raster] => {
    const raster = source.months.get(Number(month) - 1);
    if (!raster) throw new GeodriftError("data", `there is no raster of month ${month}`);
    return [Number(month) - 1, raster];
  });
  return { ...source, months: new Map(own) };
}

const anyMonth = ({ months }: EarthSource): Raster => months.values().next().value as Raster;

/** What a view shows: where, how wide, of what kind, in which month. */
export interface Shot extends View {
  kind: ViewKind;
  /** 0 is January; of satellite views alone. */
  month?: number;
}

/**
 * The shot with index `i`, a function of the options' seed and of `i` alone, and the generator that its caption is drawn
 * from.
 */
export function shotAt(
  source: EarthSource,
  options: CaptionedViewsOptions,
  i: number,
): { shot: Shot; random: Generator } {
  const random = new Generator(options.seed, i);
  const raster = anyMonth(source);
  const land = random.uniform() < options.land;
  let place: LatLng;
  do place = toLatLng(uniformPoint(random));
  while ((land && !onLand(raster, place)) || isHeldOut(options.heldOut, place));
  const [least, most] = options.groundKm;
  const widthKm = least * (most / least) ** random.uniform();
  const { relief, night } = options.kinds;
  const u = random.uniform();
  const month = [...source.months.keys()][random.integer(source.months.size)];
  const view = { place, heading: 0, widthKm };
  if (u < relief && Math.abs(place.lat) < reliefLimit) return { shot: { ...view, kind: "relief" }, random };
  if (u >= relief && u < relief + night) return { shot: { ...view, kind: "night" }, random };
  return { shot: { ...view, kind: "satellite", month }, random };
}

/**
 * Draws a shot as RGBA (alpha: share of land) into `out`, and says what is known of it.
 * @param out 8-bit, [size, size, 4], rows from the top
 * @param size pixels along a side
 * @throws GeodriftError `data` for a month that is not at hand
 */
export function drawShotInto(out: Uint8Array, source: EarthSource, shot: Shot, size: number): ViewFacts {
  const raster = shot.kind === "satellite" ? source.months.get(shot.month ?? 0) : source[shot.kind];
  if (!raster) throw new GeodriftError("data", `there is no raster of month ${(shot.month ?? 0) + 1}`);
  renderViewInto(out, raster, shot, size);
  let land = 0;
  for (let i = 3; i < out.length; i += 4) land += out[i];
  const { place, widthKm, kind, month } = shot;
  const country = countryAt(place.lat, place.lng);
  return {
    kind,
    surface: surfaceOf(land / 255 / (size * size)),
    scale: scaleOf(widthKm),
    climate: climateWords(source.climate.data[pixelAt(source.climate, place)]),
    country: country === highSeas || !onLand(raster, place) ? undefined : country.name,
    month,
    season: month === undefined ? undefined : seasonOf(month, place),
  };
}

/**
 * Draws view `i` into `out`, and gives its caption.
 * @param out 8-bit RGBA, [size, size, 4], rows from the top
 * @param size pixels along a side
 */
export function drawCaptionedInto(
  out: Uint8Array,
  source: EarthSource,
  options: CaptionedViewsOptions,
  i: number,
  size: number,
): CaptionedView {
  const { shot, random } = shotAt(source, options, i);
  const facts = drawShotInto(out, source, shot, size);
  const named = facts.country !== undefined && options.countries.includes(facts.country);
  return { view: shot, facts, caption: captionOf(named ? facts : { ...facts, country: undefined }, random) };
}
