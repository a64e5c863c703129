/**
 * Makes a folder of located pictures for the guide to one's own pictures: 600 views from above, cut out of the Blue Marble
 * inside the npm package three-globe, with the place in each file's EXIF as a camera writes it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Generator, toLatLng, uniformPoints, vectorAt } from "@geodrift/core";
import { readRaster, renderViewInto } from "geodrift/earth";
import sharp from "sharp";

const out = "out/own-photos/pictures";
const [count, size] = [600, 96];
const file = join(
  dirname(createRequire(import.meta.url).resolve("three-globe")),
  "../example/img/earth-blue-marble.jpg",
);
const raster = await readRaster(file, undefined, "three-globe");
const random = new Generator(17);
const places = uniformPoints(random, 20 * count);
await mkdir(out, { recursive: true });

/** Degrees, minutes and seconds as EXIF wants them. */
const degrees = (x) => {
  const seconds = Math.round(Math.abs(x) * 3600 * 100);
  return `${Math.floor(seconds / 360_000)}/1 ${Math.floor((seconds % 360_000) / 6000)}/1 ${seconds % 6000}/100`;
};

let made = 0;
for (let i = 0; made < count; i++) {
  const place = toLatLng(vectorAt(places, i));
  const rgba = new Uint8Array(size * size * 4);
  renderViewInto(
    rgba,
    raster,
    { place, heading: 20 * (random.uniform() - 0.5), widthKm: random.uniform(260, 700) },
    size,
  );
  // Open sea says nothing, and nobody takes pictures of it.
  if (Math.abs(place.lat) > 72 || isSea(rgba)) continue;
  const jpeg = await sharp(rgba, { raw: { width: size, height: size, channels: 4 } })
    .removeAlpha()
    .withExif({
      IFD3: {
        GPSLatitude: degrees(place.lat),
        GPSLatitudeRef: place.lat < 0 ? "S" : "N",
        GPSLongitude: degrees(place.lng),
        GPSLongitudeRef: place.lng < 0 ? "W" : "E",
      },
    })
    .jpeg({ quality: 92 })
    .toBuffer();
  await writeFile(join(out, `view-${String(made++).padStart(4, "0")}.jpg`), jpeg);
}
console.log(`${made} located pictures are in ${out}/.`);

/** Mostly blue, and dark. */
function isSea(rgba) {
  let sea = 0;
  for (let k = 0; k < rgba.length; k += 4) if (rgba[k + 2] > rgba[k] + 15 && rgba[k + 1] < 90) sea++;
  return sea > 0.7 * (rgba.length / 4);
}
