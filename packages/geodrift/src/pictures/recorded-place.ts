/** Places that files say, degrees: one rule for all of them, and the reason where one is not used. */
import type { LatLng } from "@geodrift/core";
import { type ExifValues, exifNumbers, exifText } from "./exif-values.js";
import type { Xmp } from "./read-xmp.js";

/** A place, or why what is said is none; nothing where nothing is said. */
export type PlaceReading = { place: LatLng; note?: string } | { place?: undefined; note?: string };

/**
 * The rule: latitudes lie in −90 … 90; longitudes go round, up to 360 either way; 0, 0 is what devices without a fix write, and
 * no place.
 * @returns the place, longitude in −180 … 180, or why the numbers are none
 */
export function placeOrRefusal(lat: number, lng: number): { place: LatLng } | { refused: string } {
  if (Number.isNaN(lat) || Number.isNaN(lng)) return { refused: "has no place" };
  if (!(Math.abs(lat) <= 90)) return { refused: `latitude ${lat} is not between -90 and 90` };
  if (!(Math.abs(lng) <= 360)) return { refused: `longitude ${lng} is not between -360 and 360` };
  if (lat === 0 && lng === 0) return { refused: "0, 0 is what devices without a fix write" };
  return { place: { lat, lng: Math.abs(lng) <= 180 ? lng : lng - 360 * Math.sign(lng) } };
}

/** Degrees from degrees, minutes and seconds, all 0 or more; NaN where a minute or a second is none. */
export function degreesOf([degrees, minutes = 0, seconds = 0]: number[]): number {
  if (degrees === undefined || !(minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60)) return Number.NaN;
  return degrees + minutes / 60 + seconds / 3600;
}

/** The place of GPSLatitude and GPSLongitude with their references (EXIF 2.32, section 4.6.6). */
export function exifPlace(get: ExifValues): PlaceReading {
  const [lat, lng] = [exifNumbers(get("GPSLatitude")), exifNumbers(get("GPSLongitude"))];
  if (lat.length === 0 && lng.length === 0) return {};
  if (lat.length === 0 || lng.length === 0)
    return { note: `GPS${lat.length === 0 ? "Latitude" : "Longitude"} is missing: the other half is not used` };
  if (/^V/i.test(exifText(get("GPSStatus")))) return { note: "GPSStatus is V, no fix: its coordinates are not used" };
  const [north, east] = ["GPSLatitudeRef", "GPSLongitudeRef"].map((name) => exifText(get(name)).toUpperCase());
  for (const [name, ref, known] of [
    ["GPSLatitudeRef", north, "NS"],
    ["GPSLongitudeRef", east, "EW"],
  ])
    if (ref === "" || !known.includes(ref[0]))
      return {
        note: `${name} is ${ref === "" ? "missing" : `"${ref.slice(0, 8)}"`}: which side is meant is not guessed, and the place is not used`,
      };
  const [own, across] = [degreesOf(lat), degreesOf(lng)];
  if (Number.isNaN(own) || Number.isNaN(across))
    return { note: "its GPS coordinates are no degrees, minutes and seconds, and not used" };
  return read(north[0] === "S" ? -own : own, east[0] === "W" ? -across : across, "its GPS coordinates");
}

/**
 * Metres above the sea of GPSAltitude, below it where the reference is odd (EXIF 2.32, section 4.6.6; in 3.0 references 2 and 3 mean the
 * sea, and 0 and 1 the ellipsoid, up to a hundred metres apart, but telephones write 0 for the sea as ever). NaN where the file does not say.
 */
export function exifAltitude(get: ExifValues): number {
  const [metres] = exifNumbers([get("GPSAltitude")]);
  const [ref] = exifNumbers([get("GPSAltitudeRef")].flat());
  return ref % 2 === 1 ? -metres : metres;
}

function read(lat: number, lng: number, what: string): PlaceReading {
  const found = placeOrRefusal(lat, lng);
  return "place" in found ? found : { note: `${what} are not used: ${found.refused}` };
}

interface Degrees {
  value: number;
  note?: string;
}

/**
 * One coordinate as XMP has it: `33,30.0S` or `33,30,0S` (GPSCoordinate, XMP part 2), where the suffix counts whatever the
 * reference says; or a decimal number, as Apple writes it, with the reference beside it.
 */
function xmpCoordinate(text: string, ref: string | undefined, [plus, minus]: string): Degrees | undefined {
  const said = ref?.trim().toUpperCase()[0];
  const parts = /^(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?\s*([NSEW])$/i.exec(text);
  if (parts) {
    const side = parts[4].toUpperCase();
    if (side !== plus && side !== minus) return undefined;
    const value = degreesOf([Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)]);
    const disagree = said !== undefined && said !== side;
    return {
      value: side === minus ? -value : value,
      ...(disagree && {
        note: `"${text}" and its reference ${said} disagree: the suffix is the standard's, and counts`,
      }),
    };
  }
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  // Without a reference the sign is all there is, and with one it is no more than repeated.
  return { value: said === minus ? -Math.abs(value) : said === plus ? Math.abs(value) : value };
}

/** The place of XMP's EXIF properties, or else of IPTC's LocationCreated. */
export function xmpPlace(xmp: Xmp, what: string): PlaceReading {
  for (const [get, where] of [
    [(name: string) => xmp.get("exif", name), what],
    [(name: string) => xmp.created("exif", name), `LocationCreated of ${what}`],
  ] as const) {
    const [lat, lng] = [get("GPSLatitude")?.trim(), get("GPSLongitude")?.trim()];
    if (lat === undefined && lng === undefined) continue;
    if (lat === undefined || lng === undefined) return { note: `half of a place in ${where} is not used` };
    if (/^V/i.test(get("GPSStatus") ?? ""))
      return { note: `GPSStatus in ${where} is V, no fix: its coordinates are not used` };
    const [north, east] = [
      xmpCoordinate(lat, get("GPSLatitudeRef"), "NS"),
      xmpCoordinate(lng, get("GPSLongitudeRef"), "EW"),
    ];
    if (!north || !east || Number.isNaN(north.value + east.value))
      return { note: `"${lat}", "${lng}" in ${where} are no coordinates, and not used`.replace(/[\r\n]+/g, " ") };
    const found = read(north.value, east.value, `the coordinates in ${where}`);
    const notes = [north.note, east.note].filter((n) => n !== undefined);
    return notes.length > 0 ? { ...found, note: [found.note, ...notes].filter(Boolean).join("; ") } : found;
  }
  const names = (["City", "ProvinceState", "CountryName"] as const)
    .map((n) => xmp.created("Iptc4xmpExt", n))
    .filter(Boolean);
  return names.length > 0 ? { note: `${what} names where it was taken, ${names.join(", ")}, without coordinates` } : {};
}
