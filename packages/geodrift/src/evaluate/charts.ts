import type { Chart, Series } from "../figures/chart.js";
import type { Evaluation } from "./evaluate.js";
import type { RegionFigures } from "./spread.js";

/**
 * Reliability diagram: nominal mass of regions against the share of true places in them. Above the diagonal regions are
 * too wide, below it too narrow.
 */
export function reliabilityChart(evaluations: readonly Evaluation[]): Chart {
  const series = (name: string, { calibration: { levels, coverage } }: RegionFigures): Series => ({
    name,
    points: [[0, 0], ...levels.map((level, i) => [level, coverage[i]] as const), [1, 1]],
  });
  return {
    name: "reliability",
    title: "Share of the true places that regions hold",
    x: { label: "mass of the region" },
    y: { label: "holds" },
    series: evaluations.flatMap(({ model, regions, wholeRegions }) => [
      ...(regions ? [series(model.name, regions)] : []),
      ...(wholeRegions ? [series(`${model.name}, on a mesh`, wholeRegions)] : []),
    ]),
    diagonal: true,
  };
}

/** Recall against searched area in km², for every model: of its regions, or of circles around its guesses. */
export const recallChart = (evaluations: readonly Evaluation[]): Chart => ({
  name: "recall-area",
  title: "Share of the true places found in a searched area",
  x: { label: "searched area, km²", log: true },
  y: { label: "found" },
  series: evaluations.map(({ model, regions, circles }): Series => {
    const { areasKm2, recall } = regions?.recallAgainstArea ?? circles;
    const name = regions ? model.name : `${model.name}, circles`;
    return { name, points: areasKm2.map((area, i) => [area, recall[i]] as const) };
  }),
});
