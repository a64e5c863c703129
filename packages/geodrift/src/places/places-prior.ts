/** Where pictures are taken at all: a prior from a list of places, as a histogram over a quadtree. */
import { fileURLToPath } from "node:url";
import { type Prior, type Quadtree, quadtree, quadtreeFromDepths } from "@geodrift/core";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";

/** A histogram of places over the leaves of a quadtree, as a JSON file keeps it. */
export const placesHistogram = z.strictObject({
  /** Whose places. */
  source: z.string(),
  licence: z.string(),
  /** Depths of the leaves in depth-first order, [leaves]. */
  depths: z.array(z.int().nonnegative()).min(1),
  /** Places in each leaf, [leaves]. */
  counts: z.array(z.int().nonnegative()).min(1),
});

/** Depths of the leaves of a quadtree, and places in each; both [leaves]. */
export type PlacesHistogram = Pick<z.infer<typeof placesHistogram>, "depths" | "counts">;

/** Share of the prior that is uniform over the globe, so that no place is impossible for being unvisited. */
const uniformShare = 0.01;

/** @param counts of the leaves */
function histogramPrior(tree: Quadtree, counts: ArrayLike<number>): Prior {
  const total = Array.from(counts).reduce((a, b) => a + b, 0);
  const weights = tree.areas.map(
    (area, i) => ((1 - uniformShare) * counts[i]) / total / area + uniformShare / (4 * Math.PI),
  );
  return (x) => weights[tree.find(x)];
}

/**
 * How many places lie in each leaf of a quadtree.
 * @param places unit vectors [n, 3]
 * @returns counts [leaves]
 */
export function countPlaces(tree: Quadtree, places: ArrayLike<number>): number[] {
  const counts = new Array<number>(tree.cells.length).fill(0);
  for (let i = 0; i + 2 < places.length; i += 3) counts[tree.find([places[i], places[i + 1], places[i + 2]])]++;
  return counts;
}

/** Leaves with this share of the places, or ten places, are not split further. */
const leafShare = 1 / 500;

/**
 * Places that a leaf may hold without being split: a 500th of them, at least ten.
 * @param places how many there are in all
 */
export const leafCapacity = (places: number): number => Math.max(10, Math.ceil(leafShare * places));

/**
 * A prior from places: the histogram over a quadtree that is fine where there are many, mixed with 1 % of the uniform
 * density.
 * @param places unit vectors [n, 3]
 * @returns density per steradian
 */
export function placesPrior(places: ArrayLike<number>): Prior {
  const tree = quadtree(places, leafCapacity(places.length / 3));
  return histogramPrior(tree, countPlaces(tree, places));
}

/**
 * The prior of photographs that comes with the package: density per steradian.
 * @throws GeodriftError if its file is missing or damaged
 */
export async function photosPrior(): Promise<Prior> {
  const file = new URL("../../priors/photos.json", import.meta.url);
  const { depths, counts } = await readJsonFile(fileURLToPath(file), placesHistogram);
  return histogramPrior(quadtreeFromDepths(depths), counts);
}
