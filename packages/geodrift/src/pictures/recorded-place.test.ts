import sharp, { type Exif } from "sharp";
import { describe, expect, it } from "vitest";
import { readMetadata } from "./metadata.js";
import { exifAltitude } from "./recorded-place.js";

const jpeg = async (exif: Exif = {}, xmp?: string): Promise<Uint8Array> => {
  const picture = sharp({ create: { width: 8, height: 6, channels: 3, background: "#357" } }).withExif(exif);
  return (xmp === undefined ? picture : picture.withXmp(xmp)).jpeg().toBuffer();
};
const gps = (more: Record<string, string> = {}, less: readonly string[] = []): Exif => {
  const all: Record<string, string> = {
    ...{ GPSLatitude: "48/1 30/1 0/1", GPSLatitudeRef: "N", GPSLongitude: "2/1 15/1 0/1", GPSLongitudeRef: "W" },
    ...more,
  };
  for (const name of less) delete all[name];
  return { IFD3: all };
};
const packet = (attributes: string, inner = "") =>
  `<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>`;
const xmpPlace = (lat: string, lng: string, more = "") =>
  `exif:GPSLatitude="${lat}" exif:GPSLongitude="${lng}" ${more}`;
const sidecar = (text: string) => ({ sidecars: [{ name: "a.xmp", text }] });
const created = (fields: string) =>
  packet(
    "",
    `<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource">${fields}</rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>`,
  );

const place = { lat: 48.5, lng: -2.25 };

describe("a place that a picture's file says", () => {
  it("is read with its references, and how far it may be off", async () => {
    expect(readMetadata(await jpeg(gps({ GPSHPositioningError: "25/2" })))).toEqual({ place, placeErrorMetres: 12.5 });
  });

  it("is as high as it says, below the sea where the reference is odd", async () => {
    expect(readMetadata(await jpeg(gps({ GPSAltitude: "4321/10" })))).toEqual({ place, altitude: 432.1 });
    const said = (ref: unknown) => (tag: string) => ({ GPSAltitude: [4321, 10], GPSAltitudeRef: ref })[tag];
    expect([0, 1, 2, 3, undefined].map((ref) => exifAltitude(said(ref)))).toEqual([
      432.1, -432.1, 432.1, -432.1, 432.1,
    ]);
    expect(exifAltitude(() => undefined)).toBeNaN();
  });

  it.each<[string, Exif, RegExp]>([
    ["without a reference", gps({}, ["GPSLatitudeRef"]), /^GPSLatitudeRef is missing: .* not guessed/],
    ["half of one", gps({}, ["GPSLongitude"]), /^GPSLongitude is missing/],
    ["without a fix", gps({ GPSStatus: "V" }), /^GPSStatus is V, no fix/],
    ["with 75 minutes", gps({ GPSLatitude: "48/1 75/1 0/1" }), /no degrees, minutes and seconds/],
    ["with 60 seconds", gps({ GPSLatitude: "48/1 0/1 60/1" }), /no degrees, minutes and seconds/],
    [
      "0, 0",
      gps({ GPSLatitude: "0/1 0/1 0/1", GPSLongitude: "0/1 0/1 0/1" }),
      /^its GPS coordinates are not used: 0, 0 is what devices without a fix write$/,
    ],
    ["beyond the pole", gps({ GPSLatitude: "91/1 0/1 0/1" }), /latitude 91 is not between/],
  ])("%s is not used, and said", async (_, exif, note) => {
    const said = readMetadata(await jpeg(exif));
    expect(said.place).toBeUndefined();
    expect(said.notes).toEqual([expect.stringMatching(note)]);
  });

  it("is none where a model of ours has estimated it, whatever another program has made of that", async () => {
    const own = packet(xmpPlace("48,30.0N", "2,15.0W", 'exif:GPSProcessingMethod="GEODRIFT"'));
    expect(readMetadata(await jpeg({}, own))).toEqual({});
  });

  it("is that of its own XMP or IPTC where EXIF says none", async () => {
    const { place: own } = readMetadata(await jpeg({}, packet(xmpPlace("48,30.0N", "2,15,0W"))));
    expect(own).toEqual(place);
    const fields = "<exif:GPSLatitude>48,30.0N</exif:GPSLatitude><exif:GPSLongitude>2,15.0W</exif:GPSLongitude>";
    expect(readMetadata(await jpeg({}, created(fields))).place).toEqual(place);
    const exif = readMetadata(await jpeg(gps(), packet(xmpPlace("10,0.0N", "10,0.0E"))));
    expect(exif).toEqual({ place });
    const names = readMetadata(await jpeg({}, created("<Iptc4xmpExt:City>Bergen</Iptc4xmpExt:City>")));
    expect(names.notes).toEqual(["its own XMP names where it was taken, Bergen, without coordinates"]);
  });
});

describe("a place that a sidecar says", () => {
  it.each<[string, string, object]>([
    ["as the standard has it", xmpPlace("48,30.0N", "2,15.0W"), { place }],
    [
      "with Apple's decimals and references",
      xmpPlace("48.5", "2.25", 'exif:GPSLatitudeRef="N" exif:GPSLongitudeRef="W"'),
      { place },
    ],
    ["with signs alone", xmpPlace("48.5", "-2.25"), { place }],
    ["with signs and references", xmpPlace("48.5", "-2.25", 'exif:GPSLongitudeRef="W"'), { place }],
    [
      "with a reference that disagrees",
      xmpPlace("48,30.0N", "2,15.0W", 'exif:GPSLatitudeRef="S"'),
      {
        place,
        notes: [expect.stringMatching(/"48,30\.0N" and its reference S disagree: the suffix is the standard's/)],
      },
    ],
    [
      "with a decimal comma",
      xmpPlace("14,9,64014N", "2,15.0W"),
      { notes: [expect.stringMatching(/"14,9,64014N".* are no coordinates/)] },
    ],
    ["with 75 minutes", xmpPlace("48,75.0N", "2,15.0W"), { notes: [expect.stringMatching(/no coordinates/)] }],
    ["of 0, 0", xmpPlace("0,0.0N", "0,0.0E"), { notes: [expect.stringMatching(/0, 0 is what devices/)] }],
    [
      "without a fix",
      xmpPlace("48,30.0N", "2,15.0W", 'exif:GPSStatus="V"'),
      { notes: [expect.stringMatching(/no fix/)] },
    ],
    ["of which half is missing", 'exif:GPSLatitude="48,30.0N"', { notes: [expect.stringMatching(/half of a place/)] }],
    ["that a model has estimated", xmpPlace("48,30.0N", "2,15.0W", 'exif:GPSProcessingMethod="GEODRIFT"'), {}],
  ])("%s", async (_, attributes, wanted) => {
    expect(readMetadata(await jpeg(), sidecar(packet(attributes)))).toEqual(wanted);
  });

  it("stands above the file's own, and a damaged one is said and costs nothing else", async () => {
    const exif = gps({ GPSLatitude: "1/1 0/1 0/1" });
    expect(readMetadata(await jpeg(exif), sidecar(packet(xmpPlace("48,30.0N", "2,15.0W"))))).toEqual({ place });
    const damaged = readMetadata(await jpeg(exif), sidecar("<x:xmpmeta"));
    expect(damaged.place).toEqual({ lat: 1, lng: -2.25 });
    expect(damaged.notes).toEqual([expect.stringMatching(/^a\.xmp is not used: its XML is damaged/)]);
  });
});
