import { toVec3 } from "@geodrift/core";
import { DOMParser } from "@xmldom/xmldom";
import type { Position } from "geojson";
import { describe, expect, it } from "vitest";
import { chartSvg } from "./chart.js";
import { outlines } from "./land.js";
import { cutTrajectories, trajectories } from "./trajectories.js";

describe("ways from noise", () => {
  const at = (lat: number, lng: number) => toVec3({ lat, lng });
  it("are one line for each sample, cut where they cross the date line", () => {
    const states = [
      Float64Array.from([...at(0, 170), ...at(10, 0)]),
      Float64Array.from([...at(0, -170), ...at(20, 0)]),
    ];
    expect(trajectories(states).coordinates.map((line) => line.length)).toEqual([2, 2]);
    const { coordinates } = cutTrajectories(states);
    expect(coordinates).toHaveLength(3);
    expect(coordinates.flat().filter(([lng]) => Math.abs(Math.abs(lng) - 180) < 1e-3)).toHaveLength(2);
  });
  it("are at most 128, and none of nothing", () => {
    const many = new Float64Array(3 * 200).fill(0.5);
    expect(trajectories([many, many]).coordinates).toHaveLength(128);
    expect(cutTrajectories([])).toEqual({ type: "MultiLineString", coordinates: [] });
  });
});

describe("outlines of land", () => {
  it.each(["110m", "50m"] as const)("of 1:%s stay on the map, and are read once", (scale) => {
    const { land, borders } = outlines(scale);
    for (const [lng, lat] of land.features.flatMap((f) =>
      "coordinates" in f.geometry ? (f.geometry.coordinates.flat(2) as Position[]) : [],
    ))
      if (Math.abs(lng) > 180 + 1e-6 || Math.abs(lat) > 90 + 1e-6) expect([lng, lat]).toBe("on the map");
    expect(borders.coordinates.length).toBeGreaterThan(100);
    expect(outlines(scale)).toBe(outlines(scale));
  });
});

describe("a line chart", () => {
  const points = [1, 10, 100].map((x): [number, number] => [x, x / 100]);
  it("is read by a parser, with a line and a colour for every series, whatever they are called", () => {
    const series = Array.from({ length: 8 }, (_, i) => ({ name: `s<${i}> & "x"`, points }));
    const svg = chartSvg({
      name: "c",
      title: `T & "t"`,
      x: { label: "km", log: true },
      y: { label: "%" },
      series,
      diagonal: true,
    });
    const root = new DOMParser().parseFromString(svg, "text/xml").documentElement;
    expect(root?.getAttribute("aria-label")).toBe(`T & "t"`);
    const texts = [...(root?.getElementsByTagName("text") ?? [])].map((t) => t.textContent);
    for (const [i, { name: said }] of series.entries()) expect(texts).toContain(`${i < 7 ? "—" : "– –"} ${said}`);
    expect(svg.includes("NaN")).toBe(false);
    expect(svg.match(/stroke-dasharray="6 3"/g)).toHaveLength(1);
  });
});
