/** Evaluations as the paper's two tables: guesses (Table 1) and distributions (Table 2). */
import type { Evaluation, Figure, RuleFigures } from "./evaluate.js";

export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

const percent = (share: number): string => (100 * share).toFixed(1);
const withInterval = ({ value, interval }: Figure, digits: number): string =>
  `${value.toFixed(digits)} (${interval.low.toFixed(digits)}–${interval.high.toFixed(digits)})`;

/** One row for every model and rule; 95 % intervals in parentheses. */
export function guessTable(evaluations: readonly Evaluation[]): Table {
  const radii = evaluations[0].rules[0].accuracy.map((a) => `< ${a.radiusKm} km, %`);
  return {
    title: "Guesses",
    head: ["model", "method", "rule", "GeoScore", "mean, km", "median, km", ...radii],
    rows: evaluations.flatMap((e) =>
      e.rules.map((r) => [
        e.model.name,
        e.model.method,
        r.rule,
        withInterval(r.geoScore, 0),
        withInterval(r.meanKm, 0),
        withInterval(r.medianKm, 1),
        ...r.accuracy.map((a) => percent(a.share)),
      ]),
    ),
  };
}

/** One row for every model; precision and its kin are of single samples without guidance. */
export function distributionTable(evaluations: readonly Evaluation[]): Table {
  return {
    title: "Distributions",
    head: [
      "model",
      "method",
      "NLL, nats",
      "NLL, bits per dimension",
      "precision, %",
      "recall, %",
      "density",
      "coverage, %",
      "localizability, bits",
      "50 % holds, %",
      "90 % holds, %",
      "calibration error",
    ],
    rows: evaluations.map((e) => {
      const { manifold } = e.rules.find((r) => r.rule === "sample") as RuleFigures;
      const nll = e.negativeLogLikelihood;
      const held = (level: number) =>
        e.calibration ? percent(e.calibration.coverage[e.calibration.levels.indexOf(level)]) : "–";
      return [
        e.model.name,
        e.model.method,
        nll ? withInterval(nll.nats, 2) : "–",
        nll ? nll.bitsPerDimension.toFixed(2) : "–",
        ...(manifold
          ? [
              percent(manifold.precision),
              percent(manifold.recall),
              manifold.density.toFixed(2),
              percent(manifold.coverage),
            ]
          : ["–", "–", "–", "–"]),
        e.localizabilityBits?.toFixed(2) ?? "–",
        held(0.5),
        held(0.9),
        e.calibration?.expectedError.toFixed(3) ?? "–",
      ];
    }),
  };
}

export const toMarkdown = ({ title, head, rows }: Table): string =>
  [
    `**${title}**`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---").join("|")}|`,
    ...rows.map((r) => `| ${r.join(" | ")} |`),
    "",
  ].join("\n");

export const toCsv = ({ head, rows }: Table): string =>
  `${[head, ...rows].map((r) => r.map((c) => (/[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join(",")).join("\n")}\n`;
