/** Formats that libvips does not read: HEIC and JPEG XL by decoders of their own, raw files by the preview inside. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { GeodriftError } from "@geodrift/core/errors";
import PQueue from "p-queue";
import sharp, { type Sharp } from "sharp";

/** Pixels. */
interface Size {
  width: number;
  height: number;
}

/** What a file is by its first bytes. */
export type Kind = "heic" | "jxl" | "raw" | "tiff" | "xml" | "other";

/** What a file is by its first bytes; cameras' raw files that are TIFF files too are told by what is in them. */
export function kindOf(bytes: Uint8Array): Kind {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (/^ftyp(hei|hev|mif1|msf1)/.test(text(4, 12))) return "heic";
  if (text(4, 12) === "ftypcrx " || text(0, 4) === "FOVb" || text(6, 14) === "HEAPCCDR" || text(0, 4) === "\0MRM")
    return "raw";
  if (text(0, 15) === "FUJIFILMCCD-RAW" || /^(IIRO|IIRS|MMOR|IIU\0)/.test(text(0, 4))) return "raw";
  if (/^(II\*\0|MM\0\*)/.test(text(0, 4))) return "tiff";
  if ((bytes[0] === 0xff && bytes[1] === 0x0a) || text(0, 12) === "\0\0\0\x0cJXL \r\n\x87\n") return "jxl";
  return /^(\xef\xbb\xbf)?\s*</.test(text(0, 64)) ? "xml" : "other";
}

/** Pixels, four bytes each, as a decoder gives them. */
interface Rgba {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

const ofRgba = ({ width, height, data }: Rgba): Sharp =>
  sharp(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), { raw: { width, height, channels: 4 } });

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(into: Rgba, done: (filled: Rgba | null) => void): void;
  free(): void;
}

/** One decoder for all files: it frees what it holds of one when the next one comes. */
interface HeifDecoder {
  decode(bytes: Uint8Array): HeifImage[];
}

/** The decoder of libheif, compiled to WebAssembly (LGPL 3, a package of its own); loaded when the first such file comes. */
let heif: HeifDecoder | undefined;

function loadHeif(): HeifDecoder {
  const { HeifDecoder } = createRequire(import.meta.url)("libheif-js/wasm-bundle") as {
    HeifDecoder: new () => HeifDecoder;
  };
  return new HeifDecoder();
}

/** It holds one file at a time. */
const heifTurns = new PQueue({ concurrency: 1 });

const damagedHeic = () => new GeodriftError("picture", "the HEIC picture is damaged");

/** Does something with the main image of a file. */
const withHeic = <T>(bytes: Uint8Array, work: (image: HeifImage) => T | Promise<T>): Promise<T> =>
  heifTurns.add(async () => {
    heif ??= loadHeif();
    const images = quietly(() => (heif as HeifDecoder).decode(bytes));
    const image = images.find((one) => one.is_primary()) ?? images[0];
    try {
      if (!image) throw damagedHeic();
      return await work(image);
    } finally {
      for (const one of images) one.free();
    }
  });

/** Runs what tells its troubles on standard output, which is not its own. */
function quietly<T>(work: () => T): T {
  const { log } = console;
  console.log = () => {};
  try {
    return work();
  } finally {
    console.log = log;
  }
}

/**
 * The size of a HEIC picture, turned as its own transformations say.
 * @throws GeodriftError `picture` if it is damaged
 */
export const heicSize = (bytes: Uint8Array): Promise<Size> =>
  withHeic(bytes, (image) => ({ width: image.get_width(), height: image.get_height() }));

/**
 * A HEIC picture, turned as its own transformations say.
 * @param most pixels; larger pictures are refused before they are decoded
 * @throws GeodriftError `picture` if it is damaged, RangeError if it has too many pixels
 */
