/** Run by hand, once: `node dist/places/build-photos-prior.js PLACES.csv` writes the histogram behind `--prior photos`. */
import { writeFileSync } from "node:fs";
import { leafDepths, quadtree, toVec3 } from "@geodrift/core";
import { countPlaces, leafCapacity } from "./places-prior.js";
import { readPlacesTable } from "./places-table.js";

const { places } = await readPlacesTable(process.argv[2]);
const points = Float64Array.from(places.flatMap((p) => [...toVec3(p)]));
const tree = quadtree(points, leafCapacity(places.length));
const histogram = {
  source: "100,000 places of photographs: the coordinates gallery of GeoCLIP (Vivanco Cepeda et al. 2023)",
  licence: "MIT",
  depths: [...leafDepths(tree)],
  counts: countPlaces(tree, points),
};
writeFileSync(new URL("../../priors/photos.json", import.meta.url), `${JSON.stringify(histogram)}\n`);
