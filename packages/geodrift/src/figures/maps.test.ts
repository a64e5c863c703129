import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  angle,
  type LatLng,
  meshDistribution,
  meshOfDensity,
  sampleDistribution,
  toVec3,
  vectorAt,
} from "@geodrift/core";
import { DOMParser } from "@xmldom/xmldom";
import type { Geometry, Position } from "geojson";
import { parseHTML } from "linkedom";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quickMesh } from "../locate/options.js";
import { type Located, regionMasses } from "../locate/result.js";
import { highSeas } from "../places/country.js";
import { toGeoJson } from "./geojson.js";
import { toHtml } from "./html.js";
import { toKml } from "./kml.js";
import { checkMapFile, writeMap } from "./map.js";
import { toSvg } from "./svg.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-maps-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A name that is none of the signs of XML's. */
const name = `a<b>&"c"'s ]]> \u0001 日.jpg`;

/** An answer about two places, one of them on the date line. */
async function answer(mesh: boolean, centre: LatLng = { lat: -17, lng: 179.8 }): Promise<Located> {
  const peaks = [toVec3(centre), toVec3({ lat: 50, lng: 10 })];
  const fine = meshDistribution(
    await meshOfDensity(
      (points) =>
        Float64Array.from({ length: points.length / 3 }, (_, i) => {
          const [a, b] = peaks.map((p) => Math.exp(-0.5 * (angle(vectorAt(points, i), p) / 0.08) ** 2));
          return Math.log(0.8 * a + 0.2 * b + 1e-9);
        }),
      {},
      quickMesh,
    ),
  );
  const samples = fine.representatives(40);
  const distribution = mesh ? fine : sampleDistribution(samples);
  const result = {
    image: name,
    model: { name: 'm<o>"d', sha256: "" },
    seed: 3,
    best: distribution.best,
    place: { country: "Fi<ji", countryCode: "FJ", region: "R&D", city: "La'basa", distanceKm: 5 },
    localizabilityBits: distribution.localizabilityBits,
    regions: distribution.regions(regionMasses),
    modes: distribution.modes.map((m) => ({ ...m, name: "x" })),
    divisions: [],
    countries: [{ ...highSeas, name: "high <seas>", probability: 1 }],
  } as unknown as Located["result"];
  const ways = [samples, samples.map((_, i) => samples[(i + 30) % samples.length])];
  return { result, samples, distribution, trajectories: ways };
}

let mesh: Located;
let drawn: Located;
beforeAll(async () => {
  [mesh, drawn] = [await answer(true), await answer(false)];
});

const positions = (geometry: Geometry): Position[] => {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positions);
  if (geometry.type === "Point") return [geometry.coordinates];
  return geometry.coordinates.flat(
    geometry.type === "MultiPolygon" ? 2 : geometry.type === "MultiPoint" ? 0 : 1,
  ) as Position[];
};
const lines = (geometry: Geometry): Position[][] =>
  geometry.type === "MultiPolygon"
    ? geometry.coordinates.flat()
    : geometry.type === "MultiLineString"
      ? geometry.coordinates
      : [];
const parsed = (xml: string) => {
  const wrong: string[] = [];
  const document = new DOMParser({ onError: (_, message) => wrong.push(message) }).parseFromString(xml, "text/xml");
  expect(wrong).toEqual([]);
  return document;
};
const withoutControls = name.replace("\u0001", "");

describe("an answer as GeoJSON", () => {
  it.each(["mesh", "samples"])("has its places on the map and nothing that crosses the date line (%s)", (from) => {
    const { features } = toGeoJson(from === "mesh" ? mesh : drawn);
    const roles = features.map((f) => f.properties?.role);
    expect(roles.filter((r) => r === "region")).toHaveLength(from === "mesh" ? 3 : 0);
    expect(new Set(roles)).toEqual(
      new Set(["best", "mode", "mode-radius", "samples", "trajectories", ...(from === "mesh" ? ["region"] : [])]),
    );
    for (const { geometry } of features) {
      for (const [lng, lat] of positions(geometry)) {
        expect(Math.abs(lng)).toBeLessThanOrEqual(180 + 1e-9);
        expect(Math.abs(lat)).toBeLessThanOrEqual(90 + 1e-9);
      }
      for (const line of lines(geometry))
        for (let i = 1; i < line.length; i++) expect(Math.abs(line[i][0] - line[i - 1][0])).toBeLessThan(180);
    }
    expect(JSON.parse(JSON.stringify(features[0].properties))).toMatchObject({ image: name, city: "La'basa" });
  });
  it("has longitudes first, and every sample", () => {
    const { features } = toGeoJson(mesh);
    const { lat, lng } = mesh.result.best;
    expect(features[0].geometry).toEqual({ type: "Point", coordinates: [lng, lat] });
    const samples = features.find((f) => f.properties?.role === "samples");
    expect(samples && positions(samples.geometry)).toHaveLength(40);
  });
});

