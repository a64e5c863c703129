/** What a picture's file says of where, when and with what it was taken. */
import type { LatLng } from "@geodrift/core";
import ExifReader from "exifreader";

/** What EXIF says of a picture; a field is absent where the file does not say. */
export interface PictureMetadata {
  /** Where the camera was (GPSLatitude, GPSLongitude), degrees; 0, 0 counts as no fix. */
  place?: LatLng;
  /** Milliseconds by the camera's clock (DateTimeOriginal), which says no time zone, counted as if it were UTC. */
  takenAt?: number;
  /** Minutes that the camera's clock is ahead of UTC (OffsetTimeOriginal, OffsetTime), where the file says so. */
  utcOffsetMinutes?: number;
  /** Maker and model (Make, Model). */
  camera?: string;
}

/**
 * Reads where, when and with what a picture was taken from its EXIF data; never throws.
 * @param bytes of the picture's file
 * @returns empty for files without metadata, and for metadata that cannot be read
 */
export function readMetadata(bytes: Uint8Array): PictureMetadata {
  let tags: ExifReader.ExpandedTags;
  try {
    tags = ExifReader.load(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer, {
      expanded: true,
    });
  } catch {
    return {};
  }
  const { gps, exif } = tags;
  const place = placeOf(gps?.Latitude, gps?.Longitude);
  const takenAt = timeOf(exif?.DateTimeOriginal?.description);
  const utcOffsetMinutes = offsetOf(exif?.OffsetTimeOriginal?.description ?? exif?.OffsetTime?.description);
  const camera = [exif?.Make?.description, exif?.Model?.description].filter(Boolean).join(" ").trim();
  return {
    ...(place && { place }),
    ...(takenAt !== undefined && { takenAt }),
    ...(utcOffsetMinutes !== undefined && { utcOffsetMinutes }),
    ...(camera && { camera }),
  };
}

/** Cameras without a fix write zeros, or nothing that is a number. */
function placeOf(lat: number | undefined, lng: number | undefined): LatLng | undefined {
  if (lat === undefined || lng === undefined || (lat === 0 && lng === 0)) return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : undefined;
}

/** `2012:09:29 16:11:25` */
function timeOf(text: string | undefined): number | undefined {
  const parts = /^(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text ?? "");
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return month > 0 && Number.isFinite(time) ? time : undefined;
}

/** An offset from UTC as EXIF writes it, `+02:00`, in minutes; undefined for other text. */
export function offsetOf(text: string | undefined): number | undefined {
  const parts = /^([+-])(\d\d):(\d\d)/.exec(text ?? "");
  if (!parts) return undefined;
  return (parts[1] === "-" ? -1 : 1) * (60 * Number(parts[2]) + Number(parts[3]));
}
