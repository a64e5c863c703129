import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { pixelDifference } from "./pixel-difference.js";
import { toPng } from "./png.js";
import { checkPicture, decodeSquare, pictureOf, readPicture, readPictureBytes } from "./read-picture.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-read-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** Four colours, one in each quarter: upper left, upper right, lower left, lower right. */
const quarters = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
];
const data = Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return quarters[2 * Math.floor(pixel / 32 / 16) + Math.floor((pixel % 32) / 16)][i % 3];
});
const picture = { width: 32, height: 32, data };
const raw = () => sharp(data, { raw: { width: 32, height: 32, channels: 3 } });
const jpeg: Uint8Array = await raw().jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
const noise: Uint8Array = await sharp({
  create: {
    width: 200,
    height: 200,
    channels: 3,
    noise: { type: "gaussian", mean: 128, sigma: 60 },
    background: "#000",
  },
})
  .jpeg()
  .toBuffer();

const png = await toPng(picture);
const squares = ["cover", "crop-resize", "resize-crop"] as const;

/** Which of the quarters lies where. */
function layout(pixels: Uint8Array, size: number): number[] {
  const at = [size / 4, (3 * size) / 4].map(Math.floor);
  return at.flatMap((y) =>
    at.map((x) =>
      quarters.findIndex((colour) => colour.every((v, c) => Math.abs(v - pixels[3 * (y * size + x) + c]) < 40)),
    ),
  );
}

describe("a picture that is read", () => {
  it.each(squares)("is a square of pixels (%s), with the hash of its file", async (square) => {
    const read = await readPicture(file(`${square}.jpg`, jpeg), { size: 16, square });
    expect([read.width, read.height, read.data.length]).toEqual([16, 16, 3 * 16 * 16]);
    expect(layout(read.data, 16)).toEqual([0, 1, 2, 3]);
    expect(read.sha256).toBe(createHash("sha256").update(jpeg).digest("hex"));
  });

  it.each([
    [1, [0, 1, 2, 3]],
    [2, [1, 0, 3, 2]],
    [3, [3, 2, 1, 0]],
    [4, [2, 3, 0, 1]],
    [5, [0, 2, 1, 3]],
    [6, [2, 0, 3, 1]],
    [7, [3, 1, 2, 0]],
    [8, [1, 3, 0, 2]],
  ])("with orientation %i is turned as its file says", async (orientation, turned) => {
    const bytes = await sharp(jpeg).withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    for (const square of squares)
      expect(layout((await decodeSquare(bytes, { size: 16, square })).data, 16)).toEqual(turned);
  });

  it("without loss is what was written", async () => {
    const read = await decodeSquare(await toPng(picture), { size: 32, square: "crop-resize" });
    expect(pixelDifference(read, picture)).toBe(0);
    expect(pixelDifference({ ...picture, data: data.map((v) => (v > 0 ? v - 3 : 3)) }, picture)).toBe(3);
  });

  it.each(squares)("may be grey, 16 bits deep, or transparent (%s)", async (square) => {
    const grey = await sharp(jpeg).greyscale().toColourspace("b-w").png().toBuffer();
    const deep = await sharp(jpeg).toColourspace("rgb16").png().toBuffer();
    const clear = await raw().ensureAlpha(0.5).png().toBuffer();
    for (const bytes of [grey, deep, clear])
      expect((await decodeSquare(bytes, { size: 8, square })).data.length).toBe(3 * 64);
    expect(layout((await decodeSquare(deep, { size: 16, square })).data, 16)).toEqual([0, 1, 2, 3]);
  });
});

