/** What guidance, steps and solvers do to a flow or a diffusion: the paper's ablations. */
import {
  distanceMetrics,
  type ManifoldMetrics,
  manifoldMetrics,
  type PathName,
  solvers,
  vectorAt,
} from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { Chart } from "../figures/chart.js";
import type { LoadedModel } from "../models/load.js";
import { solvingOf } from "../models/solving.js";
import type { EmbeddedDataset } from "./embedded-dataset.js";
import { distancesKm } from "./guesses.js";
import { type Table, tableOf } from "./table.js";

/** What an ablation is made with. */
export interface AblationOptions {
  /** Examples that are taken, from the start of the dataset; more than 3. */
  most: number;
  /** Of the noise. */
  seed: number;
  /** The solver under which guidance is compared; the method's default if left out. */
  solver?: string;
  /** Its steps; its own number for each guidance if left out. */
  steps?: number;
  /** Called after every setting, and after the reference. */
  onRow?: () => void;
}

/** One sample per example, under one setting. */
export interface AblationRow extends ManifoldMetrics {
  /** Name of the solver. */
  solver: string;
  /** Steps of the solver. */
  steps: number;
  /** w of (1 + w) ψ(c) − w ψ(∅). */
  guidance: number;
  /** Network evaluations per sample; guidance takes two for each of the solver's. */
  evaluations: number;
  /** Mean distance from the truth, km. */
  meanKm: number;
  /** Median distance from the truth, km. */
  medianKm: number;
  /** Mean GeoScore, 0 … 5000. */
  geoScore: number;
  /**
   * Error of the solver: median distance, in km, to where the finest setting carries the same noise; only where steps are
   * compared.
   */
  errorKm?: number;
}

/** What guidance does, and what solvers and steps do. */
export interface Ablation {
  /** One row for each of `guidanceStrengths`. */
  guidance: AblationRow[];
  /** One row for each solver and each of `stepCounts`, without guidance. */
  steps: AblationRow[];
}

/** Guidances w that are compared. */
export const guidanceStrengths = [0, 0.5, 1, 1.5, 2, 3, 4] as const;
/** Numbers of steps that are compared. */
export const stepCounts = [1, 2, 4, 8, 16, 32, 64, 125, 250] as const;

/** Rows of noise that examples take turns at. */
const rows = 16;
const batchSize = 64;

/** How many settings an ablation samples, the reference included: for a progress bar. */
export const ablationRows = (path: PathName): number =>
  guidanceStrengths.length + stepCounts.length * Object.keys(solvers[path]).length + 1;

/**
 * Compares guidances, and solvers with numbers of steps, on one sample per example.
 * @throws GeodriftError `data` for a method that does not solve a flow, or three examples or fewer; `option` for a solver
 * that the method does not have
 */
export async function ablate(model: LoadedModel, data: EmbeddedDataset, options: AblationOptions): Promise<Ablation> {
  const { description } = model;
  if (description.method !== "generative")
    throw new GeodriftError(
      "data",
      `${description.name}: guidance and steps are of flows and diffusions, its method is ${description.method}`,
    );
  const known = solvers[description.path];
  const n = Math.min(options.most, data.ids.length);
  if (n <= 3) throw new GeodriftError("data", `${data.name}: ablations need more than 3 examples, got ${n}`);
  const truths = data.truths.subarray(0, 3 * n);
  const draw = async (solver: string, steps: number, guidance: number): Promise<Float64Array> => {
    const points = new Float64Array(3 * n);
    for (let from = 0; from < n; from += batchSize) {
      const to = Math.min(n, from + batchSize);
      const c = data.embeddings.subarray(from * data.width, to * data.width);
      const drawn = await model.locator.sample(c, rows, { seed: options.seed, steps, solver, guidance });
      for (let i = from; i < to; i++) points.set(vectorAt(drawn, rows * (i - from) + (i % rows)), 3 * i);
    }
    options.onRow?.();
    return points;
  };
  const rowOf = (solver: string, steps: number, guidance: number, points: Float64Array): AblationRow => {
    const { meanKm, medianKm, meanGeoScore } = distanceMetrics(distancesKm(truths, points));
    const evaluations = steps * known[solver].evaluations * (guidance > 0 ? 2 : 1);
    return {
      solver,
      steps,
      guidance,
      evaluations,
      meanKm,
      medianKm,
      geoScore: meanGeoScore,
      ...manifoldMetrics(truths, points),
    };
  };
  const names = Object.keys(known);
  const guidance: AblationRow[] = [];
  for (const w of guidanceStrengths) {
    const { solver = names[0], steps: count } = solvingOf(description, options, w);
    guidance.push(rowOf(solver, count, w, await draw(solver, count, w)));
  }
  // The solver of the highest order, at more steps than are compared.
  const finest = names.reduce((a, b) => (known[b].order > known[a].order ? b : a));
  const reference = await draw(finest, 2 * Math.max(...stepCounts), 0);
  const steps: AblationRow[] = [];
  for (const solver of names)
    for (const count of stepCounts) {
      const points = await draw(solver, count, 0);
      const errorKm = distanceMetrics(distancesKm(reference, points)).medianKm;
      steps.push({ ...rowOf(solver, count, 0, points), errorKm });
    }
  return { guidance, steps };
}

