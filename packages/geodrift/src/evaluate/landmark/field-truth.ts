/** How near a field is to the landmark's own shape: silhouettes, depths, colours, surfaces, from cameras that took no photograph. */
import { type FieldGrid, Generator, type Rendered, type Renderer, type UprightCamera } from "@geodrift/core";
import type { LandmarkShape } from "../../landmarks/landmark.js";
import type { Mesh, MeshPart } from "../../landmarks/mesh.js";
import { isThere, rasterise, type Seen } from "../../landmarks/rasterise.js";
import { fieldSurface, meshOfSurface } from "../../lift/field-surface.js";
import { normalsFromDepth, showingCamera } from "../../lift/turntable.js";
import { type Figure, meanFigure } from "../figure.js";
import { type GroundHeights, groundHeights } from "./ground-heights.js";
import { asItStands, bestPlacement, type Placement, placedCamera } from "./placement.js";
import { distances, pointsOn, visiblePoints } from "./surface-points.js";

/** How a field is compared with the truth. */
export interface TruthOptions {
  /** Pixels along a side. */
  size: number;
  /** Elevation of the cameras, seen from the landmark's centre, degrees. */
  elevation: number;
  seed: number;
  /** Points on either surface; 20,000 if left out. */
  points?: number;
}

/** How near a field is to a shape; means over views with 95 % intervals by the bootstrap over them. */
export interface FieldFigures {
  /** Intersection over union of the silhouettes, 0 … 1. */
  silhouette: Figure;
  /** Mean difference of depths where both are, as a share of the landmark's height. */
  depth: Figure;
  /** Peak signal-to-noise ratio on white, dB, after one gain for each colour. */
  psnr: Figure;
  /** Structural similarity of brightness (Wang et al. 2004), −1 … 1. */
  ssim: Figure;
  /** Mean |cosine| of normals where both are. */
  normals: Figure;
  /** Mean distance from each surface to the other, as a share of the height: of points that cameras on the ground see. */
  chamfer: number;
  /** F-score of surface points at a distance of one cell and of two. */
  fScore: [one: number, two: number];
}

/** How near a field is to the truth. */
export interface FieldTruth extends FieldFigures {
  /** Once it is as large and as high as fits best. */
  placed: FieldFigures & {
    /** How many times as large as it was. */
    scale: number;
    /** How far it was moved upwards, as a share of the landmark's height. */
    up: number;
  };
  /** Of an elevation model alone. */
  ground?: GroundHeights;
}

/** Azimuths of the cameras: none of them a multiple of five degrees. */
const azimuths = Array.from({ length: 24 }, (_, k) => 15 * (k + 0.37));

/** A field is placed by every third of them, and by views of so many pixels at most. */
const [placedBy, placingSize] = [3, 64];

/**
 * Compares a field with a shape, as it stands and as it is placed best.
 * @param unitM metres of half the field's box's width
 */
