/** What pictures are asked for, and the real view of each: places or months that no training showed. */
import { Generator, toLatLng, uniformPoint } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { drawShotInto, type EarthSource, type Shot } from "../../earth/captioned-views.js";
import { months, type ViewFacts } from "../../earth/captions.js";
import { reliefMonth } from "../../earth/earth-rasters.js";
import { drawNear, isHeldOut } from "../../earth/held-out.js";
import { onLand } from "../../earth/raster.js";
import { drawShot } from "../../imagine/training-views.js";
import type { ImageModelDescription } from "../../models/schema.js";
import type { Picture } from "../../pictures/picture.js";

/**
 * A set of targets. `months`: places as in training, satellite views of months that no view showed (relief and lights
 * have no month); `places`: middles of held-out discs, kinds and months as in training.
 */
export type TargetSet = "months" | "places";

type Views = ImageModelDescription["views"];

/** Months that nothing of the training showed, two digits. The relief shows the land of one, where it was learned from. */
const unseenMonths = ({ heldOut, kinds }: Views): string[] =>
  heldOut.months.filter((month) => kinds.relief === 0 || month !== reliefMonth);

/**
 * The sets of targets that a training leaves room for.
 * @throws GeodriftError `data` if there is none
 */
export function targetSets({ name, views }: Pick<ImageModelDescription, "name" | "views">): TargetSet[] {
  const sets: TargetSet[] = [];
  if (unseenMonths(views).length > 0) sets.push("months");
  if (views.heldOut.discs.length > 0) sets.push("places");
  if (sets.length === 0)
    throw new GeodriftError("data", `${name} has seen every month and every place: there is nothing to judge it by`);
  return sets;
}

/** A view that a model is asked for, and what is known of it. */
export interface Target {
  /** Kind, place, ground width and month. */
  shot: Shot;
  facts: ViewFacts;
  /** A caption that tells all facts but the country. */
  words: string;
  /** The same with the country, where the vocabulary has it. */
  wordsWithName: string;
  /** The real view. */
  real: Picture;
}

/** A caption that tells all facts in one order. */
export function wordsOf({ kind, scale, climate, surface, season, month }: ViewFacts, country?: string): string {
  const when = [season, month === undefined ? undefined : months[month]].filter((w) => w !== undefined);
  const what = [...climate, surface].join(" ");
  const parts = [
    `${kind} view`,
    scale,
    `of ${what}`,
    country && `in ${country}`,
    when.length > 0 && `in ${when.join(" ")}`,
  ];
  return parts.filter((part) => part).join(" ");
}

/**
 * Draws `n` targets on land: of satellite views alone if `satellite`, else of the kinds in the shares of the training.
 * Each is a function of the seed, its set and its index.
 * @param source with all months of the training, and the held-out ones
 * @param size pixels along a side of the real views
 */
export function drawTargets(
  set: TargetSet,
  source: EarthSource,
  { views, vocabulary }: Pick<ImageModelDescription, "views" | "vocabulary">,
  size: number,
  n: number,
  { seed = 1, satellite = set === "months" } = {},
): Target[] {
  const { heldOut } = views;
  const choices = (set === "months" ? unseenMonths(views) : views.months).map((month) => Number(month) - 1);
  const rgba = new Uint8Array(4 * size * size);
  return Array.from({ length: n }, (_, i) => {
    const random = new Generator(views.seed, 1_000_003 + seed, set === "months" ? 0 : 1, i);
    let place = toLatLng(uniformPoint(random));
    if (set === "places") {
      const disc = heldOut.discs[random.integer(heldOut.discs.length)];
      do place = drawNear(disc, heldOut.testRadiusKm, random);
      while (!onLand(source.relief, place));
    } else
      while (!onLand(source.relief, place) || isHeldOut(heldOut, place) || Math.abs(place.lat) > 80)
        place = toLatLng(uniformPoint(random));
    const [least, most] = views.groundKm;
    const view = { place, heading: 0, widthKm: least * (most / least) ** random.uniform() };
    const u = satellite ? 1 : random.uniform();
    const { relief, night } = views.kinds;
    const shot: Shot =
      u < relief
        ? { ...view, kind: "relief" }
        : u < relief + night
          ? { ...view, kind: "night" }
          : { ...view, kind: "satellite", month: choices[random.integer(choices.length)] };
    const facts = drawShotInto(rgba, source, shot, size);
    const named = facts.country !== undefined && vocabulary.words.includes(facts.country) ? facts.country : undefined;
    return {
      shot,
      facts,
      words: wordsOf(facts),
      wordsWithName: wordsOf(facts, named),
      real: drawShot(source, shot, size),
    };
  });
}
