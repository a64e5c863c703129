/** One map in several formats, by the ending of the file's name. */

import { extname } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import sharp from "sharp";
import { writeFileAtomically } from "../files/atomic-file.js";
import { suggestion } from "../files/validation.js";
import type { Located } from "../locate/result.js";

/** Each is loaded when it is asked for: most answers are wanted without a map. */
const formats: Record<string, (located: Located) => Promise<string | Uint8Array>> = {
  ".svg": async (located) => (await import("./svg.js")).toSvg(located),
  ".png": async (located) => {
    const { toSvg } = await import("./svg.js");
    return sharp(Buffer.from(toSvg(located)), { density: 144 })
      .png()
      .toBuffer();
  },
  ".html": async (located) => (await import("./html.js")).toHtml(located),
  ".geojson": async (located) => `${JSON.stringify((await import("./geojson.js")).toGeoJson(located), null, 1)}\n`,
  ".kml": async (located) => (await import("./kml.js")).toKml(located),
};

/**
 * Does the file's ending choose a format?
 * @throws GeodriftError `option` naming the formats if it does not
 */
export function checkMapFile(file: string): void {
  const ending = extname(file).toLowerCase();
  if (!formats[ending])
    throw new GeodriftError(
      "option",
      `--map ${file}: the ending chooses the format${suggestion(ending || file, Object.keys(formats))}`,
    );
}

/**
 * Writes the map of an answer in the format that the file's ending chooses: .svg, .png (at 144 dots per inch), .html,
 * .geojson or .kml.
 * @throws GeodriftError `option` for another ending, `disk` if the file cannot be written
 */
export async function writeMap(file: string, located: Located): Promise<void> {
  checkMapFile(file);
  await writeFileAtomically(file, Buffer.from(await formats[extname(file).toLowerCase()](located)));
}
