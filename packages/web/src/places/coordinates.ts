/** A place in the notations that people write it in, and back. Fetched when it is needed. */
import type { LatLng } from "@geodrift/core";
import Dms from "geodesy/dms.js";
import Mgrs, { LatLon } from "geodesy/mgrs.js";
import Utm from "geodesy/utm.js";
import geohash from "ngeohash";
import { OpenLocationCode } from "open-location-code";

/** A place as it is written in one notation. */
export interface Notation {
  /** In English. */
  name: string;
  text: string;
}

/** Beyond these latitudes the Universal Transverse Mercator has no zones, degrees. */
const utmLimits = [-80, 84] as const;

// Without the narrow spaces that it has otherwise: other programs read them as nothing.
Dms.separator = "";

const plusCodes = new OpenLocationCode();

/**
 * To a millionth of a degree, a tenth of a metre: what lies nearer to the equator, a pole or the date line than that, libraries round
 * beyond it, where there is no zone and no code. Never −0, which geodesy takes for the south.
 */
const rounded = (degrees: number): number => Math.round(1e6 * degrees) / 1e6 + 0;

/** A place, in degrees, in every notation that there is for it: to about a metre. */
export function notationsOf(place: LatLng): Notation[] {
  const lat = rounded(place.lat);
  // The date line is the west of the first zone, and not the east of a 61st.
  const lng = rounded(place.lng) === 180 ? -180 : rounded(place.lng);
  const onEllipsoid = new LatLon(lat, lng);
  const inZones = lat >= utmLimits[0] && lat <= utmLimits[1];
  const utm = inZones ? onEllipsoid.toUtm() : undefined;
  return [
    { name: "Degrees", text: `${lat.toFixed(5)}, ${lng.toFixed(5)}` },
    { name: "Degrees, minutes, seconds", text: `${Dms.toLat(lat, "dms", 1)} ${Dms.toLon(lng, "dms", 1)}` },
    ...(utm
      ? [
          { name: "UTM", text: utm.toString(0) },
          { name: "MGRS", text: utm.toMgrs().toString(10) },
        ]
      : []),
    { name: "Plus code", text: plusCodes.encode(lat, lng) },
    { name: "Geohash", text: geohash.encode(lat, lng, 9) },
  ];
}

/** Two numbers in degrees, or degrees, minutes and seconds, latitude first unless letters say otherwise. */
function fromDegrees(text: string): LatLng | undefined {
  const halves =
    /^(.*?[NS])[\s,;]*(.*[EW])$/i.exec(text) ??
    /^(.*?[EW])[\s,;]*(.*[NS])$/i.exec(text) ??
    /^([NS].*?)[\s,;]*([EW].*)$/i.exec(text) ??
    /^([^,;]+)[,;]\s*([^,;]+)$/.exec(text) ??
    /^([-+]?[\d.]+°?)\s+([-+]?[\d.]+°?)$/.exec(text);
  if (!halves) return undefined;
  const swapped = /[EW]/i.test(halves[1]);
  const [first, second] = [halves[1], halves[2]].map((half) =>
    isAngle(half) ? Dms.parse(half.trim().replace(/^([NSEW])(.*)$/i, "$2$1")) : Number.NaN,
  );
  return valid(swapped ? { lat: second, lng: first } : { lat: first, lng: second });
}

const valid = ({ lat, lng }: LatLng): LatLng | undefined =>
  Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : undefined;

/** What `read` gives, or nothing where it throws: these libraries refuse by throwing. */
function tried(read: () => LatLng | undefined): LatLng | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Zone, hemisphere or latitude band, easting and northing, metres. N is the northern half, and the first band of it. */
function fromUtm(zone: string, letter: string, easting: string, northing: string): LatLng | undefined {
  const band = letter.toUpperCase();
  // S is the southern half where people write halves, and a band of the north where they write bands: the half is written more often.
  const half = band === "S" || band < "N" ? "S" : "N";
  const { lat, lon } = Utm.parse(`${zone} ${half} ${easting} ${northing}`).toLatLon();
  return valid({ lat, lng: lon });
}

/** Degrees, minutes and seconds with their marks, and nothing else. */
const isAngle = (half: string): boolean => /^[-+NSEW\d\s.,:°º˚'′’"″”]*\d[-+NSEW\d\s.,:°º˚'′’"″”]*$/i.test(half);

/**
 * The place that a text writes in any of the notations.
 * @returns undefined if it is none of them; a geohash is taken for one only where it holds letters and digits, as names and postcodes do not
 */
export function parsePlace(written: string): LatLng | undefined {
  const text = written.trim();
  if (plusCodes.isFull(text)) {
    const { latitudeCenter: lat, longitudeCenter: lng } = plusCodes.decode(text);
    return valid({ lat, lng });
  }
  const utm = /^(\d{1,2})\s*([C-HJ-NP-X])\s*(\d{5,7}(?:\.\d+)?)\s+(\d{1,8}(?:\.\d+)?)$/i.exec(text);
  if (utm) return tried(() => fromUtm(utm[1], utm[2], utm[3], utm[4]));
  // As many digits east as north: with one more, it is a geohash.
  if (/^\d{1,2}[C-HJ-NP-X]\s*[A-HJ-NP-Z]{2}\s*(\d\s*\d\s*){1,5}$/i.test(text))
    return tried(() => {
      const { lat, lon } = Mgrs.parse(text.toUpperCase()).toUtm().toLatLon();
      return valid({ lat, lng: lon });
    });
  const degrees = fromDegrees(text);
  if (degrees) return degrees;
  if (!/^(?=.*\d)(?=.*[a-z])[0-9b-hjkmnp-z]{4,12}$/.test(text)) return undefined;
  const { latitude: lat, longitude: lng } = geohash.decode(text);
  return valid({ lat, lng });
}