describe("an answer as KML", () => {
  it.each(["mesh", "samples"])("is read by a parser, whatever things are called (%s)", (from) => {
    const located = from === "mesh" ? mesh : drawn;
    const document = parsed(toKml(located));
    expect(document.getElementsByTagName("name")[0].textContent).toBe(withoutControls);
    const texts = [...document.getElementsByTagName("coordinates")].map((c) => c.textContent ?? "");
    expect(texts.length).toBeGreaterThan(40 + 1);
    for (const pair of texts.flatMap((text) => text.split(" "))) {
      const [lng, lat, ...more] = pair.split(",").map(Number);
      expect(more).toEqual([]);
      expect(Math.abs(lng) <= 180 && Math.abs(lat) <= 90).toBe(true);
    }
    for (const ring of document.getElementsByTagName("LinearRing")) {
      const corners = (ring.textContent ?? "").split(" ");
      expect(corners.length).toBeGreaterThan(3);
      expect(corners[0]).toBe(corners[corners.length - 1]);
    }
    const styles = [...document.getElementsByTagName("styleUrl")].map((s) => s.textContent?.slice(1));
    const ids = [...document.getElementsByTagName("Style")].map((s) => s.getAttribute("id"));
    expect([...new Set(styles)].filter((style) => !ids.includes(style ?? ""))).toEqual([]);
  });
});

describe("an answer as a drawing", () => {
  it.each(["mesh", "samples"])("is read by a parser, with every path of numbers (%s)", (from) => {
    const svg = toSvg(from === "mesh" ? mesh : drawn);
    const document = parsed(svg);
    expect(/NaN|undefined|null/.test(svg)).toBe(false);
    expect([...document.getElementsByTagName("text")].some((t) => t.textContent?.startsWith(withoutControls))).toBe(
      true,
    );
    const crosses = [...svg.matchAll(/M([\d.]+) ([\d.]+)m-6 0h12m-6 -6v12/g)];
    expect(crosses).toHaveLength(2);
    // The best guess is the middle of its surroundings.
    expect([Number(crosses[1][1]), Number(crosses[1][2])]).toEqual([180, 180]);
    expect(svg).toContain(from === "mesh" ? "places of equal probability" : "circles: half of a peak");
  });
  it("stands in a page of its own that fetches nothing", () => {
    const html = toHtml(mesh);
    const { document } = parseHTML(html);
    expect(document.querySelector("h1")?.textContent).toBe(withoutControls);
    expect(document.querySelectorAll("table")).toHaveLength(3);
    expect(document.querySelector("td")?.textContent).toBe("high <seas>");
    expect(document.querySelectorAll("script, link, img, iframe, [src]")).toHaveLength(0);
    expect(/url\((?!#)|@import|<b>/.test(html)).toBe(false);
  });
});

describe("a file of a map", () => {
  it.each([".svg", ".html", ".geojson", ".kml", ".PNG"])("is of the kind that its ending says: %s", async (ending) => {
    const file = join(folder, `map${ending}`);
    await writeMap(file, drawn);
    const bytes = readFileSync(file);
    if (ending === ".PNG") expect((await sharp(bytes).metadata()).format).toBe("png");
    else if (ending === ".geojson") expect(JSON.parse(bytes.toString()).type).toBe("FeatureCollection");
    else expect(bytes.toString()).toMatch(new RegExp(`<(!doctype )?${ending.slice(1)}`));
  });
  it.each([
    ["a.sgv", 'did you mean ".svg"?'],
    ["a.gejson", 'did you mean ".geojson"?'],
    ["a", "known are .svg, .png, .html, .geojson, .kml"],
  ])("%s is refused with what is near", async (file, near) => {
    const refused = expect.objectContaining({ code: "option", message: expect.stringContaining(near) });
    expect(() => checkMapFile(file)).toThrow(refused);
    await expect(writeMap(file, drawn)).rejects.toEqual(refused);
  });
  it("that cannot be written is the disk's fault", async () => {
    await expect(writeMap(join(folder, "none", "a.kml"), drawn)).rejects.toMatchObject({ code: "disk" });
  });
});
