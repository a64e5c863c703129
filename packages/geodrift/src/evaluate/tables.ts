/**
 * Evaluations as the two tables of “Around the World in 80 Timesteps” (arXiv 2412.06781), guesses (Table 1) and
 * distributions (Table 2), and two more.
 */
import type { Evaluation } from "./evaluate.js";
import type { RuleFigures } from "./guesses.js";
import type { RegionFigures } from "./spread.js";
import { type Column, cellOf, percentOf, type Table, tableOf } from "./table.js";

/** Metrics of single guesses: one row for every model and rule; halves of 95 % intervals after ±. */
export function guessTable(evaluations: readonly Evaluation[]): Table {
  type Row = RuleFigures & Pick<Evaluation, "model">;
  const radii = evaluations[0].rules[0].accuracy.map((a) => a.radiusKm);
  const columns: Column<Row>[] = [
    ["model", (r) => r.model.name],
    ["rule", (r) => r.rule],
    ["GeoScore", (r) => cellOf(r.geoScore, 0)],
    ["mean, km", (r) => cellOf(r.meanKm, 0)],
    ["median, km", (r) => cellOf(r.medianKm, 1)],
    ...radii.map((km, i): Column<Row> => [`< ${km} km, %`, (r) => percentOf(r.accuracy[i].share)]),
    ["country, %", (r) => percentOf(r.areas.country)],
    ["region, %", (r) => percentOf(r.areas.region)],
    ["city, %", (r) => percentOf(r.areas.city)],
  ];
  const rows = evaluations.flatMap(({ model, rules }) => rules.map((r) => ({ ...r, model })));
  return tableOf("guesses", "Guesses", columns, rows);
}

/**
 * Metrics of distributions: one row for every model. Precision, recall, density and coverage are of one sample per
 * picture, without guidance.
 */
export function distributionTable(evaluations: readonly Evaluation[]): Table {
  const sample = (e: Evaluation) => e.rules.find((r) => r.rule === "sample") as RuleFigures;
  const columns: Column<Evaluation>[] = [
    ["model", (e) => e.model.name],
    ["method", (e) => e.model.method],
    ["NLL, nats", (e) => cellOf(e.likelihood?.nats, 2)],
    ["NLL, bits per dimension", (e) => cellOf(e.likelihood?.bitsPerDimension, 2)],
    ["NLL of", (e) => e.likelihood && String(e.likelihood.examples)],
    ["precision, %", (e) => percentOf(sample(e).manifold?.precision)],
    ["recall, %", (e) => percentOf(sample(e).manifold?.recall)],
    ["density", (e) => cellOf(sample(e).manifold?.density, 2)],
    ["coverage, %", (e) => percentOf(sample(e).manifold?.coverage)],
    ["localizability, bits", (e) => cellOf(e.likelihood?.localizabilityBits, 2)],
  ];
  return tableOf("distributions", "Distributions", columns, evaluations);
}

/** Precision, recall, density and coverage as the released code has them: means over twenty blocks. */
export function officialTable(evaluations: readonly Evaluation[]): Table {
  type Row = RuleFigures & Pick<Evaluation, "model">;
  const columns: Column<Row>[] = [
    ["model", (r) => r.model.name],
    ["rule", (r) => r.rule],
    ["precision, %", (r) => percentOf(r.officialManifold?.precision)],
    ["recall, %", (r) => percentOf(r.officialManifold?.recall)],
    ["density", (r) => cellOf(r.officialManifold?.density, 2)],
    ["coverage, %", (r) => percentOf(r.officialManifold?.coverage)],
  ];
  const rows = evaluations.flatMap(({ model, rules }) => rules.map((r) => ({ ...r, model })));
  return tableOf("blocks", "Precision, recall, density, coverage in blocks of a twentieth", columns, rows);
}

/** Calibration of highest-density regions: one row for every model and source of its regions. */
export function calibrationTable(evaluations: readonly Evaluation[]): Table {
  type Row = RegionFigures & Pick<Evaluation, "model">;
  const columns: Column<Row>[] = [
    ["model", (r) => r.model.name],
    ["regions by", (r) => r.from],
    ["examples", (r) => String(r.examples)],
    ["50 % holds, %", (r) => percentOf(r.held50)],
    ["90 % holds, %", (r) => percentOf(r.held90)],
    ["expected error", (r) => cellOf(r.expectedError, 3)],
    ["localizability of the regions, bits", (r) => cellOf(r.localizabilityBits, 2)],
  ];
  const rows = evaluations.flatMap(({ model, regions, wholeRegions }) =>
    [regions, wholeRegions].flatMap((r) => (r ? [{ ...r, model }] : [])),
  );
  return tableOf("calibration", "Calibration", columns, rows);
}
