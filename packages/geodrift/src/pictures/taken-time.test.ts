import sharp, { type Exif } from "sharp";
import { describe, expect, it } from "vitest";
import { readMetadata } from "./metadata.js";
import { minutesBetween, timeOf } from "./taken-time.js";

const jpeg = async (exif: Exif, xmp?: string): Promise<Uint8Array> => {
  const picture = sharp({ create: { width: 8, height: 6, channels: 3, background: "#357" } }).withExif(exif);
  return (xmp === undefined ? picture : picture.withXmp(xmp)).jpeg().toBuffer();
};
const packet = (attributes: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" ${attributes}/></rdf:RDF></x:xmpmeta>`;
const time = async (exif: Exif, xmp?: string, name?: string) => {
  const { takenAt, utcOffsetMinutes, takenFrom } = readMetadata(await jpeg(exif, xmp), { name });
  return { at: takenAt === undefined ? undefined : new Date(takenAt).toISOString(), utcOffsetMinutes, takenFrom };
};
const july = "2024:07:01 16:15:35";

describe("when a picture was taken", () => {
  it.each<[string, Exif, string | undefined, object]>([
    [
      "the offset belongs to the time of the taking, not to that of the last change",
      { IFD0: { DateTime: "2024:12:24 10:00:00" }, IFD2: { DateTimeOriginal: july, OffsetTime: "+01:00" } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: undefined, takenFrom: "EXIF" },
    ],
    [
      "an offset of the last change counts where that is the taking",
      { IFD0: { DateTime: july }, IFD2: { DateTimeOriginal: july, OffsetTime: "+01:00" } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: 60, takenFrom: "EXIF" },
    ],
    [
      "the satellites' time tells the offset",
      { IFD2: { DateTimeOriginal: july }, IFD3: { GPSDateStamp: "2024:07:01", GPSTimeStamp: "9/1 15/1 35/1" } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: 420, takenFrom: "EXIF" },
    ],
    [
      "and does so across midnight, in a zone of three quarters, with a fix of two minutes before",
      {
        IFD2: { DateTimeOriginal: "2024:07:02 01:02:00" },
        IFD3: { GPSDateStamp: "2024:07:01", GPSTimeStamp: "19/1 15/1 0/1" },
      },
      undefined,
      { at: "2024-07-02T01:02:00.000Z", utcOffsetMinutes: 345, takenFrom: "EXIF" },
    ],
    [
      "the satellites' time of another moment tells nothing",
      { IFD2: { DateTimeOriginal: july }, IFD3: { GPSDateStamp: "2024:07:01", GPSTimeStamp: "9/1 35/1 35/1" } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: undefined, takenFrom: "EXIF" },
    ],
    [
      "parts of a second are kept",
      { IFD2: { DateTimeOriginal: july, SubSecTimeOriginal: "25" } },
      undefined,
      { at: "2024-07-01T16:15:35.250Z", utcOffsetMinutes: undefined, takenFrom: "EXIF" },
    ],
    [
      "the digitised time is second best",
      { IFD2: { DateTimeDigitized: july, OffsetTimeDigitized: "+02:00" } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: 120, takenFrom: "EXIF digitised" },
    ],
    [
      "a time that does not exist is none",
      { IFD2: { DateTimeOriginal: "2024:02:31 10:00:00", DateTimeDigitized: july } },
      undefined,
      { at: "2024-07-01T16:15:35.000Z", utcOffsetMinutes: undefined, takenFrom: "EXIF digitised" },
    ],
    [
      "XMP's comes after EXIF's",
      {},
      packet('xmp:CreateDate="2023-11-06T16:15:35.5+01:00"'),
      { at: "2023-11-06T16:15:35.500Z", utcOffsetMinutes: 60, takenFrom: "XMP" },
    ],
    [
      "and may be written with a space",
      {},
      packet('photoshop:DateCreated="2023-11-06 16:15:35"'),
      { at: "2023-11-06T16:15:35.000Z", utcOffsetMinutes: undefined, takenFrom: "XMP" },
    ],
    [
      "a day alone is no time",
      {},
      packet('photoshop:DateCreated="2023-11-06"'),
      { at: undefined, utcOffsetMinutes: undefined, takenFrom: undefined },
    ],
    [
      "the satellites' time alone is one of UTC",
      { IFD3: { GPSDateStamp: "2024:07:01", GPSTimeStamp: "9/1 15/1 35/1" } },
      undefined,
      { at: "2024-07-01T09:15:35.000Z", utcOffsetMinutes: 0, takenFrom: "GPS" },
    ],
    [
      "the last change is no time of the taking",
      { IFD0: { DateTime: july } },
      undefined,
      { at: undefined, utcOffsetMinutes: undefined, takenFrom: undefined },
    ],
  ])("%s", async (_, exif, xmp, wanted) => {
    expect(await time(exif, xmp)).toEqual(wanted);
  });

  it.each([
    ["IMG_20230711_161535.jpg", "2023-07-11T16:15:35.000Z", undefined],
    ["PXL_20230711_161535123.jpg", "2023-07-11T16:15:35.000Z", 0],
    ["2023-07-11 16.15.35.jpg", "2023-07-11T16:15:35.000Z", undefined],
    ["Screenshot 2023-07-11 at 16.15.35.png", "2023-07-11T16:15:35.000Z", undefined],
    ["IMG-20230711-WA0001.jpg", undefined, undefined],
    ["20231311_161535.jpg", undefined, undefined],
    ["123456789012345678.jpg", undefined, undefined],
  ])("the name %s says it last", async (name, at, utcOffsetMinutes) => {
    const takenFrom = at === undefined ? undefined : "file name";
    expect(await time({}, undefined, name)).toEqual({ at, utcOffsetMinutes, takenFrom });
    expect((await time({ IFD2: { DateTimeOriginal: july } }, undefined, name)).takenFrom).toBe("EXIF");
  });

  it.each(["0000:00:00 00:00:00", "2024:13:01 00:00:00", "2024:01:01 24:00:00", "2023:02:29 01:00:00", "yesterday"])(
    "%j is none",
    (text) => {
      expect(timeOf(text)).toBeUndefined();
    },
  );

  it("is compared by the world's time where both offsets are known, and by the clocks otherwise", () => {
    const at = (minutes: number, utcOffsetMinutes?: number) => ({ takenAt: minutes * 60_000, utcOffsetMinutes });
    expect(minutesBetween(at(10, 600), at(0, -240))).toBe(10 - 840);
    expect(minutesBetween(at(10, 600), at(0))).toBe(10);
  });
});
