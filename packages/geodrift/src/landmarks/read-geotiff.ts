/** Elevation models as GeoTIFF (OGC 19-008r4): one band of heights in a projection whose unit is the metre. */
import { GeodriftError } from "@geodrift/core/errors";
import { fromArrayBuffer, type GeoTIFFImage } from "geotiff";
import { type Elevation, heightOrNone } from "./elevation.js";

/** Most bytes of a file, and most heights: a grid of 4,000 by 4,000, from which discs are cut. */
const [mostBytes, mostHeights] = [2 ** 28, 16_000_000];

/** Of its keys (annex B): a model in a projection, a unit of a metre, and heights at the middle of their cells or at their corners. */
const [projected, metre, atPoints] = [1, 9001, 2];

/** Values of cells by `SampleFormat`: whole numbers without and with a sign, and floating-point ones. */
const numbers = [1, 2, 3];

/** Tags of which a file has one: where its strips are, or its tiles. */
const [stripOffsets, tileOffsets] = [273, 324];

/** Is it a TIFF, of either order of bytes, small or big? */
export const isTiff = (bytes: Uint8Array): boolean =>
  ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(new TextDecoder("latin1").decode(bytes.subarray(0, 4)));

/**
 * Reads an elevation model; of several pictures in a file the first.
 * @throws GeodriftError `data`, without the file's name, if it cannot be read, is too large, or has no heights in even metres
 */
export async function readGeoTiff(bytes: Uint8Array): Promise<Elevation> {
  if (bytes.length > mostBytes)
    throw new GeodriftError("data", `a GeoTIFF of at most ${mostBytes} bytes is needed, got ${bytes.length}`);
  const image = await orUnreadable(async () => (await fromArrayBuffer(Uint8Array.from(bytes).buffer)).getImage());
  const [columns, rows] = [image.getWidth(), image.getHeight()];
  if (!(columns * rows <= mostHeights))
    throw new GeodriftError("data", `at most ${mostHeights} heights are read, got ${columns} × ${rows}`);
  const bands = image.getSamplesPerPixel();
  if (bands !== 1) throw new GeodriftError("data", `one band of heights is needed, got ${bands}`);
  if (!numbers.includes(image.getSampleFormat()))
    throw new GeodriftError("data", `heights that are numbers are needed, got format ${image.getSampleFormat()}`);
  const { step, corner } = await placedAt(image);
  const nothing = image.getGDALNoData() ?? Number.NaN;
  const read = await orUnreadable(async () => {
    if (![stripOffsets, tileOffsets].some((tag) => image.fileDirectory.hasTag(tag)))
      throw new Error("it does not say where its heights are");
    return image.readRasters({ interleave: true });
  });
  const heights = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const h = read[row * columns + column] as number;
      // The value that stands for none is text, and the heights may have fewer digits.
      const none = h === nothing || h === Math.fround(nothing);
      heights[column * rows + rows - 1 - row] = none ? Number.NaN : heightOrNone(h);
    }
  return { heights, columns, rows, step, origin: [corner[0], corner[1] - (rows - 1) * step] };
}

/** Metres from one height to the next, and where the first one of the file is, in the north-west. */
async function placedAt(
  image: GeoTIFFImage,
): Promise<{ step: number; corner: readonly [easting: number, northing: number] }> {
  const [keys, affine] = await orUnreadable(async () => [image.getGeoKeys() ?? {}, affineOf(image)] as const);
  const units = [keys.ProjLinearUnitsGeoKey, keys.VerticalUnitsGeoKey ?? metre];
  if (keys.GTModelTypeGeoKey !== projected || units.some((unit) => unit !== metre))
    throw new GeodriftError(
      "data",
      `a projection whose units are said to be metres is needed (as gdalwarp -t_srs makes one), got ${
        keys.GTModelTypeGeoKey === projected
          ? `units ${units.map((unit) => unit ?? "none").join(" and ")}`
          : `model type ${keys.GTModelTypeGeoKey ?? "none"}`
      }`,
    );
  if (!affine) throw new GeodriftError("data", "a GeoTIFF that says where its heights are is needed");
  const { x, y, east, south, turned } = affine;
  if (turned || !(east > 0) || Math.abs(east - south) > 1e-6 * east)
    throw new GeodriftError(
      "data",
      `north at the top and steps of one length are needed, got ${east} to the east and ${south} to the south${turned ? ", turned" : ""}`,
    );
  const middle = keys.GTRasterTypeGeoKey === atPoints ? 0 : east / 2;
  return { step: east, corner: [x + middle, y - middle] };
}

/** From cells to places (§7.6 of the standard): by a matrix, or by a place of one cell and the steps; nothing where there is neither. */
function affineOf({ fileDirectory }: GeoTIFFImage) {
  const m: ArrayLike<number> | undefined = fileDirectory.getValue("ModelTransformation");
  if (m) return { x: m[3], y: m[7], east: m[0], south: -m[5], turned: m[1] !== 0 || m[4] !== 0 };
  const steps: ArrayLike<number> | undefined = fileDirectory.getValue("ModelPixelScale");
  const tied: ArrayLike<number> | undefined = fileDirectory.getValue("ModelTiepoint");
  if (!steps || !tied) return undefined;
  const [east, south] = [steps[0], steps[1]];
  return { x: tied[3] - tied[0] * east, y: tied[4] + tied[1] * south, east, south, turned: false };
}

/** @throws GeodriftError `data` for whatever the library says of a file that is none, or damaged */
async function orUnreadable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (e) {
    throw new GeodriftError("data", `no GeoTIFF that can be read (${(e as Error).message})`, { cause: e });
  }
}
