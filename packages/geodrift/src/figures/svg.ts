/** The map of one answer: where on the globe, and the neighbourhood of the best guess. */
import { earthRadiusKm, toLatLng, vectorAt } from "@geodrift/core";
import { type GeoProjection, geoAzimuthalEqualArea, geoGraticule, geoNaturalEarth1, geoPath } from "d3-geo";
import { escapeXml } from "../files/escape-xml.js";
import { headline, namesTown } from "../locate/headline.js";
import type { Located, LocateResult } from "../locate/result.js";
import { certainty } from "../locate/text.js";
import { formatKm, formatLatLng } from "../places/format.js";
import { circle } from "./circle.js";
import { outlines } from "./land.js";
import { region } from "./region.js";
import { trajectories } from "./trajectories.js";

const height = 360;
const globeWidth = 690;
const nearWidth = height;
const gap = 12;
const footer = 78;

/** Okabe and Ito's vermilion, blue and green, told apart by colour-blind readers, and quiet ones for land and sea. */
export const colours = {
  sea: "#e8f0f5",
  land: "#fbfaf6",
  line: "#9aa5ab",
  sample: "#0072b2",
  best: "#d55e00",
  way: "#009e73",
};

/** The map of an answer as SVG: two panels, the globe and the surroundings of the best guess, and the answer in words. */
export function toSvg(located: Located): string {
  const { result, samples } = located;
  const places = Array.from({ length: samples.length / 3 }, (_, i) => toLatLng(vectorAt(samples, i)));
  const points = places.map((p): [number, number] => [p.lng, p.lat]);
  const globe = geoNaturalEarth1().fitSize([globeWidth, height], { type: "Sphere" });
  const width = globeWidth + gap + nearWidth;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + footer}" width="${width}" height="${height + footer}" font-family="system-ui, Helvetica, Arial, sans-serif" role="img" aria-label="${escapeXml(`Map: ${formatLatLng(result.best)}`)}">
<rect width="100%" height="100%" fill="#fff"/>
${panel(globe, located, points, "110m", 10, located.trajectories)}
<g transform="translate(${globeWidth + gap} 0)"><clipPath id="near"><rect width="${nearWidth}" height="${height}"/></clipPath><g clip-path="url(#near)">${panel(nearby(result), located, points, "50m", graticuleStep(result))}</g><rect width="${nearWidth}" height="${height}" fill="none" stroke="${colours.line}"/></g>
${legend(located, points.length, width)}
</svg>
`;
}

/** Wide enough for nine tenths of the probability, at least 400 km. */
const reachKm = (result: LocateResult): number =>
  Math.min(9000, Math.max(400, 2.2 * (result.regions.at(-1)?.radiusKm ?? 0)));

const graticuleStep = (result: LocateResult): number => (reachKm(result) < 1000 ? 2 : reachKm(result) < 3000 ? 5 : 10);

function nearby(result: LocateResult): GeoProjection {
  const { lat, lng } = result.best;
  const angle = Math.min(170, (reachKm(result) / earthRadiusKm) * (180 / Math.PI));
  return geoAzimuthalEqualArea()
    .rotate([-lng, -lat])
    .clipAngle(Math.min(179, angle * 1.5))
    .translate([nearWidth / 2, height / 2])
    .scale(nearWidth / 2 / (2 * Math.sin((angle * Math.PI) / 360)));
}

function panel(
  projection: GeoProjection,
  { result, distribution }: Located,
  points: [number, number][],
  detail: "110m" | "50m",
  step: number,
  states?: readonly Float64Array[],
): string {
  const path = geoPath(projection).digits(1);
  const { land, borders } = outlines(detail);
  const line = (d: string | null, style: string) => (d ? `<path d="${d}" fill="none" ${style}/>` : "");
  const dots = points
    .map((p) => (path({ type: "Point", coordinates: p }) === null ? null : projection(p)))
    .flatMap((p) => (p ? [`<circle cx="${p[0].toFixed(1)}" cy="${p[1].toFixed(1)}" r="1.8"/>`] : []));
  const best = projection([result.best.lng, result.best.lat]) ?? [0, 0];
  return [
    `<path d="${path({ type: "Sphere" })}" fill="${colours.sea}"/>`,
    `<path d="${path(land) ?? ""}" fill="${colours.land}"/>`,
    line(
      path(geoGraticule().step([step, step])()),
      `stroke="${colours.line}" stroke-width="0.25" stroke-opacity="0.6"`,
    ),
    line(path(land), `stroke="${colours.line}" stroke-width="0.6"`),
    line(path(borders), `stroke="${colours.line}" stroke-width="0.4" stroke-dasharray="2 1.5"`),
    ...result.regions.map(({ mass }) => {
      const rings = distribution.outlines?.(mass) ?? [];
      return rings.length > 0
        ? `<path d="${path(region(rings)) ?? ""}" fill="${colours.sample}" fill-opacity="0.16" stroke="${colours.sample}" stroke-width="0.7"/>`
        : "";
    }),
    ...(distribution.outlines ? [] : result.modes).map((m) =>
      line(path(circle(m, m.radiusKm)), `stroke="${colours.best}" stroke-width="${(0.6 + 1.4 * m.mass).toFixed(2)}"`),
    ),
    line(states ? path(trajectories(states)) : null, `stroke="${colours.way}" stroke-width="0.5" stroke-opacity="0.5"`),
    `<g fill="${colours.sample}" fill-opacity="0.45">${dots.join("")}</g>`,
    `<path d="M${best.map((v) => v.toFixed(1)).join(" ")}m-6 0h12m-6 -6v12" stroke="${colours.best}" stroke-width="1.8"/>`,
  ].join("\n");
}

function legend({ result, distribution, trajectories: ways }: Located, samples: number, width: number): string {
  const { place, best, regions, countries } = result;
  const where = namesTown(result)
    ? `${formatLatLng(best)}, ${formatKm(place.distanceKm)} from ${place.city}${place.country ? ` (${place.country})` : ""}`
    : `${headline(result)}, best guess ${formatLatLng(best)}`;
  const areas = regions
    .slice(0, 2)
    .map((r) => `${100 * r.mass} % on the area of a circle of ${formatKm(r.radiusKm)} radius`)
    .join(", ");
  const odds = countries
    .slice(0, 5)
    .filter((c) => c.probability >= 0.005)
    .map((c) => `${c.name} ${Math.round(100 * c.probability)} %`)
    .join(", ");
  const masses = result.regions.map((r) => Math.round(100 * r.mass));
  const dots = distribution.outlines ? "places of equal probability" : "samples";
  const shapes = distribution.outlines
    ? `shaded: the smallest regions of ${masses.join(", ")} %`
    : "circles: half of a peak's mass";
  const text = (y: number, s: string, bold = false) =>
    `<text x="8" y="${height + y}" font-size="12.5"${bold ? ' font-weight="600"' : ""}>${escapeXml(s)}</text>`;
  return [
    text(18, `${result.image}: ${where}`, true),
    text(36, `${areas}; ${certainty(result.localizabilityBits)} (${result.localizabilityBits.toFixed(1)} bits).`),
    text(53, odds),
    `<g font-size="11" text-anchor="end" fill="#555"><text x="${width - 8}" y="${height + 70}">dots: ${samples} ${dots} · cross: best guess · ${shapes}${ways ? " · lines: ways from noise" : ""}</text></g>`,
  ].join("\n");
}
