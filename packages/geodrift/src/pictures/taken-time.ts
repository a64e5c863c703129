/** When a picture was taken: the one reader of times, each with where it comes from. */

import { type ExifValues, exifNumbers, exifText } from "./exif-values.js";
import type { Xmp } from "./read-xmp.js";

/** Where a time comes from, the most trustworthy first. */
export const timeSources = ["EXIF", "EXIF digitised", "XMP", "IPTC", "GPS", "file name"] as const;

/** A time by the camera's clock. */
export interface TakenTime {
  /** Milliseconds by the camera's clock, counted as if it were UTC. */
  takenAt: number;
  /** Minutes that the clock is ahead of UTC, where that is known. */
  utcOffsetMinutes?: number;
  takenFrom: (typeof timeSources)[number];
}

/** An offset from UTC, `+02:00`, in minutes; undefined for other text. */
export function offsetOf(text: string | undefined): number | undefined {
  const parts = /^([+-])(\d\d):?(\d\d)/.exec(text?.trim() ?? "");
  if (!parts || Number(parts[2]) > 14 || Number(parts[3]) > 59) return undefined;
  return (parts[1] === "-" ? -1 : 1) * (60 * Number(parts[2]) + Number(parts[3]));
}

/**
 * A date with a time of day as cameras and programs write it (`2012:09:29 16:11:25`, `2023-11-06T16:15:35.25+01:00`); undefined for
 * other text, and for days and hours that do not exist.
 */
export function timeOf(text: string): { takenAt: number; utcOffsetMinutes?: number } | undefined {
  const parts =
    /^(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)[ T]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?/i.exec(
      text.trim(),
    );
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone] = parts;
  const takenAt = utcOf([year, month, day, hour, minute, second].map(Number), fraction);
  if (takenAt === undefined) return undefined;
  const utcOffsetMinutes = zone === undefined ? undefined : /z/i.test(zone) ? 0 : offsetOf(zone);
  return { takenAt, ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }) };
}

/** Milliseconds since 1970; undefined where the day or the hour does not exist. */
function utcOf([year, month, day, hour, minute, second]: number[], fraction = ""): number | undefined {
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(time);
  const exists =
    year >= 1800 &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return exists ? time + Math.floor(Number(`0.${fraction.replace(/\D/g, "") || 0}`) * 1000) : undefined;
}

/** Offsets that clocks have or had, besides whole hours: minutes past the hour. */
const oddOffsets = new Set([-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825]);

/** A stamp of satellites may be so much older than the picture. */
const mostStaleMs = 4 * 60_000;

/** What a clock is ahead of UTC, if a time of it and one of the satellites are of the same moment; undefined if they are not. */
function offsetBetween(takenAt: number, utc: number): number | undefined {
  const minutes = (takenAt - utc) / 60_000;
  const candidates = [Math.round(minutes / 60) * 60, ...oddOffsets].filter((m) => m >= -720 && m <= 840);
  const nearest = candidates.reduce((a, b) => (Math.abs(b - minutes) < Math.abs(a - minutes) ? b : a));
  return Math.abs(nearest - minutes) * 60_000 <= mostStaleMs ? nearest : undefined;
}

/** UTC by the satellites: GPSDateStamp and GPSTimeStamp, milliseconds since 1970. */
function gpsTime(get: ExifValues): number | undefined {
  const date = /^(\d{4})[:-](\d\d)[:-](\d\d)/.exec(exifText(get("GPSDateStamp")));
  const [hour, minute, second] = exifNumbers(get("GPSTimeStamp"));
  if (!date || second === undefined) return undefined;
  return utcOf([...date.slice(1).map(Number), hour, minute, Math.floor(second)]);
}

/** `IMG_20230711_161535`, `2023-07-11 16.15.35`: a day and a time of day in a file's name. Pixel phones write UTC. */
function timeOfName(name: string): TakenTime | undefined {
  const parts =
    /(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_ T.]+(?:at )?(\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)(?!\d{4})/.exec(
      name,
    );
  const takenAt = parts && utcOf(parts.slice(1).map(Number));
  if (takenAt === undefined || takenAt === null) return undefined;
  return { takenAt, takenFrom: "file name", ...(/^PXL_/.test(name) && { utcOffsetMinutes: 0 }) };
}