export async function fieldTruth(
  grid: FieldGrid,
  unitM: number,
  shape: LandmarkShape,
  renderer: Renderer,
  { size, elevation, seed, points = 20_000 }: TruthOptions,
): Promise<FieldTruth> {
  const mesh = inUnits(shape.mesh, unitM);
  const height = shape.heightM / unitM;
  const sides = azimuths.map((azimuth) => {
    const camera = showingCamera(grid, azimuth, elevation);
    return { camera, seen: rasterise(mesh, camera, size) };
  });
  const rendered = async (camera: UprightCamera, pixels: number, placement: Placement): Promise<Rendered> => {
    const view = { camera: placedCamera(camera, placement), size: pixels, planes: 2 * grid.across };
    const { depth, ...rest } = await renderer.render(grid, view, new Float32Array(3 * pixels * pixels).fill(1));
    return { ...rest, depth: depth.map((d) => d * placement.scale) };
  };
  const random = new Generator(seed);
  const truePoints = visiblePoints(mesh, grid, points, random);
  const surface = await fieldSurface(grid, renderer);
  const ownPoints = pointsOn(surface, points, random);
  const figuresOf = async (placement: Placement): Promise<FieldFigures> => {
    const views: View[] = [];
    for (const side of sides) views.push({ ...side, rendered: await rendered(side.camera, size, placement) });
    const placed = ownPoints.map((v, k) => v * placement.scale + (k % 3 === 2 ? placement.up : 0));
    return { ...besideViews(views, size, height), ...besidePoints(truePoints, placed, 2 / grid.across, height) };
  };
  const pixels = Math.min(size, placingSize);
  const outlines = sides
    .filter((_, k) => k % placedBy === 0)
    .map(({ camera, seen }) => ({ camera, seen: pixels === size ? seen : rasterise(mesh, camera, pixels) }));
  const placement = await bestPlacement(async (tried) => {
    let sum = 0;
    for (const { camera, seen } of outlines) sum += silhouetteOverlap(seen, await rendered(camera, pixels, tried));
    return sum / outlines.length;
  });
  return {
    ...(await figuresOf(asItStands)),
    placed: { scale: placement.scale, up: placement.up / height, ...(await figuresOf(placement)) },
    ...(shape.exaggeration && {
      ground: groundHeights(meshOfSurface(surface), mesh, shape.radiusM / unitM, unitM / shape.exaggeration),
    }),
  };
}

/** A view of the shape, and of the field. */
interface View {
  camera: UprightCamera;
  seen: Seen;
  rendered: Rendered;
}

/** Figures of views. @param height of the shape, units */
function besideViews(views: readonly View[], size: number, height: number) {
  const gains = gainsOf(views);
  const each = views.map(({ camera, seen, rendered }) => {
    const truth = whiteBehind(seen);
    const own = gained(rendered, gains);
    return {
      silhouette: silhouetteOverlap(seen, rendered),
      depth: depthError(seen, rendered) / height,
      psnr: psnrOf(truth, own),
      ssim: ssimOf(brightness(truth), brightness(own), size),
      normals: normalConsistency(seen, normalsFromDepth(rendered, camera, size), rendered),
    };
  });
  const figure = (name: keyof (typeof each)[number]) => meanFigure(each.map((v) => v[name]));
  return {
    silhouette: figure("silhouette"),
    depth: figure("depth"),
    psnr: figure("psnr"),
    ssim: figure("ssim"),
    normals: figure("normals"),
  };
}

/** Distances of surfaces by their points. @param cell width of a cell, and the shape's height, units */
function besidePoints(truth: Float32Array, own: Float32Array, cell: number, height: number) {
  const [toOwn, toTruth] = [distances(truth, own), distances(own, truth)];
  const within = (d: Float32Array, most: number) => (d.length > 0 ? d.filter((v) => v <= most).length / d.length : 0);
  const fScore = [1, 2].map((cells) => {
    const [recall, precision] = [toOwn, toTruth].map((d) => within(d, cells * cell));
    return recall + precision > 0 ? (2 * recall * precision) / (recall + precision) : 0;
  }) as [number, number];
  const mean = (d: Float32Array) => (d.length > 0 ? d.reduce((a, b) => a + b, 0) / d.length : Number.NaN);
  return { chamfer: (mean(toOwn) + mean(toTruth)) / 2 / height, fScore };
}

/** A shape in a field's unit. */
export const inUnits = ({ parts }: Mesh, unitM: number): Mesh => ({
  parts: parts.map((part): MeshPart => ({ ...part, positions: part.positions.map((v) => v / unitM) })),
});

function silhouetteOverlap({ depth }: Seen, { opacity }: Rendered): number {
  let [both, either] = [0, 0];
  depth.forEach((d, at) => {
    const [a, b] = [isThere(d), opacity[at] > 0.5];
    both += Number(a && b);
    either += Number(a || b);
  });
  return either > 0 ? both / either : 0;
}

