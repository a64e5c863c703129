/** What a picture's file, and the sidecars beside it, say of where, when and with what it was taken. */
import type { LatLng } from "@geodrift/core";
import { isMendable } from "@geodrift/core/errors";
import ExifReader from "exifreader";
import { type ExifValues, exifNumbers } from "./exif-values.js";
import { type Panorama, panoramaOf } from "./panorama.js";
import { readXmp, type Xmp } from "./read-xmp.js";
import { exifAltitude, exifPlace, type PlaceReading, xmpPlace } from "./recorded-place.js";
import { type TakenTime, takenTime } from "./taken-time.js";

/** What is said of a picture; a field is absent where nothing is. */
export interface PictureMetadata extends Partial<TakenTime> {
  /** Where the camera was, degrees. */
  place?: LatLng;
  /** How high above the sea the camera was, metres (GPSAltitude), where EXIF says the place. */
  altitude?: number;
  /** Metres that the place may be off (GPSHPositioningError), where the file says so. */
  placeErrorMetres?: number;
  /** Maker and model (Make, Model). */
  camera?: string;
  /** Focal length for 24 × 36 mm of film, mm (FocalLengthIn35mmFilm). */
  filmFocalMm?: number;
  /** What is said and was not used, with its reason; one sentence each. */
  notes?: string[];
}

/** A sidecar that belongs to a picture. */
export interface Sidecar {
  /** Of its file, for sentences. */
  name: string;
  text: string;
}

/** What `GPSProcessingMethod` of our sidecars is where a model says the place; MANUAL is EXIF's own word for people. */
export const estimateMethod = "GEODRIFT";

/** Is what a packet says an estimate of ours, which is nobody's word? */
const isEstimate = (xmp: Xmp): boolean => xmp.get("exif", "GPSProcessingMethod") === estimateMethod;

/**
 * Reads where, when and with what a picture was taken. Of places its sidecars are believed first, which people write, then its EXIF
 * data, then its own XMP; of times its EXIF data, its own XMP, then its sidecars. An estimate of ours is nobody's word, wherever
 * another program has put it. Never throws.
 * @param bytes of the picture's file
 * @param beside the file's name, and its sidecars, the one that is believed first
 * @returns empty for files without metadata, and for metadata that cannot be read
 */
export function readMetadata(
  bytes: Uint8Array,
  { name, sidecars = [] }: { name?: string; sidecars?: readonly Sidecar[] } = {},
): PictureMetadata {
  const tags = tagsOf(bytes);
  const exif: ExifValues = (tag) => (tags.exif as Record<string, { value?: unknown }> | undefined)?.[tag]?.value;
  const notes: string[] = [];
  const packets = [...sidecars.map((s) => [s.name, s.text] as const), ["its own XMP", rawXmp(tags)] as const].flatMap(
    ([what, text]) => {
      if (!text) return [];
      try {
        return [{ what, xmp: readXmp(text) }];
      } catch (e) {
        if (!isMendable(e)) throw e;
        notes.push(`${what} is not used: ${e.message}`);
        return [];
      }
    },
  );
  const within = packets.filter(({ what }) => what === "its own XMP");
  if (within.some(({ xmp }) => panoramaOf(xmp)))
    notes.push("of this panorama what lies straight ahead is looked at, as far as an ordinary lens reaches");
  const beside = packets.filter(({ what }) => what !== "its own XMP");
  const ofPacket = ({ what, xmp }: (typeof packets)[number]) => (isEstimate(xmp) ? {} : xmpPlace(xmp, what));
  const isOurs = String(exif("GPSProcessingMethod") ?? "").includes(estimateMethod);
  const readings: { from: "exif" | "xmp"; read: () => PlaceReading }[] = [
    ...beside.map((packet) => ({ from: "xmp" as const, read: () => ofPacket(packet) })),
    { from: "exif", read: () => (isOurs ? {} : exifPlace(exif)) },
    ...within.map((packet) => ({ from: "xmp" as const, read: () => ofPacket(packet) })),
  ];
  let place: LatLng | undefined;
  let [error, altitude] = [Number.NaN, Number.NaN];
  for (const { from, read } of readings) {
    const found = read();
    if (found.note) notes.push(found.note);
    place = found.place;
    if (!place) continue;
    if (from === "exif") {
      [error] = exifNumbers([exif("GPSHPositioningError")]);
      altitude = exifAltitude(exif);
    }
    break;
  }
  const time = takenTime({
    exif,
    xmp: [...within, ...beside].map(({ xmp }) => xmp),
    iptc: { date: iptcText(tags, "Date Created"), time: iptcText(tags, "Time Created") },
    name,
  });
  const camera = [tags.exif?.Make?.description, tags.exif?.Model?.description].filter(Boolean).join(" ").trim();
  const [filmFocal] = exifNumbers([exif("FocalLengthIn35mmFilm")]);
  return {
    ...(place && { place }),
    ...(Number.isFinite(altitude) && { altitude }),
    ...(place && error > 0 && Number.isFinite(error) && { placeErrorMetres: error }),
    ...time,
    ...(camera && { camera }),
    ...(filmFocal > 0 && Number.isFinite(filmFocal) && { filmFocalMm: filmFocal }),
    ...(notes.length > 0 && { notes }),
  };
}

/** What the library is given for a document: nothing, and no complaint. */
const noDocument = { getElementsByTagName: () => [], childNodes: [] };

function tagsOf(bytes: Uint8Array): ExifReader.ExpandedTags {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    // Its XMP is taken as text, and read by `readXmp`, within limits.
    return ExifReader.load(buffer, { expanded: true, domParser: { parseFromString: () => noDocument } });
  } catch {
    return {};
  }
}

/** What a picture's own XMP says of a panorama; undefined for other pictures, and where that cannot be read. */
export function panoramaIn(bytes: Uint8Array): Panorama | undefined {
  // Most pictures are none, and need not be read twice.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes("ProjectionType")) return undefined;
  try {
    return panoramaOf(readXmp(rawXmp(tagsOf(bytes)) ?? ""));
  } catch (e) {
    if (isMendable(e)) return undefined;
    throw e;
  }
}

/** EXIF's orientation of a picture, 1 … 8; undefined where its file does not say. */
export function orientationOf(bytes: Uint8Array): number | undefined {
  const value = Number((tagsOf(bytes).exif?.Orientation as { value?: unknown } | undefined)?.value);
  return value >= 1 && value <= 8 ? value : undefined;
}

/** The packet of a picture; where an extended one follows, the first has what is read here. */
function rawXmp({ xmp }: ExifReader.ExpandedTags): string | undefined {
  const raw = (xmp as unknown as { _raw?: string } | undefined)?._raw?.replace(/\0+$/, "");
  const end = raw?.indexOf("</x:xmpmeta>") ?? -1;
  return end < 0 ? raw : raw?.slice(0, end + "</x:xmpmeta>".length);
}

const iptcText = ({ iptc }: ExifReader.ExpandedTags, name: string): string | undefined =>
  (iptc as Record<string, { description?: string }> | undefined)?.[name]?.description;
