/** Pictures as a camera leaves them. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { readRaster } from "../../packages/geodrift/src/earth/raster.js";
import { renderViewInto } from "../../packages/geodrift/src/earth/view.js";

export interface Taken {
  lat?: number;
  lng?: number;
  /** `2024:05:01 12:00:00` */
  time?: string;
  /** What is seen: equal for equal numbers. */
  seed: number;
  /** Or the middle of what is seen. */
  seen?: { lat: number; lng: number };
}

const degrees = (x: number): string => {
  // Rounded first: 59.9999 seconds would be written as 60.
  const thousandths = Math.round(Math.abs(x) * 3_600_000);
  const minutes = Math.floor(thousandths / 60_000);
  return `${Math.floor(minutes / 60)}/1 ${minutes % 60}/1 ${thousandths % 60_000}/1000`;
};

const blueMarble = join(
  dirname(createRequire(import.meta.url).resolve("three-globe")),
  "../example/img/earth-blue-marble.jpg",
);
let opened: ReturnType<typeof readRaster> | undefined;

/** Land far from every coast, so that what is seen is what the embedded model is for. */
const centres: readonly [lat: number, lng: number][] = [
  [30.6, 31.2],
  [48, 8],
  [40, -105],
  [-15.8, -69.4],
  [35, 85],
  [12, 20],
  [-25, 135],
  [60, 100],
];

/** A view from above as a JPEG, with the place and the time in its EXIF, or without. */
export async function photograph({ lat, lng, time, seed, seen }: Taken): Promise<Buffer> {
  opened ??= readRaster(blueMarble, undefined, "three-globe");
  const size = 80;
  const rgba = new Uint8Array(4 * size * size);
  const [i, turn] = [Math.abs(Math.floor(seed)) % centres.length, seed / 40];
  const centre = seen ?? { lat: centres[i][0] + turn, lng: centres[i][1] + turn };
  renderViewInto(rgba, await opened, { place: centre, heading: 0, widthKm: 500 }, size);
  const place =
    lat === undefined || lng === undefined
      ? {}
      : {
          IFD3: {
            GPSLatitude: degrees(lat),
            GPSLatitudeRef: lat < 0 ? "S" : "N",
            GPSLongitude: degrees(lng),
            GPSLongitudeRef: lng < 0 ? "W" : "E",
          },
        };
  return sharp(rgba, { raw: { width: size, height: size, channels: 4 } })
    .removeAlpha()
    .withExif({ IFD0: { Make: "Maker", Model: "Camera" }, ...(time && { IFD2: { DateTimeOriginal: time } }), ...place })
    .jpeg()
    .toBuffer();
}
