/** The most and the least localizable pictures with their maps: Figure 3 of the paper. */
import { type LatLng, type PlaceDistribution, sampleDistribution, toLatLng, vectorAt } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import sharp from "sharp";
import { outlines } from "../figures/land.js";
import { region } from "../figures/region.js";
import { colours } from "../figures/svg.js";
import { escapeXml } from "../files/escape-xml.js";
import { withRegions } from "../locate/regions.js";
import type { LoadedModel } from "../models/load.js";
import type { Dataset, Example } from "../pictures/dataset.js";
import { formatKm } from "../places/format.js";
import { type EmbeddedDataset, embeddingOf } from "./embedded-dataset.js";
import type { EvaluationRun } from "./evaluate.js";
import type { EvaluateOptions } from "./outcomes.js";
import type { Drawing } from "./report.js";

const picture = 112;
const globe = { width: 236, height: 120 };
const cell = { width: picture + globe.width + 28, height: 146 };
const header = 30;

/** Samples that are drawn where a method has no outlines. */
const dots = 128;

/**
 * Draws the pictures whose distributions have the highest and the lowest localizability, each with its map.
 * @param data the embeddings of `dataset`, in the same order
 * @param n pictures of each kind
 * @returns undefined for methods without a density, which say nothing of how localizable a picture is
 * @throws GeodriftError `data` if the dataset lacks an example that was evaluated
 */
export async function extremes(
  model: LoadedModel,
  dataset: Dataset,
  data: EmbeddedDataset,
  { examples }: EvaluationRun,
  options: EvaluateOptions,
  n: number,
): Promise<Drawing | undefined> {
  const ranked = examples
    .map((e, index) => ({ ...e, index }))
    .filter((e) => e.localizabilityBits !== undefined)
    .sort((a, b) => (b.localizabilityBits as number) - (a.localizabilityBits as number));
  if (ranked.length === 0) return undefined;
  const columns = [ranked.slice(0, n), ranked.slice(-n).reverse()];
  const heads = ["most localizable", "least localizable"];
  const drawn: string[] = [];
  for (const [c, column] of columns.entries()) {
    drawn.push(`<text x="${c * cell.width + 8}" y="20" font-size="14" font-weight="600">${heads[c]}</text>`);
    for (const [r, outcome] of column.entries()) {
      const example = await exampleAt(dataset, outcome.index);
      const { distribution, samples } = await distributionOf(model, embeddingOf(data, outcome.index), options);
      const words = `${outcome.id}: ${(outcome.localizabilityBits as number).toFixed(1)} bits, ${formatKm(outcome.distanceKm)} off`;
      drawn.push(`<g transform="translate(${c * cell.width + 8} ${header + r * cell.height})">
<image width="${picture}" height="${picture}" href="${await dataUri(example)}"/>
<g transform="translate(${picture + 8} 0)">${globeMap(distribution, samples, outcome.truth, outcome.guess)}</g>
<text y="${globe.height + 12}" font-size="11" fill="#333">${escapeXml(words)}</text></g>`);
    }
  }
  const height = header + Math.max(...columns.map((c) => c.length)) * cell.height + 4;
  const title = `Most and least localizable pictures by ${model.description.name}`;
  return {
    name: `extremes-${model.description.name}`,
    title,
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * cell.width} ${height}" width="${2 * cell.width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif" role="img" aria-label="${escapeXml(title)}">
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join("\n")}
</svg>
`,
  };
}

async function exampleAt(dataset: Dataset, index: number): Promise<Example> {
  for await (const example of dataset.examples(index, index + 1)) return example;
  throw new GeodriftError("data", `${dataset.name}: has no example ${index}`);
}

async function dataUri({ picture: { width, height, data } }: Example): Promise<string> {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

async function distributionOf(
  { locator, description }: LoadedModel,
  embedding: Float32Array,
  { steps, seed, solver }: EvaluateOptions,
): Promise<{ distribution: PlaceDistribution; samples: Float64Array }> {
  const samples = await locator.sample(embedding, dots, { steps, seed, solver, guidance: 0 });
  const [distribution] = (await locator.distributions?.(embedding, { steps, solver, guidance: 0 })) ?? [];
  return { distribution: distribution ? withRegions(distribution, description) : sampleDistribution(samples), samples };
}

function globeMap(distribution: PlaceDistribution, samples: Float64Array, truth: LatLng, guess: LatLng): string {
  const projection = geoNaturalEarth1().fitSize([globe.width, globe.height], { type: "Sphere" });
  const path = geoPath(projection).digits(1);
  const at = ({ lat, lng }: LatLng) => (projection([lng, lat]) ?? [0, 0]).map((v) => v.toFixed(1));
  const shades = [0.5, 0.9].map((mass) => {
    const rings = distribution.outlines?.(mass) ?? [];
    const d = rings.length > 0 ? path(region(rings)) : null;
    return d
      ? `<path d="${d}" fill="${colours.sample}" fill-opacity="0.3" stroke="${colours.sample}" stroke-width="0.5"/>`
      : "";
  });
  const points = distribution.outlines
    ? []
    : Array.from({ length: samples.length / 3 }, (_, i) => at(toLatLng(vectorAt(samples, i)))).map(
        ([x, y]) => `<circle cx="${x}" cy="${y}" r="1.2" fill="${colours.sample}" fill-opacity="0.5"/>`,
      );
  const [cx, cy] = at(truth);
  return [
    `<path d="${path({ type: "Sphere" })}" fill="${colours.sea}"/>`,
    `<path d="${path(outlines("110m").land)}" fill="${colours.land}" stroke="${colours.line}" stroke-width="0.4"/>`,
    ...shades,
    ...points,
    `<path d="M${at(guess).join(" ")}m-4 0h8m-4 -4v8" stroke="${colours.best}" stroke-width="1.4"/>`,
    `<circle cx="${cx}" cy="${cy}" r="4" fill="none" stroke="#000" stroke-width="1.1"/>`,
  ].join("");
}
