/** GeoJSON and KML files of places, as maps and photo managers write them. */
import { readFile } from "node:fs/promises";
import type { LatLng } from "@geodrift/core";
import { withSubject } from "@geodrift/core/errors";
import { kml } from "@tmcw/togeojson";
import { geoCentroid } from "d3-geo";
import type { FeatureCollection, Geometry, Polygon } from "geojson";
import { z } from "zod";
import { readJsonFile } from "../files/json-file.js";
import { parseXml } from "../files/parse-xml.js";
import { cannotRead } from "../files/system-error.js";
import { decodeText } from "../files/text.js";
import { parseWith } from "../files/validation.js";
import { placeOrRefusal } from "../pictures/recorded-place.js";
import { smallerRegion } from "./smaller-region.js";

/** One place of such a file. */
export interface PlaceFeature {
  /** What it is called: the property `file`, or else `name`. */
  name: string;
  /** Degrees: of a point, or the middle of an outline; undefined where there is neither. */
  place?: LatLng;
  /** Why it has none, where its numbers are none. */
  refused?: string;
  properties: Record<string, unknown>;
}

const wanted = "a GeoJSON FeatureCollection is needed, with coordinates [longitude, latitude] in degrees";
const position = z.tuple([z.number(), z.number()]).rest(z.number());
const collection = z.looseObject(
  {
    type: z.literal("FeatureCollection"),
    features: z.array(
      z.looseObject({
        geometry: z
          .union([
            z.looseObject({ type: z.literal("Point"), coordinates: position }),
            z.looseObject({ type: z.literal("Polygon"), coordinates: z.array(z.array(position).min(4)).min(1) }),
            z.looseObject({
              type: z.enum(["MultiPoint", "LineString", "MultiLineString", "MultiPolygon", "GeometryCollection"]),
            }),
          ])
          .nullable(),
        properties: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  },
  wanted,
);

/**
 * The places of a GeoJSON or KML file, told apart by the name's ending.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it is neither
 */
export async function readPlaceFeatures(file: string): Promise<PlaceFeature[]> {
  const { features } = /\.kml$/i.test(file)
    ? parseWith(collection, await readKml(file), file)
    : await readJsonFile(file, collection);
  return features.map(({ geometry, properties }): PlaceFeature => {
    const said = properties ?? {};
    const own = { name: String(said.file ?? said.name ?? ""), properties: said };
    if (geometry?.type === "Point") {
      const [lng, lat] = geometry.coordinates as number[];
      return { ...own, ...placeOrRefusal(lat, lng) };
    }
    if (geometry?.type !== "Polygon") return own;
    const [lng, lat] = geoCentroid(smallerRegion(geometry as Polygon));
    return { ...own, place: { lat, lng } };
  });
}

/**
 * A KML file as GeoJSON.
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it cannot be read, `data` if it is no KML
 */
export async function readKml(file: string): Promise<FeatureCollection<Geometry | null>> {
  const bytes = await readFile(file).catch(cannotRead(file));
  return withSubject(file, () => {
    const document = parseXml(decodeText(bytes), (said) => `a KML file is needed, this is none (${said})`);
    return kml(document as never);
  });
}
