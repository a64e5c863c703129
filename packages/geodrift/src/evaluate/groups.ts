/** Where on Earth a model is how good: figures of its guesses by latitude, by continent, and by climate. */
import { distanceMetrics, type LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { type Mask, pixelAt } from "../earth/raster.js";
import { areasAt } from "../places/country.js";
import type { EvaluationRun, ExampleOutcome } from "./evaluate.js";
import { type Figure, figures } from "./figure.js";
import { type Column, cellOf, percentOf, type Table, tableOf } from "./table.js";

/** Fewer examples say nothing that could be relied on. */
const least = 20;

/** Names for what places have in common, and which of them a place has; undefined where none fits. */
export interface Grouping {
  kind: string;
  of(place: LatLng): string | undefined;
}

/** Bands of latitude, from the north: their southern ends in degrees. */
const bands: readonly [south: number, name: string][] = [
  [60, "north of 60° N"],
  [23.44, "60° N to the tropic"],
  [-23.44, "within the tropics"],
  [-60, "the tropic to 60° S"],
  [-91, "south of 60° S"],
];

/** By bands of latitude. */
export const byLatitude: Grouping = {
  kind: "latitude",
  of: ({ lat }) => bands.find(([south]) => lat > south)?.[1],
};

/** By continents. */
export const byContinent: Grouping = { kind: "continent", of: ({ lat, lng }) => areasAt(lat, lng).continent };

/** The five groups of climates of Köppen and Geiger, by their first and last class of 30 (Beck et al. 2023). */
const climates: readonly [first: number, last: number, name: string][] = [
  [1, 3, "A, tropical"],
  [4, 7, "B, arid"],
  [8, 16, "C, temperate"],
  [17, 28, "D, cold"],
  [29, 30, "E, polar"],
];

/**
 * By groups of climates.
 * @param classes of Köppen and Geiger, 0 (the sea) … 30
 * @throws GeodriftError `data` for a map that holds other classes
 */
export function byClimate(classes: Mask): Grouping {
  const odd = classes.data.find((c) => c > 30);
  if (odd !== undefined) throw new GeodriftError("data", `a map of climates has classes of 0 to 30, got ${odd}`);
  return {
    kind: "climate",
    of(place) {
      const own = classes.data[pixelAt(classes, place)];
      return climates.find(([first, last]) => own >= first && own <= last)?.[2];
    },
  };
}

interface Row {
  model: string;
  kind: string;
  group: string;
  examples: number;
  figures: Record<"medianKm" | "meanKm" | "geoScore", Figure> & Partial<Record<"bits" | "held50" | "held90", Figure>>;
}

/**
 * Figures of the modes (or the only points) of several models, by what the true places have in common. Groups of fewer than 20 examples
 * are left out.
 */
export function groupTable(runs: readonly EvaluationRun[], groupings: readonly Grouping[]): Table {
  const rows = runs.flatMap(({ evaluation, examples }) =>
    groupings.flatMap(({ kind, of }) => {
      const groups = new Map<string, ExampleOutcome[]>();
      for (const example of examples) {
        const group = of(example.truth);
        if (group === undefined) continue;
        const own = groups.get(group);
        if (own) own.push(example);
        else groups.set(group, [example]);
      }
      return [...groups]
        .filter(([, own]) => own.length >= least)
        .sort(([a], [b]) => order(kind, a) - order(kind, b) || a.localeCompare(b))
        .map(([group, own]) => ({ model: evaluation.model.name, kind, group, ...figuresOf(own) }));
    }),
  );
  const columns: Column<Row>[] = [
    ["model", (r) => r.model],
    ["by", (r) => r.kind],
    ["group", (r) => r.group],
    ["examples", (r) => String(r.examples)],
    ["median, km", (r) => cellOf(r.figures.medianKm, 1)],
    ["mean, km", (r) => cellOf(r.figures.meanKm, 0)],
    ["GeoScore", (r) => cellOf(r.figures.geoScore, 0)],
    ["localizability, bits (median)", (r) => cellOf(r.figures.bits, 1)],
    ["50 % holds, %", (r) => percentOf(r.figures.held50)],
    ["90 % holds, %", (r) => percentOf(r.figures.held90)],
  ];
  return tableOf("groups", "Where on Earth", columns, rows);
}

/** Bands from the north; others by their names. */
const order = (kind: string, group: string): number =>
  kind === byLatitude.kind ? bands.findIndex(([, name]) => name === group) : 0;

function figuresOf(own: readonly ExampleOutcome[]): Pick<Row, "examples" | "figures"> {
  const km = Float64Array.from(own, (e) => e.distanceKm);
  const guesses = figures(own.length, (indices) => {
    const { medianKm, meanKm, meanGeoScore } = distanceMetrics(Float64Array.from(indices, (i) => km[i]));
    return { medianKm, meanKm, geoScore: meanGeoScore };
  });
  // Methods that name a point say nothing of how sure they are.
  const sure = own.some((e) => e.credibleLevel === undefined)
    ? {}
    : figures(own.length, (indices) => {
        const bits = Float64Array.from(indices, (i) => own[i].localizabilityBits ?? Number.NaN).sort();
        const held = (mass: number) =>
          indices.reduce((sum, i) => sum + Number((own[i].credibleLevel ?? 1) <= mass), 0) / indices.length;
        return { bits: bits[bits.length >> 1], held50: held(0.5), held90: held(0.9) };
      });
  return { examples: own.length, figures: { ...guesses, ...sure } };
}
