import { distanceKm, type LatLng, toLatLng } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { drawViewInto, earthViews, viewAt } from "./earth-views.js";
import type { Raster } from "./raster.js";
import { renderViewInto } from "./view.js";

/** A raster whose colours are the components of the unit vector, so that every pixel tells what it shows. */
function compass(width: number): Raster {
  const height = width / 2;
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 4));
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const lat = Math.PI * (0.5 - (row + 0.5) / height);
      const lng = 2 * Math.PI * ((column + 0.5) / width - 0.5);
      const v = [Math.cos(lat) * Math.cos(lng), Math.cos(lat) * Math.sin(lng), Math.sin(lat)];
      v.forEach((x, c) => {
        data[4 * (row * width + column) + c] = Math.round(127.5 + 127.5 * x);
      });
      data[4 * (row * width + column) + 3] = lat > 0 ? 255 : 0; // the northern half is land
    }
  return { name: "compass", sha256: "", width, height, data };
}

const raster = compass(2048);
const size = 33;

function shown(view: Parameters<typeof renderViewInto>[2], row: number, column: number): LatLng {
  const out = new Uint8Array(size * size * 4);
  renderViewInto(out, raster, view, size);
  const at = 4 * (row * size + column);
  return toLatLng([out[at] - 127.5, out[at + 1] - 127.5, out[at + 2] - 127.5]);
}

const middle = (size - 1) / 2;
/** One grey level of the compass is about this far. */
const resolutionKm = 60;

describe("views", () => {
  const places = [
    { lat: 0, lng: 0 },
    { lat: 48, lng: 2 },
    { lat: -33, lng: 151 },
    { lat: 10, lng: 179.99 },
    { lat: -10, lng: -179.99 },
    { lat: 89.9, lng: 77 },
    { lat: -90, lng: 0 },
  ];
  it.each(places)("show their place in the middle: %o", (place) => {
    expect(distanceKm(shown({ place, heading: 0, widthKm: 600 }, middle, middle), place)).toBeLessThan(resolutionKm);
  });
  it("are gnomonic: the edge lies at the arc tangent of half the width", () => {
    const widthKm = 6000;
    const reach = 6371 * Math.atan((widthKm / 2 / 6371) * ((size - 1) / size));
    const edge = shown({ place: { lat: 0, lng: 20 }, heading: 0, widthKm }, middle, size - 1);
    expect(distanceKm(edge, { lat: 0, lng: 20 })).toBeCloseTo(reach, -2.3);
    expect(edge.lng).toBeGreaterThan(20);
  });
  it("have north on top, and the heading on top when turned", () => {
    const place = { lat: 20, lng: 30 };
    expect(shown({ place, heading: 0, widthKm: 3000 }, 0, middle).lat).toBeGreaterThan(30);
    const east = shown({ place, heading: 90, widthKm: 3000 }, 0, middle);
    expect(east.lng).toBeGreaterThan(40);
    expect(Math.abs(east.lat - 20)).toBeLessThan(4);
  });
  it("average rather than pick where a pixel covers many of the raster", () => {
    const stripes: Raster = { ...raster, data: raster.data.map((_, i) => (Math.floor(i / 4) % 2 ? 255 : 0)) as never };
    const out = new Uint8Array(size * size * 4);
    renderViewInto(out, stripes, { place: { lat: 0, lng: 0 }, heading: 0, widthKm: 5000 }, size);
    const reds = out.filter((_, i) => i % 4 === 0);
    expect(Math.max(...reds) - Math.min(...reds)).toBeLessThan(90);
  });
});

describe("the dataset of views", () => {
  const options = {
    seed: 3,
    size: 16,
    widthKm: [300, 700] as const,
    headingDegrees: 15,
    centres: "land" as const,
    augment: 1,
  };
  it("is a function of seed and index alone", async () => {
    const collect = async (from: number, to: number) => {
      const all = [];
      for await (const e of earthViews([raster], options).examples(from, to)) all.push(e);
      return all;
    };
    const [whole, part] = [await collect(0, 6), await collect(4, 6)];
    expect(part).toEqual(whole.slice(4));
    const other = new Uint8Array(16 * 16 * 4);
    drawViewInto(other, { rasters: [raster] }, { ...options, seed: 4 }, 4);
    expect(other.filter((_, i) => i % 4 < 3)).not.toEqual(whole[4].picture.data);
    expect(earthViews([raster], options).fingerprint).not.toBe(
      earthViews([raster], { ...options, seed: 4 }).fingerprint,
    );
  });
  it("has its centres on land, uniform in area, and widths and headings in their ranges", () => {
    const views = Array.from({ length: 4000 }, (_, i) => viewAt({ rasters: [raster] }, options, i).view);
    for (const v of views) {
      expect(v.place.lat).toBeGreaterThan(-0.1);
      expect(v.widthKm).toBeGreaterThanOrEqual(300);
      expect(v.widthKm).toBeLessThanOrEqual(700);
      expect(Math.abs(v.heading)).toBeLessThanOrEqual(15);
    }
    // Half of a hemisphere's area lies beyond 30 degrees.
    expect(views.filter((v) => v.place.lat > 30).length / 4000).toBeCloseTo(0.5, 1.3);
  });
  it("augments colours, never geometry: without strength a view is the bare rendering", () => {
    const [bare, drawn, augmented] = [0, 1, 2].map(() => new Uint8Array(16 * 16 * 4));
    renderViewInto(bare, raster, viewAt({ rasters: [raster] }, options, 9).view, 16);
    drawViewInto(drawn, { rasters: [raster] }, { ...options, augment: 0 }, 9);
    drawViewInto(augmented, { rasters: [raster] }, options, 9);
    expect(drawn).toEqual(bare);
    expect(augmented).not.toEqual(bare);
  });
});
