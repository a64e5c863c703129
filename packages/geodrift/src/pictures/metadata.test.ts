import fc from "fast-check";
import sharp, { type Exif } from "sharp";
import { describe, expect, it } from "vitest";
import { readMetadata } from "./metadata.js";
import { offsetOf } from "./taken-time.js";

const plain = () => sharp({ create: { width: 8, height: 6, channels: 3, background: "#357" } });
const jpegWith = (exif: Exif): Promise<Uint8Array> => plain().withExif(exif).jpeg().toBuffer();

/** Degrees, minutes and thousandths of a second, as EXIF has them. */
const dms = (degrees: number): string => {
  const thousandths = Math.round(Math.abs(degrees) * 3_600_000);
  const [d, m] = [Math.floor(thousandths / 3_600_000), Math.floor(thousandths / 60_000) % 60];
  return `${d}/1 ${m}/1 ${thousandths % 60_000}/1000`;
};
const gps = (lat: number, lng: number) => ({
  IFD3: {
    GPSLatitudeRef: lat < 0 ? "S" : "N",
    GPSLatitude: dms(lat),
    GPSLongitudeRef: lng < 0 ? "W" : "E",
    GPSLongitude: dms(lng),
  },
});

describe("what a picture's file says", () => {
  it.each([
    [48.858222, 2.2945],
    [-33.8568, 151.2153],
    [-22.5, -43.25],
    [64.1, -21.9],
    [0, 10],
    [90, 180],
    [-90, -180],
  ])("is its place to a tenth of a metre: %d, %d", async (lat, lng) => {
    const { place } = readMetadata(await jpegWith(gps(lat, lng)));
    expect(place?.lat).toBeCloseTo(lat, 6);
    expect(place?.lng).toBeCloseTo(lng, 6);
  });
  it.each([
    ["zeros, which cameras without a fix write", gps(0, 0)],
    ["a latitude beyond the pole", gps(95, 10)],
    ["a longitude beyond a whole turn", gps(10, 370)],
    ["half of a place", { IFD3: { GPSLatitudeRef: "N", GPSLatitude: "1/1 0/1 0/1" } }],
    ["fractions by zero", { IFD3: { ...gps(1, 1).IFD3, GPSLatitude: "0/0 0/0 0/0" } }],
  ])("is no place where it is %s", async (_, exif) => {
    expect(readMetadata(await jpegWith(exif))).not.toHaveProperty("place");
  });
  it("is the time by the camera's clock, its offset, and the camera", async () => {
    const bytes = await jpegWith({
      IFD0: { Make: "Acme", Model: "Eye 3" },
      IFD2: { DateTimeOriginal: "2012:09:29 16:11:25", OffsetTimeOriginal: "-03:30" },
    });
    expect(readMetadata(bytes)).toEqual({
      takenAt: Date.UTC(2012, 8, 29, 16, 11, 25),
      utcOffsetMinutes: -210,
      takenFrom: "EXIF",
      camera: "Acme Eye 3",
    });
  });
  it("may be the camera's maker or model alone", async () => {
    expect(readMetadata(await jpegWith({ IFD0: { Model: "Eye 3" } }))).toEqual({ camera: "Eye 3" });
  });
  it.each(["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday"])("is no time where it is %j", async (text) => {
    expect(readMetadata(await jpegWith({ IFD2: { DateTimeOriginal: text } }))).not.toHaveProperty("takenAt");
  });
  it("stands in PNG and WebP files as well", async () => {
    for (const format of ["png", "webp"] as const) {
      const bytes = await plain().withExif(gps(12.5, -7.25)).toFormat(format).toBuffer();
      expect(readMetadata(bytes).place?.lng).toBeCloseTo(-7.25, 6);
    }
  });
  it("is read from a part of a larger buffer", async () => {
    const bytes = await jpegWith(gps(1.5, 2.5));
    const larger = new Uint8Array(bytes.length + 100).fill(7);
    larger.set(bytes, 50);
    expect(readMetadata(larger.subarray(50, 50 + bytes.length)).place?.lat).toBeCloseTo(1.5, 6);
  });
  it("is nothing in files without any, and in bytes of any kind: it never throws", async () => {
    expect(readMetadata(await plain().jpeg().toBuffer())).toEqual({});
    const whole = await jpegWith(gps(1, 2));
    const damaged = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const out = Uint8Array.from(whole);
      out[at] = byte;
      return out;
    });
    const cut = fc.nat(whole.length).map((length) => whole.subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged, cut), (bytes) => {
        const { place } = readMetadata(bytes);
        if (place) {
          expect(Math.abs(place.lat)).toBeLessThanOrEqual(90);
          expect(Math.abs(place.lng)).toBeLessThanOrEqual(180);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("an offset from UTC", () => {
  it("is minutes, ahead where it is positive, for every offset that can be written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -14 * 60, max: 14 * 60 }), (minutes) => {
        const two = (n: number) => String(n).padStart(2, "0");
        const m = Math.abs(minutes);
        const text = `${minutes < 0 ? "-" : "+"}${two(Math.floor(m / 60))}:${two(m % 60)}`;
        expect((offsetOf(text) ?? Number.NaN) + 0).toBe(minutes);
      }),
    );
  });
  it.each([undefined, "", "Z", "02:00", "+2:00", "+02", "   :  "])("is none in %j", (text) => {
    expect(offsetOf(text)).toBeUndefined();
  });
});
