/** A decision as the fields of a sidecar and of Darwin Core. */
import type { PlaceName } from "../locate/result.js";
import { estimateMethod } from "../pictures/metadata.js";
import type { DecidedPlace } from "./store/decisions.js";
import { type XmpPlace, xmpDegrees } from "./xmp.js";

/** The names that a level says: what is below it is not known. A town is named up to 50 km from it. */
export function namesOf({ level, place }: Pick<DecidedPlace, "level" | "place">): Partial<PlaceName> {
  const { country, countryCode, region, city } = place;
  // Far from every town, the nearest one is no name of the place.
  const near = place.distanceKm <= farKm;
  return {
    ...(country && { country, countryCode }),
    ...(level !== "country" && region && { region }),
    ...((level === "city" || level === "point") && near && city && { city }),
  };
}

const farKm = 50;

/** The radius in whole metres, at least one: nothing finer is claimed. */
export const radiusMetres = ({ radiusKm }: Pick<DecidedPlace, "radiusKm">): number =>
  Math.max(1, Math.round(1000 * radiusKm));

/** How a place was found, for Darwin Core's `georeferenceProtocol`. */
export function protocolOf({ source, model, known }: Pick<DecidedPlace, "source" | "model" | "known">): string {
  if (source === "person") return "place set by a person on a map";
  const besides = known ? ` and ${known}` : "";
  return `geodrift: density estimated from the picture's content (${model ?? "unknown model"})${besides}, accepted by a person; the radius holds 90 % of it`;
}

/** How far a place can be relied on, for Darwin Core's `georeferenceVerificationStatus`. */
export const verificationOf = ({ source }: Pick<DecidedPlace, "source">): string =>
  source === "person" ? "verified by contributor" : "unverified";

/**
 * How a place came to be, and how far it can be relied on, in Darwin Core's terms; `georeferencedDate` is a day in UTC
 * (ISO 8601).
 */
export const georeferenceOf = (d: DecidedPlace): Record<string, string | undefined> => ({
  georeferenceProtocol: protocolOf(d),
  georeferenceVerificationStatus: verificationOf(d),
  georeferencedDate: new Date(d.at).toISOString().slice(0, 10),
  georeferenceRemarks:
    d.level === "point" ? undefined : `place known to the level of the ${d.level}; no coordinates are claimed`,
});

/**
 * Terms of Darwin Core's Location; those that are not known are undefined. Coordinates (degrees, WGS 84) and their
 * uncertainty (metres) are said of points alone.
 */
export function darwinCore(d: DecidedPlace): Record<string, string | undefined> {
  const { country, countryCode, region, city } = namesOf(d);
  const point = d.level === "point";
  return {
    decimalLatitude: point ? d.lat.toFixed(6) : undefined,
    decimalLongitude: point ? d.lng.toFixed(6) : undefined,
    geodeticDatum: point ? "EPSG:4326" : undefined,
    coordinateUncertaintyInMeters: point ? String(radiusMetres(d)) : undefined,
    country,
    countryCode,
    stateProvince: region,
    municipality: city,
    ...georeferenceOf(d),
  };
}

/** The same for a sidecar, with EXIF's fields (GPSHPositioningError in metres) and IPTC's LocationCreated. */
export function xmpPlace(d: DecidedPlace): XmpPlace {
  const { country, countryCode, region, city } = namesOf(d);
  const point = d.level === "point";
  return {
    // Names alone say nothing against coordinates that somebody else has written.
    exif: point
      ? {
          GPSLatitude: xmpDegrees(d.lat, ["N", "S"]),
          GPSLongitude: xmpDegrees(d.lng, ["E", "W"]),
          GPSLatitudeRef: undefined,
          GPSLongitudeRef: undefined,
          GPSStatus: undefined,
          GPSMapDatum: "WGS-84",
          GPSHPositioningError: `${radiusMetres(d)}/1`,
          GPSProcessingMethod: d.source === "person" ? "MANUAL" : estimateMethod,
        }
      : {},
    location: darwinCore(d),
    created: { CountryCode: countryCode, CountryName: country, ProvinceState: region, City: city },
  };
}
