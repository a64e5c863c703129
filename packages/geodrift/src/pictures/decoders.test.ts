import { readFileSync } from "node:fs";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it, vi } from "vitest";
import { readMetadata } from "./metadata.js";
import { decodeSquare, maxPixels, openPicture, pictureSize } from "./read-picture.js";

const fixture = (name: string) => readFileSync(new URL(`../../../../test/fixtures/${name}`, import.meta.url));
const square = { size: 16, square: "cover" } as const;

/** Left half red, right half blue. */
const halves = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: "#f00" } }).composite([
    { input: { create: { width: width / 2, height, channels: 3, background: "#00f" } }, left: width / 2, top: 0 },
  ]);

/** The TIFF inside of a JPEG's EXIF segment. */
async function exifOf(jpeg: Buffer): Promise<Buffer> {
  const { exif } = await sharp(jpeg).metadata();
  if (!exif) throw new Error("no EXIF");
  return exif.subarray(6);
}

/** A file as cameras leave it: a TIFF with EXIF and no picture of its own, previews behind it, of which one is a thumbnail. */
async function raw(orientation: number): Promise<Buffer> {
  const own = halves(8, 8).withExif({
    IFD0: { Make: "Acme", Model: "Raw 1" },
    IFD2: { DateTimeOriginal: "2024:07:01 16:15:35" },
    IFD3: { GPSLatitude: "30/1 30/1 0/1", GPSLatitudeRef: "N", GPSLongitude: "31/1 15/1 0/1", GPSLongitudeRef: "E" },
  });
  const head = await exifOf(await own.withMetadata({ orientation }).jpeg().toBuffer());
  const thumbnail = await halves(80, 60).jpeg().toBuffer();
  const preview = await halves(400, 300).jpeg().toBuffer();
  const sensor = Buffer.alloc(5000, 0xff);
  return Buffer.concat([head, thumbnail, sensor, preview, Buffer.from("more")]);
}

describe("a camera's raw file", () => {
  it("is its largest preview, with the place and the time of the whole", async () => {
    const bytes = await raw(1);
    expect(await pictureSize(bytes)).toEqual({ width: 400, height: 300 });
    const { data } = await decodeSquare(bytes, square);
    expect([...data.subarray(0, 3)].map((v) => Math.round(v / 255))).toEqual([1, 0, 0]);
    expect([...data.subarray(3 * 15, 3 * 16)].map((v) => Math.round(v / 255))).toEqual([0, 0, 1]);
    expect(readMetadata(bytes)).toMatchObject({
      place: { lat: 30.5, lng: 31.25 },
      camera: "Acme Raw 1",
      takenFrom: "EXIF",
    });
  });
  it("is turned as the whole says, where the preview says nothing", async () => {
    const bytes = await raw(6);
    expect(await pictureSize(bytes)).toEqual({ width: 300, height: 400 });
    const { data } = await decodeSquare(bytes, square);
    // A quarter turn clockwise puts the left above.
    expect([...data.subarray(0, 3)].map((v) => Math.round(v / 255))).toEqual([1, 0, 0]);
    expect([...data.subarray(3 * 16 * 15, 3 * 16 * 15 + 3)].map((v) => Math.round(v / 255))).toEqual([0, 0, 1]);
  });
  it("that is no TIFF is its preview as well", async () => {
    const preview = await halves(400, 300).jpeg().toBuffer();
    const fuji = Buffer.concat([Buffer.from("FUJIFILMCCD-RAW 0201"), Buffer.alloc(80), preview]);
    expect(await pictureSize(fuji)).toEqual({ width: 400, height: 300 });
    const canon = Buffer.concat([Buffer.from("\0\0\0\x18ftypcrx \0\0\0\x01"), Buffer.alloc(80), preview]);
    expect(await pictureSize(canon)).toEqual({ width: 400, height: 300 });
  });
  it("whose data looks like pictures in a million places is read in a moment", async () => {
    const bytes = Buffer.concat([await raw(1), Buffer.alloc(3_000_000, Buffer.from([0xff, 0xd8, 0xff, 0xe0]))]);
    expect(await pictureSize(bytes)).toEqual({ width: 400, height: 300 });
  });
  it("that begins a picture at ten thousand places and ends none is refused in a moment", async () => {
    const start = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0x00, 0x02]);
    const scan = Buffer.concat([
      Buffer.from([0xff, 0xda, 0x00, 0x02]),
      Buffer.alloc(20_000_000, Buffer.from([0xff, 0x00])),
    ]);
    const bytes = Buffer.concat([Buffer.from("FUJIFILMCCD-RAW 0201"), Buffer.concat(Array(10_000).fill(start)), scan]);
    await expect(pictureSize(bytes)).rejects.toMatchObject({ code: "picture" });
  }, 10_000);
});

describe("a TIFF file", () => {
  it("is its own picture, and none that is compressed inside of it", async () => {
    const tiff = await halves(300, 200)
      .tiff({ compression: "jpeg", tile: true, tileWidth: 128, tileHeight: 128 })
      .toBuffer();
    expect(await pictureSize(tiff)).toEqual({ width: 300, height: 200 });
    expect((await decodeSquare(tiff, square)).data[0]).toBeGreaterThan(200);
  });
});

describe("HEIC and JPEG XL", () => {
  it.each(["nile.heic", "nile.jxl"])("are decoded: %s", async (name) => {
    const bytes = fixture(name);
    expect(await pictureSize(bytes)).toEqual({ width: 120, height: 80 });
    const { data, info } = await (await openPicture(bytes, { limitInputPixels: maxPixels }))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([120, 80, 3]);
    // The desert about the delta is brighter than the sea, and more red than blue.
    const at = (x: number, y: number) => [...data.subarray(3 * (120 * y + x), 3 * (120 * y + x) + 3)];
    expect(at(20, 70)[0]).toBeGreaterThan(at(60, 5)[0] + 40);
    expect(at(20, 70)[0]).toBeGreaterThan(at(20, 70)[2] + 30);
  });
  it("says where and when it was taken", () => {
    expect(readMetadata(fixture("nile.heic"))).toMatchObject({ place: { lat: 30.5, lng: 31.25 }, camera: "Acme Eye" });
  });
  it("say nothing on standard output, whatever they are given, and take no more memory for every picture", async () => {
    const said = vi.spyOn(console, "log");
    const bytes = fixture("nile.heic");
    await pictureSize(bytes.subarray(0, 300)).catch(() => undefined);
    const free = Buffer.concat([Buffer.from([0, 0x30, 0, 0]), Buffer.from("free"), Buffer.alloc(0x300000 - 8)]);
    const padded = Buffer.concat([bytes, free]);
    for (let i = 0; i < 5; i++) await pictureSize(padded);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 60; i++) await pictureSize(padded);
    expect(process.memoryUsage().rss - before).toBeLessThan(120e6);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });
  it.each(["nile.heic", "nile.jxl"])(
    "that are cut off or larger than the limit have their sentence: %s",
    async (name) => {
      const bytes = fixture(name);
      for (const cut of [100, 300, bytes.length / 2])
        await expect(decodeSquare(bytes.subarray(0, cut), square)).rejects.toMatchObject({ code: "picture" });
      await expect(decodeSquare(bytes, square, 1000)).rejects.toMatchObject({
        code: "picture",
        message: expect.stringMatching(/more pixels than the limit/),
      });
    },
  );
});
