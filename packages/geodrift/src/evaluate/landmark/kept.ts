/** What a landmark's model has kept of what the general one knew. */
import type { Runtime } from "@geodrift/compile";
import { dualGuidance } from "@geodrift/core";
import { plainCaption, weathers } from "../../landmarks/captions.js";
import type { PhotoFolder } from "../../landmarks/photo-bank.js";
import type { MadePhoto } from "../../landmarks/photos-table.js";
import type { LoadedLandmarkModel } from "../../models/image-model.js";
import { type Figure, meanFigure } from "../figure.js";
import type { Judge } from "./judge.js";
import { part } from "./made-folder.js";
import { nameJudgeOf } from "./name-judge.js";
import { drawn, type LandmarkEvaluationOptions } from "./pictures.js";

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

/** What a model has kept of what the general one knew. */
export interface KeptRow {
  name: string;
  /** Share of pictures, of words alone, that show the landmark which the words name: others than its own. */
  others: Figure;
  /** Share that show the weather which the words name, of its own landmark. */
  weather: Figure;
}

/** Pictures of words alone that tell what a model has kept, of other landmarks, and of its own. */
export const keptPictures = 72;

/** What models make of words alone: do they show the landmark, and the weather, that the words name? */
export async function keptRows(
  { model, beside, general, runtime, report, advance }: LandmarkMeans,
  options: LandmarkEvaluationOptions,
  folders: readonly PhotoFolder<MadePhoto>[],
  own: PhotoFolder<MadePhoto>,
  angleJudge: Judge,
  size: number,
): Promise<KeptRow[]> {
  const training = folders.map((folder) => part(folder, "train"));
  const { judge } = await nameJudgeOf(training, size, options, runtime, report);
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
