/** What the commands of `geodrift landmarks` do. */
import type { LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { prepareFile, writeFileAtomically } from "../files/atomic-file.js";
import { printable } from "../files/printable.js";
import { labelledSheet } from "../imagine/sheet.js";
import { landmarkFromFolder } from "../landmarks/from-folder.js";
import { type Landmark, type LandmarkShape, landmarkNames, readLandmark, readShape } from "../landmarks/landmark.js";
import { makePhotographs } from "../landmarks/make-photographs.js";
import { type Azimuths, shapeExtent } from "../landmarks/photograph.js";
import { rasterise } from "../landmarks/rasterise.js";
import { shapeAtHand, shapeFile } from "../landmarks/shape-file.js";
import { colourOf, depthOf, surfaceOf } from "../landmarks/show.js";
import { formatLatLng } from "../places/format.js";
import { progress } from "./progress.js";

interface WithShapes {
  shapes?: string;
}

/** `geodrift landmarks list`. */
export async function list({ shapes, json }: WithShapes & { json?: boolean }): Promise<void> {
  const all = await Promise.all(landmarkNames().map(async (name) => (await readLandmark(name)).landmark));
  if (json) {
    process.stdout.write(
      `${JSON.stringify(all.map((l) => ({ ...l, shapeFile: shapeAtHand(l, [shapes]) ?? null })))}\n`,
    );
    return;
  }
  for (const landmark of all) {
    const { name, title, place, heightM, shape } = landmark;
    const there = shapeAtHand(landmark, [shapes]) ? "" : `; ${(shape.bytes / 1e6).toFixed(1)} MB to fetch`;
    process.stdout.write(`${name.padEnd(12)}${title}, ${formatLatLng(place)}, ${heightM} m${there}\n`);
    process.stdout.write(`${" ".repeat(12)}${shape.licence}: ${shape.credit}\n`);
    if (landmark.note) process.stdout.write(`${" ".repeat(12)}${landmark.note}\n`);
  }
}

async function opened(name: string, { shapes }: WithShapes): Promise<{ landmark: Landmark; shape: LandmarkShape }> {
  const { landmark, folder } = await readLandmark(name);
  const file = await shapeFile(landmark, {
    folders: [shapes, folder],
    onFetch: ({ shape }) =>
      process.stderr.write(
        `${shape.file}: ${(shape.bytes / 1e6).toFixed(1)} MB from ${shape.url} (${shape.licence}, ${shape.credit})\n`,
      ),
  });
  return { landmark, shape: await readShape(landmark, file) };
}

interface PhotographFlags extends WithShapes {
  output: string;
  train: number;
  test: number;
  azimuths: Azimuths;
  size: number;
  seed: number;
}

/** `geodrift landmarks photograph`. */
export async function photograph(name: string, flags: PhotographFlags): Promise<void> {
  const { train, test, azimuths, size, seed, output } = flags;
  if (train + test === 0)
    throw new GeodriftError("option", "--train and --test: one photograph or more is needed, got 0");
  const { landmark, shape } = await opened(name, flags);
  const bar = progress(train + test);
  try {
    await makePhotographs(landmark, shape, output, { seed, azimuths, size, train, test }, (n) => bar.advance(n));
  } finally {
    bar.stop();
  }
  process.stdout.write(`${output}: ${train} photographs of ${landmark.title} to learn from, ${test} held out\n`);
}

interface RenderFlags extends WithShapes {
  output: string;
  views: number;
  elevation: number;
  size: number;
}

/** Focal length of the views, sides of the picture, and the share of it that the landmark fills. */
const [focal, fill] = [2, 0.8];

/** `geodrift landmarks render`. */
export async function render(name: string, flags: RenderFlags): Promise<void> {
  const { output, views, elevation, size } = flags;
  if (!/\.png$/i.test(output)) throw new GeodriftError("option", `--output: a .png is needed, got "${output}"`);
  await prepareFile(output);
  const { landmark, shape } = await opened(name, flags);
  const distance = (shapeExtent(shape) * focal) / fill;
  const height = distance * Math.tan((elevation * Math.PI) / 180);
  const seen = Array.from({ length: views }, (_, k) => {
    const azimuth = (360 * k) / views;
    return { label: `${azimuth.toFixed(0)}°`, seen: rasterise(shape.mesh, { azimuth, distance, height, focal }, size) };
  });
  const row = (label: string, show: (s: (typeof seen)[number]["seen"]) => ReturnType<typeof colourOf>) => ({
    label,
    cells: seen.map((s) => ({ label: s.label, picture: show(s.seen) })),
  });
  const sheet = await labelledSheet(
    [row(landmark.title, colourOf), row("surface", surfaceOf), row("depth", depthOf)],
    Math.max(128, size),
  );
  await writeFileAtomically(output, sheet);
  process.stdout.write(`${output}\n`);
}

interface FromFlags {
  at: LatLng;
  title: string;
  height?: number;
  radius?: number;
  altitude?: number;
  nearest: number;
  farthest: number;
  held: number;
  seed: number;
  licence: string;
  credit: string;
  json?: boolean;
}

/** `geodrift landmarks from`. */
export async function fromFolder(folder: string, flags: FromFlags): Promise<void> {
  const { at, title, height: heightM, radius: radiusM, altitude: altitudeM, ...more } = flags;
  const { nearest: nearestM, farthest: farthestM, json, ...rest } = more;
  if (nearestM >= farthestM)
    throw new GeodriftError("option", `--nearest: less than --farthest, ${farthestM} m, is needed, got ${nearestM}`);
  const name =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "landmark";
  const { photos, leftOut } = await landmarkFromFolder(folder, {
    ...rest,
    name,
    title,
    at,
    heightM,
    radiusM,
    altitudeM,
    nearestM,
    farthestM,
  });
  const held = photos.filter(({ split }) => split === "test").length;
  if (json) {
    process.stdout.write(`${JSON.stringify({ photographs: photos.length - held, heldOut: held, leftOut })}\n`);
    return;
  }
  for (const { file, reason } of leftOut) process.stderr.write(`${printable(file)}: left out, ${reason}\n`);
  process.stdout.write(
    `${folder}: ${photos.length - held} photographs of ${title} to learn from, ${held} held out, ${leftOut.length} left out\n`,
  );
}