/** Mean |difference| in units where both are; NaN where they nowhere are. */
function depthError({ depth }: Seen, rendered: Rendered): number {
  let [sum, count] = [0, 0];
  depth.forEach((d, at) => {
    if (!isThere(d) || rendered.opacity[at] <= 0.5) return;
    sum += Math.abs(d - rendered.depth[at]);
    count++;
  });
  return sum / count;
}

/** Colours in light from everywhere, on white, [3, size, size]. */
function whiteBehind({ albedo, depth }: Seen): Float32Array {
  const area = depth.length;
  return Float32Array.from({ length: 3 * area }, (_, k) => {
    const at = k % area;
    return isThere(depth[at]) ? albedo[3 * at + Math.floor(k / area)] : 1;
  });
}

/** For each colour the gain of least squares from a field's colours to the true ones, where both are, over all views. */
function gainsOf(views: readonly { seen: Seen; rendered: Rendered }[]): number[] {
  return [0, 1, 2].map((c) => {
    let [own, both] = [1e-9, 1e-9];
    for (const { seen, rendered } of views) {
      const area = seen.depth.length;
      seen.depth.forEach((d, at) => {
        if (!isThere(d) || rendered.opacity[at] < 0.9) return;
        const v = (rendered.picture[c * area + at] + 1) / 2;
        own += v * v;
        both += v * seen.albedo[3 * at + c];
      });
    }
    return both / own;
  });
}

/** A field's picture with a gain for each colour of what is not the white behind it. */
function gained({ picture, opacity }: Rendered, gains: readonly number[]): Float32Array {
  const area = opacity.length;
  return picture.map((v, k) => {
    const white = 1 - opacity[k % area];
    return Math.min(1, Math.max(0, gains[Math.floor(k / area)] * ((v + 1) / 2 - white) + white));
  });
}

function psnrOf(a: Float32Array, b: Float32Array): number {
  const square = a.reduce((sum, v, k) => sum + (v - b[k]) ** 2, 0) / a.length;
  return -10 * Math.log10(Math.max(square, 1e-10));
}

/** Luma of Rec. 601. */
function brightness(planes: Float32Array): Float32Array {
  const area = planes.length / 3;
  return Float32Array.from(
    { length: area },
    (_, k) => 0.299 * planes[k] + 0.587 * planes[area + k] + 0.114 * planes[2 * area + k],
  );
}

/** Half the side of the windows of structural similarity, and its constants for values of 0 … 1. */
const [reach, c1, c2] = [3, 0.01 ** 2, 0.03 ** 2];

function ssimOf(a: Float32Array, b: Float32Array, size: number): number {
  const n = (2 * reach + 1) ** 2;
  let [total, count] = [0, 0];
  for (let y = reach; y < size - reach; y++)
    for (let x = reach; x < size - reach; x++) {
      let [ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0];
      for (let v = y - reach; v <= y + reach; v++)
        for (let u = x - reach; u <= x + reach; u++) {
          const [p, q] = [a[v * size + u], b[v * size + u]];
          ma += p;
          mb += q;
          aa += p * p;
          bb += q * q;
          ab += p * q;
        }
      ma /= n;
      mb /= n;
      const [va, vb, vab] = [aa / n - ma * ma, bb / n - mb * mb, ab / n - ma * mb];
      total += ((2 * ma * mb + c1) * (2 * vab + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
      count++;
    }
  return total / count;
}

/** Mean |cosine| between true normals and those of a field, where both are. */
function normalConsistency({ normals, depth }: Seen, own: Float32Array, { opacity }: Rendered): number {
  let [sum, count] = [0, 0];
  depth.forEach((d, at) => {
    if (!isThere(d) || opacity[at] <= 0.5) return;
    let dot = 0;
    let length = 0;
    for (let k = 0; k < 3; k++) {
      dot += normals[3 * at + k] * own[3 * at + k];
      length += own[3 * at + k] ** 2;
    }
    if (length === 0) return;
    sum += Math.abs(dot);
    count++;
  });
  return sum / count;
}
