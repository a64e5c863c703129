/** One map in several formats, by the ending of the file's name. */
import { writeFile } from "node:fs/promises";
import { extname } from "node:path";
import sharp from "sharp";
import type { Located } from "../locate/result.js";
import { suggestion } from "../schema/parse.js";
import { toGeoJson } from "./geojson.js";
import { toHtml } from "./html.js";
import { toKml } from "./kml.js";
import { toSvg } from "./svg.js";

const formats: Record<string, (located: Located) => string | Promise<Uint8Array>> = {
  ".svg": toSvg,
  ".png": (located) =>
    sharp(Buffer.from(toSvg(located)), { density: 144 })
      .png()
      .toBuffer(),
  ".html": toHtml,
  ".geojson": (located) => `${JSON.stringify(toGeoJson(located), null, 1)}\n`,
  ".kml": toKml,
};

/** @throws Error naming the formats if the file's ending is none of theirs */
export function checkMapFile(file: string): void {
  const ending = extname(file).toLowerCase();
  if (!formats[ending])
    throw new Error(`--map ${file}: the ending chooses the format${suggestion(ending || file, Object.keys(formats))}`);
}

export async function writeMap(file: string, located: Located): Promise<void> {
  checkMapFile(file);
  await writeFile(file, await formats[extname(file).toLowerCase()](located)).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be written (${e.code})`);
  });
}
