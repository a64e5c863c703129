/**
 * Whether a field has a second face (the Janus problem: Poole et al. 2023, counted by eye in Hong, Ahn, Kim 2023): what a judge of angles
 * reads off its pictures once around, beside the shape itself; and how much its back is like its front, for which no judge is needed.
 */
import { angleBetween, azimuthBins, type FieldGrid, type Renderer } from "@geodrift/core";
import { type Behind, paintBehind } from "../../landmarks/behind.js";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import { isThere, rasterise } from "../../landmarks/rasterise.js";
import { showingCamera } from "../../lift/turntable.js";
import { type AngleFigures, angleFigures } from "./angles.js";
import { inUnits } from "./field-truth.js";
import type { Judge, LabelPictures } from "./judge.js";

/** What is looked at, and by whom. */
export interface JanusOptions {
  /** Has learned the landmark's photographs. */
  judge: Pick<Judge, "read" | "dispose">;
  /** What the judge has learned, and how: a name for it. */
  data: string;
  /** Fingerprint of the photographs that it has learned. */
  photographs: string;
  /** Pixels along a side of the judge's pictures. */
  size: number;
  /** Azimuth of the landmark's front, degrees. */
  front: number;
  /** What is behind the landmark in photographs; 1 or more. */
  behind: readonly Behind[];
}

/** What a field, or the shape itself, looks like once around. */
export interface Around {
  /** What the judge reads, against where the cameras stand. */
  angles: AngleFigures;
  /** Runs of neighbouring views, 20° and more, that are read as the front, give or take 30°; one of more than half a turn is two. */
  faces: number;
}

/** A field beside the shape. */
export interface JanusFigures {
  field: Around;
  shape: Around;
  /** Has it more faces than the shape? */
  janus: boolean;
  /** Mean distance of views half a turn apart, on white, as a share of the shape's: well below 1 where the back repeats the front. */
  backDiffers: number;
}

/** Views of a turn, degrees between two, and elevation of the cameras. */
const [views, step, elevation] = [72, 5, -12];
/** What counts as the front, degrees to either side; the least run of views; and the longest gap in one, which a judge may err in. */
const [frontal, leastRun, mostGap] = [30, 4, 2];

/**
 * Looks at a field and at the shape from all round.
 * @param unitM metres of half the field's box's width
 */
export async function janusFigures(
  grid: FieldGrid,
  unitM: number,
  shape: LandmarkShape,
  renderer: Renderer,
  { judge, size, front, behind }: JanusOptions,
): Promise<JanusFigures> {
  const area = size * size;
  const mesh = inUnits(shape.mesh, unitM);
  const white = new Float32Array(3 * area).fill(1);
  const onWhite: Record<"field" | "shape", Float32Array[]> = { field: [], shape: [] };
  const seen: Record<"field" | "shape", LabelPictures> = {
    field: { n: views, pixels: new Uint8Array(views * 3 * area) },
    shape: { n: views, pixels: new Uint8Array(views * 3 * area) },
  };
  for (let k = 0; k < views; k++) {
    const camera = showingCamera(grid, k * step, elevation);
    const sky = paintBehind(behind[k % behind.length], camera, size);
    const rendered = await renderer.render(grid, { camera, size, planes: 2 * grid.across }, white);
    const { albedo, depth } = rasterise(mesh, camera, size);
    const over = (background: Float32Array) => ({
      field: background.map((v, at) => (rendered.picture[at] + 1) / 2 + (v - 1) * (1 - rendered.opacity[at % area])),
      shape: background.map((v, at) =>
        isThere(depth[at % area]) ? albedo[3 * (at % area) + Math.floor(at / area)] : v,
      ),
    });
    for (const [name, planes] of Object.entries(over(white))) onWhite[name as "field" | "shape"].push(planes);
    for (const [name, planes] of Object.entries(over(sky)))
      seen[name as "field" | "shape"].pixels.set(
        planes.map((v) => Math.round(255 * Math.min(1, Math.max(0, v)))),
        k * 3 * area,
      );
  }
  const around = async (pictures: LabelPictures): Promise<Around> => {
    const { angle } = await judge.read(pictures);
    return {
      angles: angleFigures(
        Array.from({ length: views }, (_, k) => k * step),
        angle,
      ),
      faces: facesIn(Array.from(angle, (bin) => angleBetween((360 / azimuthBins) * bin, front) <= frontal)),
    };
  };
  const [field, own] = [await around(seen.field), await around(seen.shape)];
  return {
    field,
    shape: own,
    // A judge that sees no front on the shape itself does not forbid a field its own.
    janus: field.faces > Math.max(1, own.faces),
    backDiffers: halfTurnApart(onWhite.field) / halfTurnApart(onWhite.shape),
  };
}

/**
 * Number of runs of `true` around a circle, of at least four, over gaps of at most two. A front that is seen from more than half of all
 * sides is on the back, too: it counts twice.
 */
export function facesIn(frontal: readonly boolean[]): number {
  const n = frontal.length;
  /** Is it one, or in a short gap between two? */
  const filled = frontal.map((own, k) => {
    const reach = (step: 1 | -1) => {
      for (let d = 1; d <= mostGap; d++) if (frontal[(k + step * d + n) % n]) return d;
      return Number.POSITIVE_INFINITY;
    };
    return own || reach(1) + reach(-1) <= mostGap + 1;
  });
  const facesOf = (run: number) => (run < leastRun ? 0 : run > n / 2 ? 2 : 1);
  const gap = filled.indexOf(false);
  if (gap < 0) return 2;
  let [faces, run] = [0, 0];
  for (let k = 1; k <= n; k++) {
    if (filled[(gap + k) % n]) run++;
    else {
      faces += facesOf(run);
      run = 0;
    }
  }
  return faces;
}

/** Mean over views of the root mean square between each and the one half a turn away. */
function halfTurnApart(pictures: readonly Float32Array[]): number {
  const half = pictures.length / 2;
  let sum = 0;
  for (let k = 0; k < half; k++) {
    const [a, b] = [pictures[k], pictures[k + half]];
    sum += Math.sqrt(a.reduce((square, v, i) => square + (v - b[i]) ** 2, 0) / a.length);
  }
  return sum / half;
}
