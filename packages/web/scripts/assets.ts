/** What the page draws and plays with, made from npm packages when it is built: nothing is fetched when it runs. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { browserModelFiles } from "geodrift/browser";
import { renderViewInto } from "geodrift/earth";
import type { MultiLineString, Position } from "geojson";
import sharp from "sharp";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Plugin } from "vite";
import { examples } from "../src/examples.ts";
import { nameFiles } from "../src/places/name-files.ts";
import { morePlaces, type PlayPlace } from "./more-places.ts";
import { names } from "./names.ts";
import { playPlaces } from "./play-places.ts";
import { recut } from "./recut.ts";

const { resolve } = createRequire(import.meta.url);

/** Pixels of the world's side in the web Mercator picture: zoom 4 in tiles of 256. */
const worldSize = 4096;

interface Raster {
  width: number;
  height: number;
  data: Uint8Array<SharedArrayBuffer>;
}

async function blueMarble(): Promise<Raster> {
  const file = join(dirname(resolve("three-globe")), "../example/img/earth-blue-marble.jpg");
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const shared = new Uint8Array(new SharedArrayBuffer(data.length));
  shared.set(data);
  return { width: info.width, height: info.height, data: shared };
}

/** Rows of the plate carrée moved to where web Mercator has them, as a JPEG of so many pixels a side. */
async function mercator({ width, height, data }: Raster, side: number): Promise<Buffer> {
  const rows = Buffer.alloc(worldSize * width * 4);
  for (let y = 0; y < worldSize; y++) {
    const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / worldSize)));
    const source = Math.min(height - 1, Math.max(0, Math.floor((0.5 - lat / Math.PI) * height)));
    rows.set(data.subarray(source * width * 4, (source + 1) * width * 4), y * width * 4);
  }
  return sharp(rows, { raw: { width, height: worldSize, channels: 4 } })
    .removeAlpha()
    .resize(side, side, { fit: "fill" })
    .jpeg({ quality: 78, mozjpeg: true })
    .toBuffer();
}

/** Land and borders at a scale, whose polygons are cut at the date line: MapLibre draws what it is given. */
function outlines(scale: "50m" | "110m"): { land: string; lines: string } {
  const world = JSON.parse(readFileSync(resolve(`world-atlas/countries-${scale}.json`), "utf8")) as Topology<{
    countries: GeometryCollection;
    land: GeometryCollection;
  }>;
  const { countries, land } = world.objects;
  const text = (value: unknown) =>
    JSON.stringify(value, (_, v) => (typeof v === "number" ? Math.round(v * 1000) / 1000 : v));
  const borders = mesh(world, countries, (a, b) => a !== b);
  const coasts = withoutSeam(mesh(world, countries, (a, b) => a === b));
  const line = (kind: string, geometry: object) => ({ type: "Feature", properties: { kind }, geometry });
  return {
    land: text(recut(feature(world, land))),
    lines: text({ type: "FeatureCollection", features: [line("border", borders), line("coast", coasts)] }),
  };
}

/** Polygons end at the date line and at the pole; coasts do not. */
function withoutSeam({ coordinates }: MultiLineString): MultiLineString {
  const onSeam = ([lng, lat]: Position) => Math.abs(lng) > 179.99 || lat < -89.9;
  const runs = coordinates.flatMap((points) => {
    const parts: Position[][] = [[]];
    points.forEach((p, i) => {
      const before = points[i - 1];
      if (before && ((onSeam(p) && onSeam(before)) || Math.abs(p[0] - before[0]) > 180)) parts.push([]);
      parts[parts.length - 1].push(p);
    });
    return parts.filter((part) => part.length > 1);
  });
  return { type: "MultiLineString", coordinates: runs };
}

const viewSize = 256;
/** Of the pictures that are many: twice what the model sees. */
const smallSize = 128;
/** Places that the game has besides those with a name. */
const mostMore = 300;

type Raw = { data: Uint8Array; size: number };

function viewOf(raster: Raster, { lat, lng, widthKm }: PlayPlace, size: number): Raw {
  const data = new Uint8Array(size * size * 4);
  renderViewInto(data, raster, { place: { lat, lng }, heading: 0, widthKm }, size);
  return { data, size };
}

const drawn = ({ data, size }: Raw) => sharp(data, { raw: { width: size, height: size, channels: 4 } }).removeAlpha();

/** How much there is to see: the deviation of the brightness, as a share of all of it. */
function faceOf({ data, size }: Raw): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    const light = (data[i] + data[i + 1] + data[i + 2]) / 765;
    sum += light;
    squares += light * light;
  }
  const n = size * size;
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

/** The game's pictures, and what it knows of their places. */
async function playPictures(
  raster: Raster,
): Promise<{ pictures: { name: string; bytes: Buffer }[]; places: object[] }> {
  const more = morePlaces(playPlaces, mostMore, (place) => faceOf(viewOf(raster, place, 32)));
  const pictures = await Promise.all([
    ...playPlaces.map(async (place, i) => ({
      name: `${i}.png`,
      bytes: await drawn(viewOf(raster, place, viewSize))
        .png({ compressionLevel: 9 })
        .toBuffer(),
    })),
    ...more.map(async (place, i) => ({
      name: `${playPlaces.length + i}.webp`,
      bytes: await drawn(viewOf(raster, place, smallSize))
        .webp({ quality: 88 })
        .toBuffer(),
    })),
  ]);
  const places = [...playPlaces, ...more].map(({ widthKm: _, ...place }, i) => ({
    ...place,
    picture: pictures[i].name,
  }));
  return { pictures, places };
}

/** Model and towns, for a site without a server. */
function modelFiles(): { name: string; bytes: Buffer }[] {
  const root = join(dirname(resolve("geodrift")), "..");
  return browserModelFiles.map((name) => {
    const folder = name.startsWith("cities.") ? "towns" : "models/earth";
    return { name, bytes: readFileSync(join(root, folder, name)) };
  });
}

export function assets({ site }: { site: boolean }): Plugin {
  return {
    name: "geodrift-assets",
    apply: "build",
    async buildStart() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: "asset", fileName, source });
      const raster = await blueMarble();
      emit("map/blue-marble.jpg", await mercator(raster, worldSize));
      emit("map/blue-marble-coarse.jpg", await mercator(raster, worldSize / 4));
      for (const [kind, scale] of [
        ["", "50m"],
        ["-coarse", "110m"],
      ] as const) {
        const { land, lines } = outlines(scale);
        emit(`map/land${kind}.json`, land);
        emit(`map/lines${kind}.json`, lines);
      }
      const { coarse, fine } = names();
      emit(nameFiles.coarse, coarse);
      emit(nameFiles.fine, fine);
      const { pictures, places } = await playPictures(raster);
      for (const { name, bytes } of pictures) emit(`play/${name}`, bytes);
      for (const { file } of examples) {
        const [, number] = /(\d+)\.webp$/.exec(file) ?? [];
        const { bytes } = pictures[Number(number)];
        emit(file, await sharp(bytes).webp({ quality: 90 }).toBuffer());
      }
      emit("play/places.json", JSON.stringify(places));
      if (site) for (const { name, bytes } of modelFiles()) emit(`model/${name}`, bytes);
    },
  };
}
