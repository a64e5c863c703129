import { toLatLng, vectorAt } from "@geodrift/core";
import { escapeXml } from "../files/escape-xml.js";
import { headline } from "../locate/headline.js";
import type { Located } from "../locate/result.js";
import { cutCircle } from "./circle.js";
import { cutRegion } from "./region.js";

/**
 * An answer as KML 2.2, for Google Earth and its kin: best guess, modes with the circle of half their mass, regions,
 * samples; coordinates to 10⁻⁵ of a degree, longitude first.
 */
export function toKml({ result, samples, distribution }: Located): string {
  const at = (lat: number, lng: number) => `${lng.toFixed(5)},${lat.toFixed(5)}`;
  const placemark = (name: string, style: string, geometry: string) =>
    `<Placemark><name>${escapeXml(name)}</name><styleUrl>#${style}</styleUrl>${geometry}</Placemark>`;
  const point = (lat: number, lng: number) => `<Point><coordinates>${at(lat, lng)}</coordinates></Point>`;
  const ringOf = (ring: number[][]) =>
    `<LinearRing><coordinates>${ring.map(([lng, lat]) => at(lat, lng)).join(" ")}</coordinates></LinearRing>`;
  const polygon = ([outer, ...holes]: number[][][]) =>
    `<Polygon><outerBoundaryIs>${ringOf(outer)}</outerBoundaryIs>${holes.map((h) => `<innerBoundaryIs>${ringOf(h)}</innerBoundaryIs>`).join("")}</Polygon>`;
  const modes = result.modes.map((m) => {
    const parts = cutCircle(m, m.radiusKm).coordinates.map(polygon);
    return placemark(`${Math.round(100 * m.mass)} %`, "mode", `<MultiGeometry>${parts.join("")}</MultiGeometry>`);
  });
  const regions = result.regions.map(({ mass }) => {
    const parts = distribution.outlines ? cutRegion(distribution.outlines(mass)).coordinates.map(polygon) : [];
    const name = `region of ${Math.round(100 * mass)} %`;
    return parts.length > 0 ? placemark(name, "region", `<MultiGeometry>${parts.join("")}</MultiGeometry>`) : "";
  });
  const dots = Array.from({ length: samples.length / 3 }, (_, i) => toLatLng(vectorAt(samples, i)));
  return `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>${escapeXml(result.image)}</name>
<Style id="best"><IconStyle><color>ff1450e6</color></IconStyle></Style>
<Style id="mode"><LineStyle><color>ff1450e6</color><width>2</width></LineStyle><PolyStyle><color>401450e6</color></PolyStyle></Style>
<Style id="region"><LineStyle><color>ffb27200</color><width>1</width></LineStyle><PolyStyle><color>30b27200</color></PolyStyle></Style>
<Style id="sample"><IconStyle><scale>0.3</scale></IconStyle><LabelStyle><scale>0</scale></LabelStyle></Style>
${placemark(headline(result), "best", point(result.best.lat, result.best.lng))}
${modes.join("\n")}
${regions.join("\n")}
<Folder><name>samples</name><visibility>0</visibility>
${dots.map((d, i) => placemark(String(i + 1), "sample", point(d.lat, d.lng))).join("\n")}
</Folder></Document></kml>
`;
}
