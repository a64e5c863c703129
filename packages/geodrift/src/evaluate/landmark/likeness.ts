/**
 * Stand-ins for two scores of the paper's third table (Feng et al. 2025), under names of their own, as the networks that those rest on are
 * not here: what a field is taken for, by a network that tells landmarks apart, and how well a small one tells it from photographs. Both
 * see the landmark alone: the field as the cameras of held-out photographs would, the photographs with what is around the landmark's
 * shape painted over, before the same skies.
 */
import type { Runtime } from "@geodrift/compile";
import type { FieldGrid, Renderer, UprightCamera } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { paintBehind, readBehind } from "../../landmarks/behind.js";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { photoBank } from "../../landmarks/photo-bank.js";
import { isThere, rasterise } from "../../landmarks/rasterise.js";
import { cameraInUnits } from "../../lift/posed-photos.js";
import { type Figure, meanFigure } from "../figure.js";
import type { AngleJudgeOptions } from "./angle-judge.js";
import { type Judge, type LabelPictures, trainJudge } from "./judge.js";
import { madeFolder, part } from "./made-folder.js";
import { nameJudgeOf } from "./name-judge.js";

/** How like the landmark pictures are. */
export interface Likeness {
  /** Probability of its name, of a picture: 1 is best. */
  named: Figure;
  /** Share that is told from photographs: ½ is best. */
  told: Figure;
}

/** A view of the landmark: a photograph's camera, metres, and what is behind, [3, size, size] in 0 … 1. */
interface View {
  camera: UprightCamera;
  behind: Float32Array;
}

/** Who looks, and at what. */
export interface LikenessMeans {
  names: Judge;
  /** Which of the names is the landmark's. */
  own: number;
  views: readonly View[];
  /** Of each view the photograph itself, painted over around the landmark. */
  photographs: LabelPictures;
  /** What photographs are taken for, and how like them the landmark's own shape is: what a field can come to. */
  best: { named: Figure; shape: Likeness };
  /** What all of this is made of: a name for it. */
  data: string;
}

/** Pixels along a side, photographs that are looked at, and how many times as fine the landmark's shape is cut out. */
const [size, count, finer] = [64, 120, 2];
/** Parts of the pictures, each told by what the others have taught, and times that they teach it. */
const [folds, epochs] = [5, 40];

/**
 * What likenesses are told by.
 * @param folders photographs that were made, of the landmark and of others
 * @throws GeodriftError `option` if two folders are of one landmark, `data` if hardly any photograph is held out; for photographs that
 * cannot be used
 */
