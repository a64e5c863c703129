/** The library in formats that other programs read. */
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { toCsvRows } from "../../files/csv.js";
import { escapeXml } from "../../files/escape-xml.js";
import { placeText } from "../../locate/headline.js";
import type { Cell, ExportedPicture } from "./exported-picture.js";
import { cellDegrees } from "./obscure.js";

const time = (takenAt: number | null): string | undefined =>
  takenAt === null ? undefined : new Date(takenAt).toISOString().slice(0, 19);

function csv(columns: readonly string[], rows: readonly Record<string, string | number | null | undefined>[]): string {
  return toCsvRows([columns, ...rows.map((row) => columns.map((c) => row[c]))]);
}

const middle = ({ south, west, north, east }: Cell) => ({ lat: (south + north) / 2, lng: (west + east) / 2 });

/** Where to put it on a map: its point, or the middle of its cell. */
const shown = ({ point, cell }: ExportedPicture) => point ?? (cell && middle(cell));

/**
 * A CSV (RFC 4180) with a row for each picture: degrees to six decimals, uncertainty in metres, cells as south, west,
 * north, east.
 */
export function toCsv(pictures: readonly ExportedPicture[]): string {
  const columns = ["file", "sha256", "takenAt", "camera", "source", "level", "lat", "lng", "uncertaintyMetres"];
  const more = ["country", "countryCode", "region", "city", "cell"];
  return csv(
    [...columns, ...more],
    pictures.map((p) => ({
      file: p.path,
      sha256: p.sha256,
      takenAt: time(p.takenAt),
      camera: p.camera,
      source: p.source,
      level: p.level,
      lat: shown(p)?.lat.toFixed(6),
      lng: shown(p)?.lng.toFixed(6),
      uncertaintyMetres: p.uncertaintyMetres,
      ...p.names,
      cell: p.cell && [p.cell.south, p.cell.west, p.cell.north, p.cell.east].join(" "),
    })),
  );
}

/**
 * A CSV of Darwin Core terms, one occurrence of a picture per row: degrees (WGS 84) to six decimals, uncertainty in
 * metres.
 */
export function toDarwinCore(pictures: readonly ExportedPicture[]): string {
  const columns = [
    "associatedMedia",
    "eventDate",
    "decimalLatitude",
    "decimalLongitude",
    "geodeticDatum",
    "coordinateUncertaintyInMeters",
    "country",
    "countryCode",
    "stateProvince",
    "municipality",
    "georeferenceProtocol",
    "georeferenceVerificationStatus",
    "georeferencedDate",
    "georeferenceRemarks",
    "dataGeneralizations",
  ];
  return csv(
    columns,
    pictures.map((p) => {
      const place = shown(p);
      return {
        ...p.georeference,
        associatedMedia: p.path,
        eventDate: time(p.takenAt),
        decimalLatitude: place?.lat.toFixed(6),
        decimalLongitude: place?.lng.toFixed(6),
        geodeticDatum: place && "EPSG:4326",
        coordinateUncertaintyInMeters: p.uncertaintyMetres,
        country: p.names.country,
        countryCode: p.names.countryCode,
        stateProvince: p.names.region,
        municipality: p.names.city,
        dataGeneralizations: p.cell && `coordinates generalized to a cell of ${cellDegrees} degrees`,
      };
    }),
  );
}

function geometryOf({ point, cell }: ExportedPicture): Geometry | null {
  if (point) return { type: "Point", coordinates: [point.lng, point.lat] };
  if (!cell) return null;
  const { south, west, north, east } = cell;
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: "Polygon", coordinates: [ring] };
}

/**
 * GeoJSON (RFC 7946, longitude first): points, cells as polygons, and features without a geometry where only names are
 * known.
 */
export function toGeoJson(pictures: readonly ExportedPicture[]): string {
  const features = pictures.map((p): Feature | { type: "Feature"; geometry: null; properties: object } => ({
    type: "Feature",
    geometry: geometryOf(p) as Geometry,
    properties: {
      file: p.path,
      sha256: p.sha256,
      takenAt: time(p.takenAt),
      camera: p.camera,
      source: p.source,
      level: p.level,
      uncertaintyMetres: p.uncertaintyMetres,
      ...p.names,
    },
  }));
  const collection: Omit<FeatureCollection, "features"> & { features: unknown[] } = {
    type: "FeatureCollection",
    features,
  };
  return `${JSON.stringify(collection, null, 1)}\n`;
}

/** KML 2.2, longitude first. Pictures without coordinates are listed with their names, without a mark on the map. */
export function toKml(pictures: readonly ExportedPicture[]): string {
  const marks = pictures.map((p) => {
    const geometry = geometryOf(p);
    const drawn =
      geometry?.type === "Point"
        ? `<Point><coordinates>${geometry.coordinates.join(",")}</coordinates></Point>`
        : geometry?.type === "Polygon"
          ? `<Polygon><outerBoundaryIs><LinearRing><coordinates>${geometry.coordinates[0].map((c) => c.join(",")).join(" ")}</coordinates></LinearRing></outerBoundaryIs></Polygon>`
          : "";
    const about = [
      placeText(p.names),
      p.source,
      p.uncertaintyMetres === undefined ? "" : `within ${p.uncertaintyMetres} m`,
    ];
    return `<Placemark><name>${escapeXml(p.path)}</name><description>${escapeXml(about.filter(Boolean).join("; "))}</description>${drawn}</Placemark>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Pictures</name>
${marks.join("\n")}
</Document></kml>
`;
}

/** What writes each format, by its name on a command line. */
export const exportFormats = { csv: toCsv, geojson: toGeoJson, kml: toKml, dwc: toDarwinCore } as const;
/** A format by its name on a command line; `dwc` is Darwin Core. */
export type ExportFormat = keyof typeof exportFormats;
