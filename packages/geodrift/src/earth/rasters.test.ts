import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distanceKm, Generator, type LatLng } from "@geodrift/core";
import fc from "fast-check";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { attributeNames, attributes, classOf } from "./attributes.js";
import { augmentInto } from "./augment.js";
import { drawDiscs, drawNear, isHeldOut } from "./held-out.js";
import { onLand, type Pixels, pixelAt, readMask, readRaster } from "./raster.js";
import { renderViewInto } from "./view.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-raster-"));
afterAll(() => rmSync(folder, { recursive: true }));

const place = fc.record({
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
  lng: fc.double({ min: -180, max: 180, noNaN: true }),
});
/** One colour everywhere; land in the east. */
function plain(width: number, colour: readonly number[]): Pixels {
  const data = new Uint8Array(new SharedArrayBuffer(2 * width * width));
  for (let i = 0; i < data.length / 4; i++) data.set([...colour, i % width < width / 2 ? 0 : 255], 4 * i);
  return { width, height: width / 2, data };
}

describe("the pixel of a place", () => {
  it("lies in the raster, and holds the place, at the poles and the date line too", () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 50 }), ({ lat, lng }, height) => {
        const width = 2 * height;
        const at = pixelAt({ width, height }, { lat, lng });
        const [row, column] = [Math.floor(at / width), at % width];
        const cell = 180 / height;
        expect(row >= 0 && row < height).toBe(true);
        expect(Math.abs(90 - (row + 0.5) * cell - lat)).toBeLessThanOrEqual(cell / 2 + 1e-9);
        const away = Math.abs((column + 0.5) * cell - 180 - lng);
        expect(Math.min(away, 360 - away)).toBeLessThanOrEqual(cell / 2 + 1e-9);
      }),
    );
    expect(pixelAt({ width: 8, height: 4 }, { lat: 90, lng: 180 })).toBe(0);
    expect(pixelAt({ width: 8, height: 4 }, { lat: -90, lng: 179.9 })).toBe(31);
  });
  it("tells land from sea", () => {
    const raster = plain(8, [1, 2, 3]);
    expect(onLand(raster, { lat: 10, lng: 10 })).toBe(true);
    expect(onLand(raster, { lat: 10, lng: -10 })).toBe(false);
  });
});

describe("a global picture", () => {
  it("has a land mask of any size beside its colours", async () => {
    const file = join(folder, "earth.png");
    await sharp({ create: { width: 8, height: 4, channels: 3, background: "#102030" } })
      .png()
      .toFile(file);
    const mask = join(folder, "land.png");
    await sharp(Buffer.from([0, 255, 255, 0, 0, 255, 255, 0]), { raw: { width: 4, height: 2, channels: 1 } })
      .png()
      .toFile(mask);
    const land = await readMask(mask);
    expect(land).toMatchObject({ width: 4, height: 2 });
    const raster = await readRaster(file, land, "x");
    expect([...raster.data.subarray(0, 12)]).toEqual([16, 32, 48, 0, 16, 32, 48, 0, 16, 32, 48, 255]);
    const everywhere = await readRaster(file, undefined, "x");
    expect(new Set(everywhere.data.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
    expect(everywhere.sha256).not.toBe(raster.sha256);
    const square = join(folder, "square.png");
    await sharp({ create: { width: 4, height: 4, channels: 3, background: "#000" } })
      .png()
      .toFile(square);
    await expect(readRaster(square, undefined, "x")).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("got 4×4"),
    });
  });
});

describe("a view", () => {
  it("of one colour is that colour, wherever it is, and as blended as its weights say", () => {
    const [dark, bright] = [plain(16, [10, 20, 30]), plain(16, [110, 120, 130])];
    fc.assert(
      fc.property(
        place,
        fc.double({ min: 1, max: 9000, noNaN: true }),
        fc.integer({ min: 0, max: 360 }),
        (p, widthKm, heading) => {
          const out = new Uint8Array(4 * 25);
          renderViewInto(
            out,
            [
              { raster: dark, weight: 0.75 },
              { raster: bright, weight: 0.25 },
            ],
            { place: p, heading, widthKm },
            5,
          );
          for (let i = 0; i < 25; i++) expect([...out.subarray(4 * i, 4 * i + 3)]).toEqual([35, 45, 55]);
        },
      ),
    );
  });
});

describe("recolouring", () => {
  const view = () =>
    Uint8Array.from({ length: 4 * 64 }, (_, i) => (i % 4 === 3 ? (i % 8 === 3 ? 255 : 0) : (i * 7) % 256));
  it("is drawn from its generator alone, and leaves the share of land", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0.1, max: 2, noNaN: true }), (seed, strength) => {
        const [a, b] = [view(), view()];
        augmentInto(a, 8, new Generator(seed), { strength });
        augmentInto(b, 8, new Generator(seed), { strength });
        expect(a).toEqual(b);
        expect(a.filter((_, i) => i % 4 === 3)).toEqual(view().filter((_, i) => i % 4 === 3));
      }),
    );
    const still = view();
    augmentInto(still, 8, new Generator(1), { strength: 0 });
    expect(still).toEqual(view());
  });
});

describe("held-out discs", () => {
  const east = ({ lng }: LatLng) => lng > 0;
  it("lie on land, apart, north of 60° S, the same for a seed", () => {
    const discs = drawDiscs(20, 400, 5, east);
    expect(discs).toEqual(drawDiscs(20, 400, 5, east));
    expect(discs).not.toEqual(drawDiscs(20, 400, 6, east));
    for (const [i, a] of discs.entries()) {
      expect(a.lng > 0 && a.lat >= -60).toBe(true);
      for (const b of discs.slice(i + 1)) expect(distanceKm(a, b)).toBeGreaterThanOrEqual(800);
      expect(isHeldOut({ discs, radiusKm: 400 }, a)).toBe(true);
    }
    expect(isHeldOut({ discs, radiusKm: 400 }, { lat: 0, lng: -90 })).toBe(false);
  });
  it("have places drawn in them, half of them within the inner half of the area", () => {
    fc.assert(
      fc.property(place, fc.double({ min: 1, max: 1000, noNaN: true }), fc.nat(1e6), (centre, radius, seed) => {
        const random = new Generator(seed);
        const away = Array.from({ length: 200 }, () => distanceKm(drawNear(centre, radius, random), centre));
        expect(Math.max(...away)).toBeLessThanOrEqual(radius + 1e-3);
        const inner = away.filter((km) => km < radius / Math.SQRT2).length / 200;
        expect(Math.abs(inner - 0.5)).toBeLessThan(0.22);
      }),
      { numRuns: 30 },
    );
  });
});

describe("attributes of a view", () => {
  const facts = { kind: "night", surface: "coast", climate: [], month: 11 } as const;
  it("are numbers of their classes, −1 where a view has none", () => {
    expect(attributeNames.map((name) => classOf(name, facts))).toEqual([2, 1, -1, -1, 11, -1]);
    for (const [number, words] of attributes.climate.classes.entries())
      expect(classOf("climate", { ...facts, climate: words.split(" ") })).toBe(number);
  });
});
