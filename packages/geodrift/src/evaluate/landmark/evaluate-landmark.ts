/**
 * How well a landmark's model hears the angle (Feng et al. 2025, table 2): a judge that has learned from the photographs reads the side
 * off pictures of every bin, beside what the general model makes of words, and the photographs themselves.
 */
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { angleBetween, azimuthBins, binOf, dualGuidance, type GuidanceTerm } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { pictureOfPlanes } from "../../imagine/draw.js";
import { plainCaption, sides, weathers } from "../../landmarks/captions.js";
import { bytePlanesInto, type PhotoFolder, photoBank } from "../../landmarks/photo-bank.js";
import { type MadePhoto, readMadePhotos, readPhotographed, seenFrom } from "../../landmarks/photos-table.js";
import type { LoadedLandmarkModel } from "../../models/image-model.js";
import type { Picture } from "../../pictures/picture.js";
import { type Figure, meanFigure } from "../figure.js";
import { type AngleFigures, angleFigures, confusion } from "./angles.js";
import { type Judge, type Labelled, type LabelPictures, trainJudge } from "./judge.js";

/** How a landmark's model is evaluated. */
export interface LandmarkEvaluationOptions {
  /** Pictures of every bin. */
  n: number;
  seed: number;
  steps: number;
  solver: string;
  /** Scales of the guidance by words and by the angle. */
  guidance: { words: number; place: number };
  /** Times that the judge sees every photograph. */
  epochs: number;
  /** Where judges are kept. */
  work: string;
}

/** What an evaluation works with. */
export interface LandmarkMeans {
  model: LoadedLandmarkModel;
  /** Others of the same landmark, such as one without prior preservation. */
  beside: readonly LoadedLandmarkModel[];
  /** The general model, told words alone. */
  general?: LoadedLandmarkModel;
  /** Folders of photographs: the landmark's own, and other ones. */
  photographs: readonly string[];
  runtime: Runtime;
  report(line: string): void;
  /** So many pictures more are drawn. */
  advance(pictures: number): void;
}

/** A row of table 2. */
export interface AngleRow {
  name: string;
  figures: AngleFigures;
  /** Accuracy as a share of that of held-out photographs. */
  ofCeiling: number;
}

