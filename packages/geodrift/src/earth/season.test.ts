import { Generator } from "@geodrift/core";
import { describe, expect, it } from "vitest";
import { drawViewInto, viewSource } from "./earth-views.js";
import type { Raster } from "./raster.js";
import { darkestComposite, drawSeason } from "./season.js";
import { renderViewInto } from "./view.js";

/** A raster of land whose pixels are all grey of one level, but for the first column. */
function month(name: string, grey: number, firstColumn = grey): Raster {
  const [width, height] = [64, 32];
  const data = new Uint8Array(new SharedArrayBuffer(width * height * 4)).map((_, i) =>
    i % 4 === 3 ? 255 : Math.floor(i / 4) % width === 0 ? firstColumn : grey,
  ) as unknown as Raster["data"];
  return { name, sha256: name, width, height, data };
}

const months = [month("winter", 240), month("spring", 120, 30), month("summer", 60)];
const darkest = darkestComposite(months);

describe("the darkest composite", () => {
  it("takes every pixel from its darkest month", () => {
    expect([...darkest.data.slice(0, 8)]).toEqual([30, 30, 30, 255, 60, 60, 60, 255]);
  });
  it("wants rasters of one size", () => {
    const small = { ...months[1], width: 32, height: 16 };
    expect(() => darkestComposite([months[0], small])).toThrow(
      "spring: rasters that are blended have the same size, winter has 64×32 and this one 32×16",
    );
  });
});

describe("a season", () => {
  const draw = (i: number, between: number, thaw: number, first = i % 3) =>
    drawSeason(months, first, darkest, new Generator(1, i), { between, thaw });
  it("is the month itself where nothing is asked for", () => {
    expect(draw(1, 0, 0)).toEqual([{ raster: months[1], weight: 1 }]);
  });
  it("has weights that add up to one, of the month, the next around the ring, and the darkest", () => {
    for (let i = 0; i < 300; i++) {
      const layers = draw(i, 0.5, 0.5);
      expect(layers.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(layers[0].raster).toBe(months[i % 3]);
      const others = layers.slice(1).map((l) => l.raster);
      expect([[], [months[(i + 1) % 3]], [darkest], [months[(i + 1) % 3], darkest]]).toContainEqual(others);
    }
  });
  it("happens as often as asked", () => {
    const drawn = Array.from({ length: 2000 }, (_, i) => draw(i, 0.25, 0.6));
    const share = (raster: object, when: (i: number) => boolean = () => true) =>
      drawn.filter((layers, i) => when(i) && layers.slice(1).some((l) => l.raster === raster)).length / 2000;
    expect(share(darkest)).toBeCloseTo(0.6, 1);
    expect(share(months[1]) + share(months[2]) + share(months[0])).toBeCloseTo(0.25, 1);
  });
});

describe("views of a season", () => {
  const view = { place: { lat: 10, lng: 20 }, heading: 0, widthKm: 500 };
  const grey = (layers: Parameters<typeof renderViewInto>[1]) => {
    const out = new Uint8Array(4 * 16 * 16);
    renderViewInto(out, layers, view, 16);
    return out[4 * 100];
  };
  it("are the weighted mean of what the rasters show, also past the last of them, and stay in range", () => {
    const [winter, , summer] = months;
    const mix = (weight: number) => [
      { raster: winter, weight: 1 - weight },
      { raster: summer, weight },
    ];
    expect(grey(winter)).toBe(240);
    expect(grey(mix(0.25))).toBe(195);
    expect(grey(mix(1.1))).toBe(42);
    expect(grey(mix(3))).toBe(0);
    expect(grey(mix(-1))).toBe(255);
  });
  it("leave the views of one raster as they were", () => {
    const options = { seed: 5, size: 16, widthKm: [300, 700], headingDegrees: 9, centres: "land", augment: 0 } as const;
    const [plain, still] = [0, 1].map(() => new Uint8Array(4 * 16 * 16));
    drawViewInto(plain, viewSource(months, options), options, 3);
    const none = { ...options, seasons: { between: 0, thaw: 0 } };
    drawViewInto(still, viewSource(months, none), none, 3);
    expect(still).toEqual(plain);
  });
});