/**
 * The two tables of an ablation.
 * @param name of the model, for titles and file names
 */
export function ablationTables(name: string, { guidance, steps }: Ablation): Table[] {
  const percent = (x: number) => (100 * x).toFixed(1);
  const shared = [
    ["network evaluations", (r: AblationRow) => String(r.evaluations)],
    ["GeoScore", (r: AblationRow) => r.geoScore.toFixed(0)],
    ["mean, km", (r: AblationRow) => r.meanKm.toFixed(0)],
    ["median, km", (r: AblationRow) => r.medianKm.toFixed(1)],
    ["precision, %", (r: AblationRow) => percent(r.precision)],
    ["recall, %", (r: AblationRow) => percent(r.recall)],
    ["density", (r: AblationRow) => r.density.toFixed(2)],
    ["coverage, %", (r: AblationRow) => percent(r.coverage)],
  ] as const;
  return [
    tableOf(
      `ablation-guidance-${name}`,
      `Guidance: ${name}, ${guidance[0].solver}, one sample`,
      [["guidance", (r) => String(r.guidance)], ["steps", (r) => String(r.steps)], ...shared],
      guidance,
    ),
    tableOf(
      `ablation-steps-${name}`,
      `Solvers and steps: ${name}, one sample without guidance`,
      [
        ["solver", (r) => r.solver],
        ["steps", (r) => String(r.steps)],
        ["error of the solver, km", (r) => r.errorKm?.toFixed(1)],
        ...shared,
      ],
      steps,
    ),
  ];
}

/**
 * The four charts of an ablation: metrics against guidance, and against network evaluations per sample.
 * @param name of the model, for titles and file names
 */
export function ablationCharts(name: string, { guidance, steps }: Ablation): Chart[] {
  const bySolver = [...new Set(steps.map((r) => r.solver))];
  const series = (y: (r: AblationRow) => number) =>
    bySolver.map((solver) => ({
      name: solver,
      points: steps.filter((r) => r.solver === solver).map((r) => [r.evaluations, y(r)] as const),
    }));
  const strength = { label: "guidance" };
  const evaluations = { label: "network evaluations per sample", log: true };
  return [
    {
      name: `ablation-guidance-${name}`,
      title: `Guidance: ${name}`,
      x: strength,
      y: { label: "share" },
      series: (["precision", "recall", "coverage"] as const).map((key) => ({
        name: key,
        points: guidance.map((r) => [r.guidance, r[key]] as const),
      })),
    },
    {
      name: `ablation-guidance-score-${name}`,
      title: `GeoScore and guidance: ${name}`,
      x: strength,
      y: { label: "GeoScore" },
      series: [{ name: "one sample", points: guidance.map((r) => [r.guidance, r.geoScore] as const) }],
    },
    {
      name: `ablation-steps-${name}`,
      title: `Error of the solver, median: ${name}`,
      x: evaluations,
      y: { label: "km", log: true },
      series: series((r) => Math.max(1e-3, r.errorKm ?? 0)),
    },
    {
      name: `ablation-steps-score-${name}`,
      title: `GeoScore of one sample and steps: ${name}`,
      x: evaluations,
      y: { label: "GeoScore" },
      series: series((r) => r.geoScore),
    },
  ];
}