/** What a model has kept of what the general one knew. */
export interface KeptRow {
  name: string;
  /** Share of pictures, of words alone, that show the landmark which the words name: others than its own. */
  others: Figure;
  /** Share that show the weather which the words name, of its own landmark. */
  weather: Figure;
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

/** Pictures of words alone that tell what a model has kept, of other landmarks, and of its own. */
const keptPictures = 72;

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
  const folders = await Promise.all(
    means.photographs.map(
      async (folder): Promise<PhotoFolder<MadePhoto>> => ({
        folder,
        shown: await readPhotographed(folder),
        photos: await readMadePhotos(folder),
      }),
    ),
  );
  const own = folders.find(({ shown }) => shown.name === landmark.name);
  if (!own) throw new GeodriftError("data", `none of the folders has photographs of ${landmark.title}`);
  const training = part(own, "train");
  const learned = await photoBank([training], [size], { bins: true });
  const angleJudge = await trainJudge(
    {
      n: learned.bank.n,
      pixels: learned.bank.pixels[size],
      labels: { angle: Int32Array.from(learned.bank.azimuths, binOf), weather: weatherOf(training.photos) },
    },
    {
      size,
      labels: { angle: azimuthBins, weather: weathers.length },
      epochs: options.epochs,
      seed: options.seed,
      data: learned.fingerprints.join(),
      file: join(options.work, `judge-${landmark.name}.safetensors`),
    },
    runtime,
    report,
  );
  try {
    const test = part(own, "test");
    const held = await photoBank([test], [size], { bins: false });
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
        const terms = asked.map((a) => dualGuidance(`${caption}, ${sideOf(a, front)}`, [], options.guidance));
        await judged("words with front, side, back", await drawn(general, terms, drawing));
      }
    }
    await judged("nearest training photographs", nearestPhotographs(learned.bank, size, asked, training));
    const ours = await drawn(
      model,
      asked.map((a) => dualGuidance(caption, [a], options.guidance)),
      drawing,
    );
    await judged(model.description.name, ours);
    for (const other of beside)
      await judged(
        other.description.name,
        await drawn(
          other,
          asked.map((a) => dualGuidance(caption, other.description.angle === "told" ? [a] : [], options.guidance)),
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

const part = <P extends MadePhoto>(folder: PhotoFolder<P>, split: "train" | "test"): PhotoFolder<P> => {
  const photos = folder.photos.filter((photo) => photo.split === split);
  if (photos.length === 0)
    throw new GeodriftError(
      "data",
      `${folder.folder}: has no photographs ${split === "train" ? "for trainings" : "that are held out"}`,
    );
  return { ...folder, photos };
};

/** The weather that captions tell; −1 where they do not. */
const weatherOf = (photos: readonly MadePhoto[]): Int32Array =>
  Int32Array.from(photos, ({ caption }) => weathers.findIndex((weather) => caption.includes(weather)));

/** The word for the side that is seen, as people say it: within 45° of the front, or of the back. */
function sideOf(azimuth: number, front: number): string {
  const apart = angleBetween(azimuth, front);
  return sides[apart < 45 ? 0 : apart > 135 ? 2 : 1];
}

interface Drawing {
  options: LandmarkEvaluationOptions;
  size: number;
  advance(pictures: number): void;
}

/** Draws a picture for every list of terms, each from a noise of its own. */
async function drawn(
  { model }: LoadedLandmarkModel,
  terms: readonly GuidanceTerm[][],
  { options: { seed, steps, solver }, size, advance }: Drawing,
): Promise<LabelPictures> {
  const area = 3 * size * size;
  const pixels = new Uint8Array(terms.length * area);
  for (const [i, own] of terms.entries()) {
    for await (const state of model.draw({ terms: own, size, seed: seed + i, steps, solver }))
      if (state.step === state.steps) bytePlanesInto(pixels, i * area, pictureOfPlanes(state.picture, size).data);
    advance(1);
  }
  return { n: terms.length, pixels };
}

/** For every asked azimuth a training photograph from about there: the nearest for the first, the next for the next. */
function nearestPhotographs(
  { pixels }: { pixels: Record<number, Uint8Array> },
  size: number,
  asked: readonly number[],
  { shown, photos }: PhotoFolder,
): LabelPictures {
  const area = 3 * size * size;
  const out = new Uint8Array(asked.length * area);
  const azimuths = photos.map((photo) => seenFrom(shown, photo).azimuth);
  const taken = new Map<number, number>();
  asked.forEach((a, i) => {
    const order = taken.get(a) ?? 0;
    taken.set(a, order + 1);
    const sorted = azimuths
      .map((_, k) => k)
      .sort((p, q) => angleBetween(azimuths[p], a) - angleBetween(azimuths[q], a));
    const k = sorted[Math.min(order, sorted.length - 1)];
    out.set(pixels[size].subarray(k * area, (k + 1) * area), i * area);
  });
  return { n: asked.length, pixels: out };
}

function pictureAt({ pixels }: LabelPictures, size: number, k: number): Picture {
  const area = size * size;
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = pixels[(3 * k + c) * area + i];
  return { width: size, height: size, data };
}

/** What models make of words alone: do they show the landmark, and the weather, that the words name? */
async function keptRows(
  { model, beside, general, runtime, report, advance }: LandmarkMeans,
  options: LandmarkEvaluationOptions,
  folders: readonly PhotoFolder<MadePhoto>[],
  own: PhotoFolder<MadePhoto>,
  angleJudge: Judge,
  size: number,
): Promise<KeptRow[]> {
  const training = folders.map((folder) => part(folder, "train"));
  const { bank, fingerprints } = await photoBank(training, [size], { bins: true });
  const names = Int32Array.from(training.flatMap(({ photos }, k) => photos.map(() => k)));
  const labelled: Labelled = { n: bank.n, pixels: bank.pixels[size], labels: { name: names } };
  const judge = await trainJudge(
    labelled,
    {
      size,
      labels: { name: folders.length },
      epochs: Math.max(1, Math.round(options.epochs / folders.length)),
      seed: options.seed,
      data: fingerprints.join(),
      file: join(options.work, "judge-names.safetensors"),
    },
    runtime,
    report,
  );
  const drawing = { options, size, advance };
  const others = folders.flatMap((folder, k) => (folder === own ? [] : [k]));
  const asked = Array.from({ length: keptPictures }, (_, i) => others[i % others.length]);
  const weather = Array.from({ length: keptPictures }, (_, i) => i % weathers.length);
  try {
    const rows: KeptRow[] = [];
    for (const one of [...(general ? [general] : []), model, ...beside]) {
      const words = (text: string) => dualGuidance(text, [], options.guidance);
      const ofOthers = await drawn(
        one,
        asked.map((k) => words(plainCaption(folders[k].shown.title))),
        drawing,
      );
      const ofWeather = await drawn(
        one,
        weather.map((w) => words(`${plainCaption(own.shown.title)}, ${weathers[w]}`)),
        drawing,
      );
      const [{ name }, read] = [await judge.read(ofOthers), await angleJudge.read(ofWeather)];
      rows.push({
        name: one.description.name,
        others: meanFigure(asked.map((k, i) => Number(name[i] === k))),
        weather: meanFigure(weather.map((w, i) => Number(read.weather[i] === w))),
      });
    }
    return rows;
  } finally {
    await judge.dispose();
  }
}