/** What may say when a picture was taken. */
export interface TimeSayings {
  exif: ExifValues;
  /** In the picture or beside it, the one that is believed first. */
  xmp: readonly Xmp[];
  /** IPTC's date and time, as `20231106` and `161535+0100`. */
  iptc?: { date?: string; time?: string };
  /** Of the file. */
  name?: string;
}

/**
 * When a picture was taken: EXIF's original time, the digitised one, XMP, IPTC, the satellites', the file's name, whichever comes
 * first. An offset counts only for the time that it belongs to; where none does, the satellites' time tells it.
 * @returns undefined where nothing says
 */
export function takenTime({ exif, xmp, iptc, name }: TimeSayings): TakenTime | undefined {
  const satellites = gpsTime(exif);
  const found = ofExif(exif) ?? ofXmp(xmp) ?? ofIptc(iptc);
  if (found) {
    if (found.utcOffsetMinutes !== undefined || satellites === undefined) return found;
    const utcOffsetMinutes = offsetBetween(found.takenAt, satellites);
    return utcOffsetMinutes === undefined ? found : { ...found, utcOffsetMinutes };
  }
  if (satellites !== undefined) return { takenAt: satellites, utcOffsetMinutes: 0, takenFrom: "GPS" };
  return name === undefined ? undefined : timeOfName(name);
}

function ofExif(get: ExifValues): TakenTime | undefined {
  const kinds = [
    { at: "DateTimeOriginal", fraction: "SubSecTimeOriginal", offset: "OffsetTimeOriginal" },
    { at: "DateTimeDigitized", fraction: "SubSecTimeDigitized", offset: "OffsetTimeDigitized" },
    { at: "DateTime", fraction: "SubSecTime", offset: "OffsetTime" },
  ].map(({ at, fraction, offset }) => {
    const part = /^\d+/.exec(exifText(get(fraction)))?.[0];
    return {
      time: timeOf(`${exifText(get(at)).slice(0, 19)}${part ? `.${part}` : ""}`),
      offset: offsetOf(exifText(get(offset))),
    };
  });
  // The third is that of the last change, and no time of taking.
  const own = kinds.slice(0, 2).findIndex(({ time }) => time !== undefined);
  if (own < 0) return undefined;
  const { takenAt } = kinds[own].time as { takenAt: number };
  const second = (ms: number) => Math.floor(ms / 1000);
  // Offsets of the other two count where they are of the same second.
  const same = [kinds[own], ...kinds].filter(
    ({ time }) => time !== undefined && second(time.takenAt) === second(takenAt),
  );
  const utcOffsetMinutes = same.find(({ offset }) => offset !== undefined)?.offset;
  return {
    takenAt,
    ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
    takenFrom: own === 0 ? "EXIF" : "EXIF digitised",
  };
}

function ofXmp(all: readonly Xmp[]): TakenTime | undefined {
  const names = [
    ["exif", "DateTimeOriginal"],
    ["photoshop", "DateCreated"],
    ["exif", "DateTimeDigitized"],
    ["xmp", "CreateDate"],
  ] as const;
  for (const xmp of all)
    for (const [prefix, name] of names) {
      const time = timeOf(xmp.get(prefix, name) ?? "");
      if (time) return { ...time, takenFrom: "XMP" };
    }
  return undefined;
}

function ofIptc({ date = "", time = "" }: { date?: string; time?: string } = {}): TakenTime | undefined {
  const day = /^(\d{4})[-:]?(\d\d)[-:]?(\d\d)/.exec(date.trim());
  const clock = /^(\d\d):?(\d\d):?(\d\d)\s*([+-]\d\d:?\d\d)?/.exec(time.trim());
  if (!day || !clock) return undefined;
  const found = timeOf(`${day.slice(1, 4).join("-")} ${clock.slice(1, 4).join(":")}${clock[4] ?? ""}`);
  return found && { ...found, takenFrom: "IPTC" };
}

/**
 * Minutes between two times. Where the offsets of both are known they are times of the world; otherwise the clocks are taken to have
 * been set alike.
 */
export function minutesBetween(
  a: Pick<TakenTime, "takenAt" | "utcOffsetMinutes">,
  b: Pick<TakenTime, "takenAt" | "utcOffsetMinutes">,
): number {
  const apart = (a.takenAt - b.takenAt) / 60_000;
  return a.utcOffsetMinutes === undefined || b.utcOffsetMinutes === undefined
    ? apart
    : apart - (a.utcOffsetMinutes - b.utcOffsetMinutes);
}
