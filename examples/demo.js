/**
 * `npm run demo`: cuts five views of real places out of NASA's Blue Marble (the picture inside the npm package
 * three-globe), asks the embedded model where they are, and draws a map of each answer.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { distanceKm } from "@geodrift/core";
import { formatKm, loadModel, locate, toText, writeMap } from "geodrift";
import { readRaster, renderViewInto } from "geodrift/earth";
import sharp from "sharp";

const places = [
  { name: "Nile delta", lat: 30.6, lng: 31.2 },
  { name: "Strait of Gibraltar", lat: 36.2, lng: -5.2 },
  { name: "Lake Titicaca", lat: -16.0, lng: -69.3 },
  { name: "Great Lakes", lat: 44.8, lng: -84.5 },
  { name: "South Island", lat: -43.8, lng: 170.6 },
];
const widthKm = 500;
const size = 256;
const out = "out/demo";

const file = join(
  dirname(createRequire(import.meta.url).resolve("three-globe")),
  "../example/img/earth-blue-marble.jpg",
);
const blueMarble = await readRaster(file, undefined, "three-globe");
const model = await loadModel("earth");
await mkdir(out, { recursive: true });

const files = [];
for (const place of places) {
  const rgba = new Uint8Array(size * size * 4);
  renderViewInto(rgba, blueMarble, { place, heading: 0, widthKm }, size);
  const picture = join(out, `${place.name.toLowerCase().replaceAll(" ", "-")}.png`);
  await sharp(rgba, { raw: { width: size, height: size, channels: 4 } })
    .removeAlpha()
    .png()
    .toFile(picture);
  files.push(picture);
}

const rows = files.map((file, k) => `${basename(file)},${places[k].lat},${places[k].lng}`);
await writeFile(join(out, "places.csv"), `file,lat,lng\n${rows.join("\n")}\n`);

const options = { samples: 256, guidance: 0, seed: 0, fine: true };
let i = 0;
for await (const answer of locate(files, model, options)) {
  const truth = places[i++];
  if ("error" in answer) throw new Error(`${answer.image}: ${answer.error}`);
  const map = answer.result.image.replace(/\.png$/, ".svg");
  await writeMap(map, answer);
  console.log(
    `${truth.name}, ${Math.abs(truth.lat)}°${truth.lat < 0 ? "S" : "N"} ${Math.abs(truth.lng)}°${truth.lng < 0 ? "W" : "E"}`,
  );
  console.log(`  answer: ${toText(answer.result).replace(/^[^:]*: /, "")}`);
  console.log(`  error:  ${formatKm(distanceKm(truth, answer.result.best))}; map: ${map}`);
}
console.log(`\nPictures and maps are in ${out}/.`);
