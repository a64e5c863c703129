/**
 * Stand-ins for two scores of the paper's third table (Feng et al. 2025), under names of their own, as the networks that those rest on are
 * not here: what a field is taken for, by a network that tells landmarks apart, and how well a small one tells it from photographs. Both
 * see the landmark alone: the field as the cameras of held-out photographs would, the photographs with what is around the landmark's
 * shape painted over, before the same skies.
 */
import type { Runtime } from "@geodrift/compile";
import type { FieldGrid, Renderer, UprightCamera } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { paintBehind } from "../../landmarks/behind.js";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { type PhotoFolder, photoBank } from "../../landmarks/photo-bank.js";
import { behindPhoto } from "../../landmarks/photo-behind.js";
import { type MadePhoto, readMadePhotos, readPhotographed } from "../../landmarks/photos-table.js";
import { isThere, rasterise } from "../../landmarks/rasterise.js";
import { cameraInUnits } from "../../lift/posed-photos.js";
import { type Figure, meanFigure } from "../figure.js";
import type { AngleJudgeOptions } from "./angle-judge.js";
import { type Judge, type LabelPictures, trainJudge } from "./judge.js";
import { part } from "./kept.js";
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
  /** What those are taken for. */
  named: Figure;
  /** Pixels along a side. */
  size: number;
  /** What all of this is made of: a name for it. */
  data: string;
}

/** Pixels along a side, photographs that are looked at, and how many times as fine the landmark's shape is cut out. */
const [size, count, finer] = [64, 120, 2];
/** Parts of the pictures, each told by what the others have taught, and times that they teach it. */
const [folds, epochs] = [5, 20];

/**
 * What likenesses are told by.
 * @param folders photographs that were made, of the landmark and of others
 * @throws GeodriftError `option` if there are none of the landmark, or of no other; for photographs that cannot be used
 */
export async function likenessMeans(
  folders: readonly string[],
  landmark: string,
  { mesh }: LandmarkShape,
  judging: AngleJudgeOptions,
  runtime: Runtime,
  report: (line: string) => void,
): Promise<LikenessMeans> {
  const all = await Promise.all(
    folders.map(
      async (folder): Promise<PhotoFolder<MadePhoto>> => ({
        ...{ folder, shown: await readPhotographed(folder), photos: await readMadePhotos(folder) },
      }),
    ),
  );
  const own = all.findIndex(({ shown }) => shown.name === landmark);
  if (own < 0 || all.length < 2)
    throw new GeodriftError("option", `--photographs: folders of ${landmark} and of others are needed, got ${folders}`);
  const training = all.map((folder) => part(folder, "train"));
  const { judge: names, data } = await nameJudgeOf(training, size, judging, runtime, report);
  const held = part(all[own], "test");
  const test = { ...held, photos: held.photos.slice(0, count) };
  const { bank, fingerprints } = await photoBank([test], [size], { bins: false });
  const area = size * size;
  const pixels = new Uint8Array(bank.n * 3 * area);
  const views = test.photos.map((photo, k): View => {
    const { camera } = photo.truth;
    const behind = paintBehind(behindPhoto(test.shown, photo, bank, k), camera, size);
    const { depth } = rasterise(mesh, camera, finer * size);
    const shows = (at: number) => {
      const [x, y] = [at % size, Math.floor(at / size)];
      for (let i = 0; i < finer; i++)
        for (let j = 0; j < finer; j++) if (isThere(depth[(finer * y + i) * finer * size + finer * x + j])) return true;
      return false;
    };
    const from = k * 3 * area;
    pixels.set(bank.pixels[size].subarray(from, from + 3 * area), from);
    for (let at = 0; at < area; at++)
      if (!shows(at))
        for (let c = 0; c < 3; c++) pixels[from + c * area + at] = Math.round(255 * behind[c * area + at]);
    return { camera, behind };
  });
  const photographs = { n: bank.n, pixels };
  const named = await namedIn(names, own, photographs);
  return { names, own, views, photographs, named, size, data: `${data} ${fingerprints.join()}` };
}

/** Probability of a name, of pictures. */
async function namedIn(names: Judge, own: number, pictures: LabelPictures): Promise<Figure> {
  const { name } = await names.weigh(pictures);
  const all = name.length / pictures.n;
  return meanFigure(Float64Array.from({ length: pictures.n }, (_, i) => name[i * all + own]));
}

/**
 * Looks at a field.
 * @param unitM metres of half the field's box's width
 */
export async function likenessOf(
  grid: FieldGrid,
  unitM: number,
  renderer: Renderer,
  { names, own, views, photographs }: LikenessMeans,
  runtime: Runtime,
): Promise<Likeness> {
  const area = 3 * size * size;
  const pixels = new Uint8Array(views.length * area);
  for (const [k, { camera, behind }] of views.entries()) {
    const view = { camera: cameraInUnits(camera, { unitM }), size, planes: 2 * grid.across };
    const { picture } = await renderer.render(grid, view, behind);
    for (let i = 0; i < area; i++)
      pixels[k * area + i] = Math.round(255 * Math.min(1, Math.max(0, (picture[i] + 1) / 2)));
  }
  const made = { n: views.length, pixels };
  return { named: await namedIn(names, own, made), told: await toldApart(made, photographs, runtime) };
}

/** Share of pictures that a small network tells from those of another set, from parts of both that it has not learned from. */
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
    const read = await judge.read(together(held)).finally(() => judge.dispose());
    right.push(...held.map((e, i) => Number(read.set[i] === e.set)));
  }
  return meanFigure(right);
}

function together(pictures: readonly { pixels: Uint8Array }[]): LabelPictures {
  const area = pictures[0].pixels.length;
  const pixels = new Uint8Array(pictures.length * area);
  for (const [i, picture] of pictures.entries()) pixels.set(picture.pixels, i * area);
  return { n: pictures.length, pixels };
}