export async function likenessMeans(
  folders: readonly string[],
  landmark: string,
  { mesh }: LandmarkShape,
  judging: AngleJudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<LikenessMeans> {
  const all = await Promise.all(folders.map(madeFolder));
  const own = all.findIndex(({ shown }) => shown.name === landmark);
  const names = all.map(({ shown }) => shown.name);
  if (own < 0 || new Set(names).size < names.length)
    throw new GeodriftError(
      "option",
      `--photographs: a folder of ${landmark}, and of other landmarks one each, are needed, got ${names.join(", ")}`,
    );
  const training = all.map((folder) => part(folder, "train"));
  const held = part(all[own], "test");
  const test = { ...held, photos: held.photos.slice(0, count) };
  if (test.photos.length < folds)
    throw new GeodriftError(
      "data",
      `${test.folder}: at least ${folds} held-out photographs are needed, got ${test.photos.length}`,
    );
  const { bank, fingerprints } = await photoBank([test], [size]);
  const area = size * size;
  const pixels = new Uint8Array(bank.n * 3 * area);
  const shapes = { n: bank.n, pixels: new Uint8Array(pixels.length) };
  const views = test.photos.map((photo, k): View => {
    const { camera } = photo.truth;
    const from = k * 3 * area;
    pixels.set(bank.pixels[size].subarray(from, from + 3 * area), from);
    const planes = Float32Array.from(pixels.subarray(from, from + 3 * area), (v) => v / 255);
    const behind = paintBehind(readBehind(planes, size, camera), camera, size);
    const { albedo, depth } = rasterise(mesh, camera, finer * size);
    for (let at = 0; at < area; at++) {
      const [x, y] = [at % size, Math.floor(at / size)];
      const parts = Array.from(
        { length: finer ** 2 },
        (_, i) => (finer * y + Math.floor(i / finer)) * finer * size + finer * x + (i % finer),
      );
      const there = parts.filter((part) => isThere(depth[part]));
      for (let c = 0; c < 3; c++) {
        const to = from + c * area + at;
        if (there.length === 0) pixels[to] = Math.round(255 * behind[c * area + at]);
        const own = there.reduce((sum, part) => sum + albedo[3 * part + c], 0);
        shapes.pixels[to] = Math.round(
          (255 * (own + (parts.length - there.length) * behind[c * area + at])) / parts.length,
        );
      }
    }
    return { camera, behind };
  });
  const photographs = { n: bank.n, pixels };
  const { judge, data } = await nameJudgeOf(training, size, judging, runtime, report);
  const like = { names: judge, own, views, photographs, data: `${data} ${fingerprints.join()}` };
  try {
    const named = await namedIn(judge, own, photographs);
    return { ...like, best: { named, shape: await likenessTo(like, shapes, runtime) } };
  } catch (e) {
    await judge.dispose();
    throw e;
  }
}

/** Probability of a name, of pictures. */
async function namedIn(names: Judge, own: number, pictures: LabelPictures): Promise<Figure> {
  const { name } = await names.weigh(pictures);
  const all = name.length / pictures.n;
  return meanFigure(Float64Array.from({ length: pictures.n }, (_, i) => name[i * all + own]));
}

/** How like the landmark pictures from the views are. */
const likenessTo = async (
  { names, own, photographs }: Pick<LikenessMeans, "names" | "own" | "photographs">,
  pictures: LabelPictures,
  runtime: Runtime,
): Promise<Likeness> => ({
  named: await namedIn(names, own, pictures),
  told: await toldApart(pictures, photographs, runtime),
});

/**
 * Looks at a field.
 * @param unitM metres of half the field's box's width
 */
export async function likenessOf(
  grid: FieldGrid,
  unitM: number,
  renderer: Renderer,
  means: LikenessMeans,
  runtime: Runtime,
): Promise<Likeness> {
  const area = 3 * size * size;
  const { views } = means;
  const pixels = new Uint8Array(views.length * area);
  for (const [k, { camera, behind }] of views.entries()) {
    const view = { camera: cameraInUnits(camera, { unitM }), size, planes: 2 * grid.across };
    const { picture } = await renderer.render(grid, view, behind);
    for (let i = 0; i < area; i++)
      pixels[k * area + i] = Math.round(255 * Math.min(1, Math.max(0, (picture[i] + 1) / 2)));
  }
  return likenessTo(means, { n: views.length, pixels }, runtime);
}

/**
 * Share of pictures that a small network tells from those of another set, from parts of both that it has not learned from.
 * @param a five or more, and as many of `b`
 */
export async function toldApart(a: LabelPictures, b: LabelPictures, runtime: Runtime): Promise<Figure> {
  const area = a.pixels.length / a.n;
  const side = Math.sqrt(area / 3);
  const each = [a, b].flatMap(({ n, pixels }, set) =>
    Array.from({ length: n }, (_, i) => ({ set, fold: i % folds, pixels: pixels.subarray(i * area, (i + 1) * area) })),
  );
  const right: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const [learned, held] = [each.filter((e) => e.fold !== fold), each.filter((e) => e.fold === fold)];
    const set = Int32Array.from(learned, (e) => e.set);
    const options = { size: side, labels: { set: 2 }, epochs, seed: fold, data: "" };
    const judge = await trainJudge({ ...together(learned), labels: { set } }, options, runtime, () => {});
    try {
      const read = await judge.read(together(held));
      right.push(...held.map((e, i) => Number(read.set[i] === e.set)));
    } finally {
      await judge.dispose();
    }
  }
  return meanFigure(right);
}

function together(pictures: readonly { pixels: Uint8Array }[]): LabelPictures {
  const area = pictures[0].pixels.length;
  const pixels = new Uint8Array(pictures.length * area);
  for (const [i, picture] of pictures.entries()) pixels.set(picture.pixels, i * area);
  return { n: pictures.length, pixels };
}