describe("a picture that cannot be read", () => {
  const ftyp = (brand: string) =>
    Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}`), Buffer.alloc(40)]);
  const broken = Uint8Array.from(png);
  broken.fill(0x55, 60, png.length - 20);
  it.each([
    ["text", Buffer.from("these are no pixels"), /^not a picture in a known format \(JPEG, PNG/],
    ["one byte", Buffer.from([0xff]), /^not a picture in a known format/],
    ["a JPEG cut off", noise.subarray(0, noise.length / 2), /^the picture is truncated$/],
    ["a PNG cut off", png.subarray(0, png.length - 30), /^the picture is truncated$/],
    ["a PNG with other bytes in it", broken, /^the picture is damaged/],
    ["a HEIC", ftyp("heic"), /^the HEIC picture is damaged$/],
    ["a JPEG XL", Buffer.from([0xff, 0x0a, 1, 2, 3]), /^the JPEG XL picture is damaged$/],
    [
      "an SVG",
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      /^not a picture in a known format/,
    ],
    ["a raw file without a preview", ftyp("crx "), /^is a camera's raw file without a preview inside/],
  ])("is told in one sentence: %s", async (_, bytes, sentence) => {
    for (const square of squares) {
      const thrown = await pictureOf(bytes, { size: 8, square }).catch((e: unknown) => e);
      expect(thrown).toMatchObject({
        name: "GeodriftError",
        code: "picture",
        message: expect.stringMatching(sentence),
      });
      expect(String(thrown)).not.toContain("\n");
    }
  });
  it("has more pixels than are allowed, and no fewer", async () => {
    const preparation = { size: 8, square: "cover" } as const;
    await expect(pictureOf(jpeg, preparation, 32 * 32 - 1)).rejects.toMatchObject({
      code: "picture",
      message: expect.stringContaining("has more pixels than the limit of"),
    });
    expect((await pictureOf(jpeg, preparation, 32 * 32)).width).toBe(8);
  });
  it("would be kept whole while it is decoded, and is too large for that", async () => {
    // Headers that say more than there is: it is refused by them.
    const claims = (bytes: Uint8Array, at: number, side: number) => {
      const own = Buffer.from(bytes);
      own.writeUInt16BE(side, at);
      own.writeUInt16BE(side, at + 2);
      return own;
    };
    const jpegOf = async (chromaSubsampling: string, progressive = true) =>
      Buffer.from(await raw().jpeg({ progressive, chromaSubsampling }).toBuffer());
    const full = await jpegOf("4:4:4");
    const half = await jpegOf("4:2:0");
    const frameOf = (bytes: Buffer) => bytes.indexOf(Buffer.from([0xff, 0xc2])) + 5;
    const decode = (bytes: Uint8Array) => decodeSquare(bytes, { size: 8, square: "cover" });
    const tooMuch = (kind: string, mib: number) => ({
      ...{ code: "picture", message: `is ${kind}, takes ${mib} MiB to decode, and may take 640` },
    });
    await expect(decode(claims(full, frameOf(full), 10_600))).rejects.toMatchObject(tooMuch("progressive", 643));
    await expect(decode(claims(half, frameOf(half), 15_000))).rejects.toMatchObject(tooMuch("progressive", 644));
    const interlaced = Buffer.from(await raw().png({ progressive: true }).toBuffer());
    interlaced.writeUInt32BE(15_000, 16);
    interlaced.writeUInt32BE(15_000, 20);
    interlaced.writeUInt32BE(crc32(interlaced.subarray(12, 29)), 29);
    await expect(decode(interlaced)).rejects.toMatchObject(tooMuch("interlaced", 644));
    expect((await decode(full)).width).toBe(8);
    expect((await decode(await jpegOf("4:4:4", false))).width).toBe(8);
  });

  it("does not even begin like one", async () => {
    await expect(checkPicture(Buffer.from("text"))).rejects.toMatchObject({ code: "picture" });
    await expect(checkPicture(jpeg.subarray(0, jpeg.length - 5))).resolves.toBeUndefined();
  });
  mkdirSync(join(folder, "album.jpg"));
  it.each([
    ["missing.jpg", undefined, "not-found", "no such file"],
    ["album.jpg", undefined, "file", "is a folder, where a picture is expected"],
    ["empty.jpg", "", "picture", "the file is empty"],
  ])("is no file with bytes: %s", async (name, content, code, message) => {
    if (content !== undefined) file(name, content);
    await expect(readPictureBytes(join(folder, name))).rejects.toMatchObject({ code, message });
  });

  it("is no pipe, which would be waited for for ever, and no file that is larger than pictures are", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.jpg")]);
    await expect(readPictureBytes(join(folder, "pipe.jpg"))).rejects.toThrow(/^is no plain file/);
    writeFileSync(join(folder, "vast.jpg"), "");
    truncateSync(join(folder, "vast.jpg"), 2 ** 29 + 1);
    await expect(readPictureBytes(join(folder, "vast.jpg"))).rejects.toThrow(
      /^the file has 512 MiB, and a picture at most 512/,
    );
  });
});
