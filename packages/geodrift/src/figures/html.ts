import { escapeXml } from "../files/escape-xml.js";
import type { Located } from "../locate/result.js";
import { toText } from "../locate/text.js";
import { toSvg } from "./svg.js";

/** An answer as an HTML page of its own: the map, the answer as tables, nothing fetched from anywhere. */
export function toHtml(located: Located): string {
  const { result } = located;
  const row = (cells: (string | number)[]) =>
    `<tr>${cells.map((c) => `<td>${escapeXml(String(c))}</td>`).join("")}</tr>`;
  const table = (caption: string, head: string[], rows: (string | number)[][]) =>
    `<table><caption>${caption}</caption><thead>${`<tr>${head.map((h) => `<th scope="col">${h}</th>`).join("")}</tr>`}</thead><tbody>${rows.map(row).join("")}</tbody></table>`;
  const km = (x: number) => Math.round(x).toLocaleString("en");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(result.image)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
svg{max-width:100%;height:auto}table{border-collapse:collapse;margin:1rem 2rem 1rem 0;display:inline-table;vertical-align:top}
caption{text-align:left;font-weight:600}td,th{padding:.15rem .8rem .15rem 0;text-align:left;border-bottom:1px solid #ddd}</style></head>
<body><h1>${escapeXml(result.image)}</h1><p>${escapeXml(toText(result, { anyway: true }))}</p>
${toSvg(located)}
<div>${table(
    "Countries",
    ["country", "probability"],
    result.countries.slice(0, 8).map((c) => [c.name, `${(100 * c.probability).toFixed(1)} %`]),
  )}
${table(
  "Peaks",
  ["latitude", "longitude", "mass", "radius, km"],
  result.modes.map((m) => [m.lat.toFixed(2), m.lng.toFixed(2), `${(100 * m.mass).toFixed(1)} %`, km(m.radiusKm)]),
)}
${table(
  "Smallest areas",
  ["mass", "area, km²", "radius, km"],
  result.regions.map((r) => [`${100 * r.mass} %`, km(r.areaKm2), km(r.radiusKm)]),
)}</div>
</body></html>
`;
}
