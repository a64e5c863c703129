/**
 * How well a landmark's model hears the angle (Feng et al. 2025, table 2): a judge that has learned from the photographs reads the side
 * off pictures of every bin, beside what the general model makes of words, and the photographs themselves.
 */
import { angleBetween, azimuthBins, dualGuidance } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { plainCaption, sideSeen } from "../../landmarks/captions.js";
import { photoBank } from "../../landmarks/photo-bank.js";
import { toldAzimuth } from "../../models/image-model.js";
import type { Picture } from "../../pictures/picture.js";
import { angleJudgeOf } from "./angle-judge.js";
import { type AngleFigures, angleFigures, confusion } from "./angles.js";
import type { LabelPictures } from "./judge.js";
import { type KeptRow, keptPictures, keptRows, type LandmarkMeans } from "./kept.js";
import { madeFolder, part } from "./made-folder.js";
import { drawn, type LandmarkEvaluationOptions, nearestPhotographs, pictureAt } from "./pictures.js";

/** A row of table 2. */
export interface AngleRow {
  name: string;
  figures: AngleFigures;
  /** Accuracy as a share of that of held-out photographs. */
  ofCeiling: number;
}

/** An evaluation of a landmark's model. */
export interface LandmarkEvaluation {
  landmark: string;
  model: { name: string; sha256: string };
  options: LandmarkEvaluationOptions;
  rows: AngleRow[];
  kept: KeptRow[];
  /** The judge's own confusion on held-out photographs, [36][36]. */
  confusion: number[][];
  /** Pictures of ours by azimuth, and held-out photographs from about there. */
  examples: { azimuth: number; made: Picture[]; photograph: Picture }[];
}

/** Sides of the examples, and pictures of each. */
const [exampleSides, exampleCount] = [12, 3];
const binDegrees = 360 / azimuthBins;

/** Number of pictures that an evaluation draws. */
export const picturesDrawn = (n: number, beside: number, general: boolean, others: number): number =>
  azimuthBins * n * (1 + beside + (general ? 2 : 0)) +
  (others > 0 ? keptPictures * (1 + beside + (general ? 1 : 0)) * 2 : 0);

/**
 * Evaluates a landmark's model on photographs whose truth is known.
 * @throws GeodriftError `data` if no folder has photographs of the landmark, or their truth is not known
 */
export async function evaluateLandmark(
  means: LandmarkMeans,
  options: LandmarkEvaluationOptions,
): Promise<LandmarkEvaluation> {
  const { model, beside, general, runtime, report } = means;
  const [landmark, ...more] = model.description.landmarks;
  if (more.length > 0)
    throw new GeodriftError(
      "option",
      `${model.description.name} has learned several landmarks, and a landmark's own model is needed`,
    );
  const size = Math.max(...model.description.network.sizes);
  const folders = await Promise.all(means.photographs.map(madeFolder));
  const own = folders.find(({ shown }) => shown.name === landmark.name);
  if (!own) throw new GeodriftError("data", `none of the folders has photographs of ${landmark.title}`);
  const training = part(own, "train");
  const { judge: angleJudge, bank } = await angleJudgeOf(training, size, options, runtime, report);
  try {
    const test = part(own, "test");
    const held = await photoBank([test], [size]);
    const truth = test.photos.map((photo) => photo.truth.camera.azimuth);
    const heldPictures = { n: held.bank.n, pixels: held.bank.pixels[size] };
    const seen = (await angleJudge.read(heldPictures)).angle;
    const ceiling = angleFigures(truth, seen);
    const asked = Array.from({ length: azimuthBins * options.n }, (_, i) => Math.floor(i / options.n) * binDegrees);
    const rows: AngleRow[] = [];
    const add = (name: string, figures: AngleFigures) =>
      rows.push({ name, figures, ofCeiling: figures.right.value / ceiling.right.value });
    const judged = async (name: string, pictures: LabelPictures) =>
      add(name, angleFigures(asked, (await angleJudge.read(pictures)).angle));
    const drawing = { options, size, advance: means.advance };
    const caption = plainCaption(landmark.title);
    if (general) {
      const words = () => dualGuidance(caption, [], options.guidance);
      await judged("words alone", await drawn(general, asked.map(words), drawing));
      if (own.shown.facing !== undefined) {
        const front = own.shown.facing;
        const terms = asked.map((a) => dualGuidance(`${caption}, ${sideSeen(a, front)}`, [], options.guidance));
        await judged("words with front, side, back", await drawn(general, terms, drawing));
      }
    }
    await judged("nearest training photographs", nearestPhotographs(bank, size, asked, training));
    const ours = await drawn(
      model,
      asked.map((a) => dualGuidance(caption, [toldAzimuth(model.description, a)], options.guidance)),
      drawing,
    );
    await judged(model.description.name, ours);
    for (const other of beside)
      await judged(
        other.description.name,
        await drawn(
          other,
          asked.map((a) =>
            dualGuidance(
              caption,
              other.description.angle === "told" ? [toldAzimuth(other.description, a)] : [],
              options.guidance,
            ),
          ),
          drawing,
        ),
      );
    add("held-out photographs: the ceiling", ceiling);
    return {
      landmark: landmark.title,
      model: { name: model.description.name, sha256: model.sha256 },
      options,
      rows,
      kept: folders.length > 1 ? await keptRows(means, options, folders, own, angleJudge, size) : [],
      confusion: confusion(truth, seen),
      examples: Array.from({ length: exampleSides }, (_, k) => {
        const bin = (k * azimuthBins) / exampleSides;
        const azimuth = bin * binDegrees;
        const nearest = truth.reduce(
          (best, a, i) => (angleBetween(a, azimuth) < angleBetween(truth[best], azimuth) ? i : best),
          0,
        );
        return {
          azimuth,
          made: Array.from({ length: Math.min(exampleCount, options.n) }, (_, i) =>
            pictureAt(ours, size, bin * options.n + i),
          ),
          photograph: pictureAt(heldPictures, size, nearest),
        };
      }),
    };
  } finally {
    await angleJudge.dispose();
  }
}