export const decodeHeic = (bytes: Uint8Array, most: number): Promise<Sharp> =>
  withHeic(bytes, async (image) => {
    const [width, height] = [image.get_width(), image.get_height()];
    if (width * height > most) throw new RangeError("exceeds pixel limit");
    const empty = { width, height, data: new Uint8ClampedArray(4 * width * height) };
    const filled = await new Promise<Rgba | null>((resolve) => image.display(empty, resolve));
    if (!filled) throw damagedHeic();
    return ofRgba(filled);
  });

let jxl: Promise<(bytes: ArrayBuffer) => Promise<Rgba>> | undefined;

async function jxlDecoder() {
  const { default: decode, init } = await import("@jsquash/jxl/decode.js");
  const file = createRequire(import.meta.url).resolve("@jsquash/jxl/codec/dec/jxl_dec.wasm");
  await init(await WebAssembly.compile(await readFile(file)));
  return decode as (bytes: ArrayBuffer) => Promise<Rgba>;
}

const damagedJxl = (cause?: unknown) => new GeodriftError("picture", "the JPEG XL picture is damaged", { cause });

/**
 * The size of a JPEG XL picture, before it is turned: the header of its codestream (ISO/IEC 18181-1, SizeHeader), which may lie in a
 * box of a container.
 * @throws GeodriftError `picture` if it is damaged
 */
export function jxlSize(bytes: Uint8Array): Size {
  const start = codestreamOf(bytes);
  if (start === undefined) throw damagedJxl();
  let at = 8 * (start + 2);
  const bits = (n: number): number => {
    let value = 0;
    for (let i = 0; i < n; i++, at++) value += ((bytes[at >> 3] >> (at & 7)) & 1) * 2 ** i;
    return value;
  };
  const small = bits(1) === 1;
  const side = () => (small ? 8 * (bits(5) + 1) : bits([9, 13, 18, 30][bits(2)]) + 1);
  const height = side();
  const ratio = [undefined, [1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1]][bits(3)];
  const width = ratio ? Math.floor((height * ratio[0]) / ratio[1]) : side();
  if (at > 8 * bytes.length) throw damagedJxl();
  return { width, height };
}

/** Where the codestream begins: at once, or in the first box that holds it. */
function codestreamOf(bytes: Uint8Array): number | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0x0a) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 16 <= bytes.length; ) {
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const inside = at + (view.getUint32(at) === 1 ? 16 : 8) + (kind === "jxlp" ? 4 : 0);
    if (kind === "jxlc" || kind === "jxlp")
      return bytes[inside] === 0xff && bytes[inside + 1] === 0x0a ? inside : undefined;
    const length = view.getUint32(at) === 1 ? Number(view.getBigUint64(at + 8)) : view.getUint32(at);
    if (length < 8) return undefined;
    at += length;
  }
  return undefined;
}

/**
 * A JPEG XL picture, turned as it says itself.
 * @param most pixels; larger pictures are refused before they are decoded
 * @throws GeodriftError `picture` if it is damaged, RangeError if it has too many pixels
 */
export async function decodeJxl(bytes: Uint8Array, most: number): Promise<Sharp> {
  const { width, height } = jxlSize(bytes);
  if (width * height > most) throw new RangeError("exceeds pixel limit");
  jxl ??= jxlDecoder();
  const decode = await jxl;
  return ofRgba(
    await decode(Uint8Array.from(bytes).buffer as ArrayBuffer).catch((e: unknown) => {
      throw damagedJxl(e);
    }),
  );
}

/** Tags of a TIFF's first directory that only raw files have: further directories for the sensor's data, and DNG's version. */
const rawTags = new Set([330, 50706]);

/** Is a TIFF file a camera's raw file, by what its first directory lists? */
export function isRawTiff(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  // Canon's second version says so right behind the header.
  if (bytes[8] === 0x43 && bytes[9] === 0x52) return true;
  const at = view.getUint32(4, little);
  if (at + 2 > bytes.length) return false;
  const count = view.getUint16(at, little);
  for (let i = 0; i < count && at + 14 + 12 * i <= bytes.length; i++)
    if (rawTags.has(view.getUint16(at + 2 + 12 * i, little))) return true;
  return false;
}
