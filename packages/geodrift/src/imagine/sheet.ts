/** Pictures side by side: plain sheets that can be cut up again, labelled ones for people, and moving ones. */
import { GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";
import { escapeXml } from "../files/escape-xml.js";
import { enlarged, type Picture } from "../pictures/picture.js";
import { rawPixels, toPng } from "../pictures/png.js";

/** Says in a file itself that nobody has taken the picture: IPTC's source of what a model has made. */
const madeUp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia" xmp:CreatorTool="geodrift"/></rdf:RDF></x:xmpmeta>`;

/** A PNG whose metadata (IPTC's digital source type) say that a model has made the picture. */
export const toMadeUpPng = (picture: Picture): Promise<Uint8Array> =>
  rawPixels(picture).withXmp(madeUp).png().toBuffer();

/** Pixels between the cells of a sheet. */
export const gap = 2;

/** Upper left corners of the cells of a sheet, in pixels, row by row. */
export function cellBoxes(count: number, columns: number, size: number): { left: number; top: number }[] {
  return Array.from({ length: count }, (_, i) => ({
    left: (i % columns) * (size + gap),
    top: Math.floor(i / columns) * (size + gap),
  }));
}

/** As far as the library that writes pictures goes: pixels of a file, and along a side of a moving one. */
const [maxPixels, longestMoving] = [0x3fff ** 2, 0x3fff];

/**
 * Checks that pictures fit into one file.
 * @param size pixels along a side of every picture, `scale` times as many in the file
 * @param moving are they frames of one moving picture?
 * @throws GeodriftError `option` if a file has no room for so many pictures so large
 */
export function checkSheet(
  { cells, columns }: { cells: readonly unknown[]; columns: number },
  size: number,
  scale: number,
  moving: boolean,
): void {
  const side = (k: number) => (k * (size + gap) - gap) * scale;
  const pixels = moving ? cells.length * (size * scale) ** 2 : side(columns) * side(Math.ceil(cells.length / columns));
  if (pixels > maxPixels || (moving && size * scale > longestMoving))
    throw new GeodriftError(
      "option",
      `${cells.length} pictures of ${size * scale} pixels are too much for one file: fewer, or a smaller --scale, are needed`,
    );
}

/**
 * All pictures in one, on white, unscaled and without labels.
 * @param pictures squares of one size, one or more
 */
export function sheetOf(pictures: readonly Picture[], columns: number): Picture {
  const size = pictures[0].width;
  const rows = Math.ceil(pictures.length / columns);
  const [width, height] = [columns, rows].map((k) => k * (size + gap) - gap);
  const data = new Uint8Array(width * height * 3).fill(255);
  const boxes = cellBoxes(pictures.length, columns, size);
  pictures.forEach((picture, i) => {
    const { left, top } = boxes[i];
    for (let y = 0; y < size; y++)
      data.set(picture.data.subarray(3 * size * y, 3 * size * (y + 1)), 3 * ((top + y) * width + left));
  });
  return { width, height, data };
}

/** Milliseconds of a frame. */
const frameMs = 150;

/** A moving WebP without loss, 150 ms a frame, endless, whose metadata say that a model has made the pictures. */
export async function toMovingWebp(pictures: readonly Picture[]): Promise<Uint8Array> {
  const frames = await Promise.all(pictures.map(async (p) => Buffer.from(await toPng(p))));
  return sharp(frames, { join: { animated: true } })
    .withXmp(madeUp)
    .webp({ lossless: true, loop: 0, delay: frames.map(() => frameMs) })
    .toBuffer();
}

/** A picture and the text under it. */
export interface LabelledPicture {
  label: string;
  picture: Picture;
}

/** Of labelled sheets, in pixels: a line of text, and what lies between pictures. */
const [line, space] = [16, 8];

/** As far as the library that draws SVG goes. */
const highest = 32_767;

/**
 * Checks that a labelled sheet has room for so many rows.
 * @param shown pixels along a side of each picture
 * @throws GeodriftError `option` if it has not
 */
export function checkRows(rows: number, shown: number): void {
  const most = Math.floor(highest / (shown + line + space));
  if (rows > most)
    throw new GeodriftError("option", `a sheet of comparisons has room for ${most} pictures, got ${rows}`);
}

/**
 * Rows of pictures with a label under each, and one before each row.
 * @param shown pixels along a side of each
 * @returns a PNG
 */
export async function labelledSheet(
  rows: readonly { label?: string; cells: readonly LabelledPicture[] }[],
  shown = 128,
): Promise<Uint8Array> {
  const side = rows.some((row) => row.label) ? 170 : 0;
  const columns = Math.max(...rows.map((row) => row.cells.length));
  const [width, rowHeight] = [side + columns * (shown + space), shown + line + space];
  const parts: string[] = [];
  for (const [r, row] of rows.entries()) {
    const top = r * rowHeight;
    if (row.label)
      parts.push(`<text x="0" y="${top + shown / 2}" font-size="13" font-weight="600">${escapeXml(row.label)}</text>`);
    for (const [c, { label, picture }] of row.cells.entries()) {
      const left = side + c * (shown + space);
      const png = Buffer.from(await toPng(enlarged(picture, Math.max(1, Math.floor(shown / picture.width))))).toString(
        "base64",
      );
      parts.push(
        `<image x="${left}" y="${top}" width="${shown}" height="${shown}" href="data:image/png;base64,${png}"/>`,
        `<text x="${left}" y="${top + shown + line - 4}" font-size="10">${escapeXml(label)}</text>`,
      );
    }
  }
  const height = rows.length * rowHeight;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, Helvetica, Arial, sans-serif"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`;
  return sharp(Buffer.from(svg), { unlimited: true }).png().toBuffer();
}
