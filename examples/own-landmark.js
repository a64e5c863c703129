/**
 * Makes a folder of geotagged photographs for the guide to one's own landmark: eighty views of a made-up gate, one of its two towers
 * twice as high as the other, with the position and the lens in each file's EXIF as a camera writes them.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makePhotographs } from "geodrift/landmarks";

const out = "out/own-landmark/pictures";

/** A block from one corner to the other, metres: x east, y north, z up. */
function block([x0, y0, z0], [x1, y1, z1], colour) {
  const corners = [];
  for (const x of [x0, x1]) for (const y of [y0, y1]) for (const z of [z0, z1]) corners.push(x, y, z);
  const faces = [
    [0, 1, 3, 2],
    [4, 6, 7, 5],
    [0, 4, 5, 1],
    [2, 3, 7, 6],
    [0, 2, 6, 4],
    [1, 5, 7, 3],
  ];
  const triangles = faces.flatMap(([a, b, c, d]) => [a, b, c, a, c, d]);
  return { positions: Float32Array.from(corners), triangles: Uint32Array.from(triangles), colour };
}

const gate = {
  parts: [
    block([-9, -3, -12], [-3, 3, 12], [0.75, 0.3, 0.25]),
    block([3, -3, -12], [9, 3, 0], [0.8, 0.75, 0.6]),
    block([-3, -2, -3], [3, 2, 0], [0.6, 0.6, 0.65]),
  ],
};
const landmark = {
  ...{ name: "gate", title: "Two-Tower Gate", place: { lat: 47.37, lng: 8.54 }, heightM: 24, facing: 180 },
  photographs: { gpsM: 5 },
  shape: { kind: "mesh", file: "gate.glb", licence: "CC0-1.0", credit: "made by examples/own-landmark.js" },
};
const shape = { mesh: gate, heightM: 24, radiusM: Math.hypot(9, 3) };

await rm(out, { recursive: true, force: true });
await makePhotographs(landmark, shape, out, { seed: 3, azimuths: "tourist", size: 64, train: 80, test: 0 });
// What a person has: pictures, and nothing that says what they show.
for (const file of ["photos.csv", "landmark.json"]) await rm(join(out, file));
console.log(`80 geotagged photographs are in ${out}/.`);
