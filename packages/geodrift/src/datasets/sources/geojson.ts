import { dirname, resolve } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import { readPlaceFeatures } from "../../places/geo-features.js";
import type { PictureSource } from "./source.js";

/** Where a feature's name stands. */
const names = ["file", "name"];

/**
 * Opens a GeoJSON or KML file whose features are pictures: their paths, relative to it, are the property `file` or the name.
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `data` if it is none, or no feature has a name
 */
export async function geoJsonSource(file: string): Promise<PictureSource> {
  const features = await readPlaceFeatures(file);
  if (features.every(({ name }) => name === ""))
    throw new GeodriftError("data", `${file}: features with a property file or a name are needed, this has none`);
  const columns = [...new Set(features.flatMap((f) => Object.keys(f.properties)))].filter((c) => !names.includes(c));
  return {
    name: file,
    columns,
    length: features.length,
    async *items(from = 0) {
      for (const { name, place, refused, properties } of features.slice(from))
        yield {
          id: name,
          ...(place ? { place } : { refused: refused ?? "has no place" }),
          labels: columns.map((c) => (properties[c] == null ? null : String(properties[c]))),
          file: resolve(dirname(file), name),
        };
    },
  };
}
