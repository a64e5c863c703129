import { closedVocabulary } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { readEarthSource } from "../earth/captioned-views.js";
import { kindOf } from "../earth/captions.js";
import { openEarthFolder } from "../earth/earth-rasters.js";
import type { DrawnCell } from "../imagine/draw.js";
import { groundOf } from "../imagine/ground.js";
import {
  averagePlan,
  checkMonthsWords,
  gridPlan,
  type ImagineSettings,
  monthsPlan,
  type Plan,
  picturesPlan,
  walkPlan,
} from "../imagine/plan.js";
import { placesWithin } from "../imagine/region-places.js";
import { trainingViewsOf } from "../imagine/training-views.js";
import { conditionWords } from "../imagine/words.js";
import { readPrior } from "../locate/prior.js";
import { describePictureModel, type LoadedImageModel, loadImageModel } from "../models/image-model.js";
import { checkDrawing, drawAndWrite, type ImagineFlags } from "./imagine-drawing.js";
import { imagineLandmark } from "./imagine-landmark.js";

/**
 * Makes pictures, and writes them with a manifest.
 * @param args the command line, for the manifest
 * @throws GeodriftError `option` for flags that make no sense, `model` for a model that cannot be opened, `disk` if a
 * file cannot be written
 */
export async function runImagine(flags: ImagineFlags, args: readonly string[]): Promise<void> {
  const description = await describePictureModel(flags.model);
  const size = checkDrawing(flags, description);
  if (description.method === "landmark") return imagineLandmark(flags, args, description, size);
  const ofLandmarks = [flags.azimuth && "--azimuth", flags.around && "--around", flags.fill !== undefined && "--fill"];
  for (const flag of ofLandmarks)
    if (flag)
      throw new GeodriftError("option", `${flag} is for models of landmarks, and ${description.name} is one of places`);
  if (flags.frames !== undefined && !flags.walk) throw new GeodriftError("option", "--frames is for --walk");
  if (flags.places !== undefined && flags.average === undefined)
    throw new GeodriftError("option", "--places is for --average");
  const vocabulary = closedVocabulary(description.vocabulary);
  const words = flags.words?.map((text) => conditionWords(vocabulary, text, description.name));
  if (flags.months) checkMonthsWords(vocabulary.read(words?.[0] ?? ""));
  const plan = await planOf({ ...flags, words });
  for (const { words: caption } of plan.cells) vocabulary.read(caption ?? "");
  const wordings = (words ?? []).map((text) => vocabulary.read(text ?? ""));
  const settings: ImagineSettings = {
    groundKm: groundOf(flags.ground, wordings, description.views.groundKm),
    guidance: { place: flags.guidePlace, words: flags.guideWords },
    steps: flags.steps,
    solver: flags.solver,
    size,
  };
  const views = flags.nearest;
  await drawAndWrite(flags, args, plan, settings, () => loadImageModel(flags.model), {
    alike: views === undefined ? undefined : (model) => viewsOf(views, plan, model),
  });
}

/**
 * What finds, for each picture of one place, the training view that it is most like.
 * @throws GeodriftError if rasters are missing, or others than the model's
 */
async function viewsOf(rasters: string, { cells }: Plan, { description, words }: LoadedImageModel) {
  if (cells.every(({ places }) => places.length !== 1))
    throw new GeodriftError("option", "--nearest compares pictures of one place with the training views near it");
  const seen = description.views.kinds;
  for (const { words: caption } of cells) {
    const kind = kindOf(words.read(caption ?? ""));
    if ((kind === "relief" || kind === "night") && seen[kind] === 0)
      throw new GeodriftError("option", `--nearest: ${description.name} has learned from no ${kind} views`);
  }
  const folder = await openEarthFolder(rasters);
  const views = trainingViewsOf(await readEarthSource(folder, folder.months), description);
  return (drawn: readonly DrawnCell[]) =>
    drawn.flatMap(({ cell, picture }) => {
      const [place, ...others] = cell.places;
      if (!place || others.length > 0) return [];
      const view = views.nearest(picture, place, kindOf(words.read(cell.words ?? "")));
      return view ? [{ cell, picture, view }] : [];
    });
}

/** Of a walk, and of a region that is averaged over. */
const [defaultFrames, defaultPlaces] = [24, 24];

async function planOf({
  at = [],
  words = [],
  average,
  walk,
  months,
  n,
  seed,
  frames = defaultFrames,
  places = defaultPlaces,
}: Omit<ImagineFlags, "words"> & { words?: (string | undefined)[] }): Promise<Plan> {
  const kinds = [average !== undefined && "--average", walk && "--walk", months && "--months"].filter((k) => k);
  if (kinds.length > 1) throw new GeodriftError("option", `${kinds.join(" and ")} exclude each other`);
  const [kind] = kinds;
  if (kind && (at.length > 1 || words.length > 1))
    throw new GeodriftError("option", `${kind} takes one place and one wording`);
  if (n > 1 && (kind === "--walk" || kind === "--months" || at.length > 1 || words.length > 1))
    throw new GeodriftError("option", "-n is for pictures of one place; grids, walks and months have one each");
  if (average !== undefined) {
    if (at.length > 0) throw new GeodriftError("option", "--average has its places from the region, without --at");
    // Places of a table, or of photographs, make a density that is nowhere zero: no region.
    if (/\.csv$/i.test(average) || average === "photos")
      throw new GeodriftError(
        "option",
        `--average: a region is needed, a country, within:KM:LAT,LNG, or a .geojson file, got "${average}"`,
      );
    const { prior } = await readPrior(average).catch((e: Error) => {
      throw new GeodriftError(
        "option",
        e.message.replace(
          /^--prior: .* is needed/,
          "--average: a region is needed, a country, within:KM:LAT,LNG, or a .geojson file",
        ),
      );
    });
    const found = placesWithin(prior, places);
    if (found.length < places)
      process.stderr.write(
        `geodrift: --average ${average}: so small a region has ${found.length} of ${places} places\n`,
      );
    return averagePlan(found, words[0], seed, n);
  }
  if (walk) {
    if (at.length === 0) throw new GeodriftError("option", "--walk goes from --at LAT,LNG to its own place");
    return walkPlan(at[0], walk, words[0], seed, frames);
  }
  if (at.length === 0 && words.every((text) => text === undefined))
    throw new GeodriftError("option", "a place, --at LAT,LNG, or --words, or both, are needed");
  if (months) return monthsPlan(at[0], words[0], seed);
  if (at.length > 1 || words.length > 1) {
    if (at.length === 0) throw new GeodriftError("option", "a place, --at LAT,LNG, is needed for a grid");
    return gridPlan(at, words.length > 0 ? words : [undefined], seed);
  }
  return picturesPlan(at[0], words[0], seed, n);
}
