/** `geodrift imagine` with a model of landmarks: an angle, or the place of a camera, becomes a picture. */
import { azimuthOf, closedVocabulary } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { aroundPlan, landmarkCaption, landmarkGridPlan, landmarkPicturesPlan } from "../imagine/landmark-plan.js";
import type { ImagineSettings, Plan } from "../imagine/plan.js";
import { loadLandmarkModel } from "../models/image-model.js";
import type { LandmarkModelDescription } from "../models/schema.js";
import { drawAndWrite, type ImagineFlags } from "./imagine-drawing.js";

/** Pictures around a landmark. */
const defaultFrames = 36;

/**
 * Makes pictures of a landmark, and writes them with a manifest.
 * @throws GeodriftError `option` for flags that make no sense, else as `drawAndWrite`
 */
export async function imagineLandmark(
  flags: ImagineFlags,
  args: readonly string[],
  description: LandmarkModelDescription,
  size: number,
): Promise<void> {
  const settings: ImagineSettings = {
    ...(flags.fill !== undefined && { fill: flags.fill }),
    guidance: { place: flags.guidePlace, words: flags.guideWords },
    steps: flags.steps,
    solver: flags.solver,
    size,
  };
  await drawAndWrite(flags, args, planOf(flags, description), settings, () => loadLandmarkModel(flags.model));
}

function planOf(flags: ImagineFlags, description: LandmarkModelDescription): Plan {
  const { average, walk, months, nearest, ground, places, around, frames, n, seed, words = [""] } = flags;
  const ofPlaces = {
    "--average": average,
    "--walk": walk,
    "--months": months,
    "--nearest": nearest,
    "--ground": ground,
    "--places": places,
  };
  for (const [flag, value] of Object.entries(ofPlaces))
    if (value !== undefined)
      throw new GeodriftError("option", `${flag} is for models of places, and ${description.name} is one of landmarks`);
  if (frames !== undefined && !around) throw new GeodriftError("option", "--frames is for --around");
  const azimuths = azimuthsOf(flags, description);
  const vocabulary = closedVocabulary(description.vocabulary);
  const captions = words.map((text) => landmarkCaption(description, vocabulary, text));
  const several = azimuths.length > 1 || captions.length > 1;
  if (around && several) throw new GeodriftError("option", "--around takes one azimuth to begin at, and one wording");
  if (n > 1 && (around || several))
    throw new GeodriftError("option", "-n is for pictures from one side; grids and walks around have one each");
  if (around) return aroundPlan(azimuths[0] ?? 0, captions[0], seed, frames ?? defaultFrames);
  if (!several) return landmarkPicturesPlan(azimuths[0], captions[0], seed, n);
  if (azimuths.length === 0) throw new GeodriftError("option", "an angle, --azimuth, is needed for a grid");
  return landmarkGridPlan(azimuths, captions, seed);
}

/** Sides, as they are asked for, or as cameras at places see them. */
function azimuthsOf({ azimuth = [], at = [], around }: ImagineFlags, description: LandmarkModelDescription): number[] {
  const asked = [...azimuth, ...at.map((place) => azimuthOf(description.landmarks[0].place, place))];
  if (description.angle === "untold" && (asked.length > 0 || around))
    throw new GeodriftError(
      "option",
      `--azimuth: ${description.name} is told words alone; a landmark's own model is told from which side`,
    );
  return asked;
}
