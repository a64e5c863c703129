import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText } from "../files/text.js";
import { darwinCore, namesOf, xmpPlace } from "./decided-place.js";
import type { DecidedPlace } from "./store/decisions.js";
import { placeOfSidecar, withPlace, xmpDegrees } from "./xmp.js";

const place = { country: "Norway", countryCode: "NO", region: "Vestland", city: "Bergen", distanceKm: 3 };
const decided: DecidedPlace = {
  lat: 60.4,
  lng: 5.3,
  level: "point",
  radiusKm: 12.3456,
  source: "estimate",
  place,
  model: "earth 0123",
  known: undefined,
  at: Date.UTC(2026, 4, 1),
};

describe("degrees in XMP", () => {
  it("come back to a millimetre, with minutes below 60", () => {
    fc.assert(
      fc.property(fc.double({ min: -180, max: 180, noNaN: true }), (value) => {
        const text = xmpDegrees(value, ["E", "W"]);
        expect(text).toMatch(/^\d{1,3},\d{1,2}\.\d{6}[EW]$/);
        expect(Number(text.split(",")[1].slice(0, -1))).toBeLessThan(60);
        const [degrees, minutes] = text.slice(0, -1).split(",").map(Number);
        expect(Math.abs((text.endsWith("W") ? -1 : 1) * (degrees + minutes / 60) - value)).toBeLessThan(1e-8);
      }),
    );
  });
});

describe("a sidecar", () => {
  it("that is new says the place, which is read again", () => {
    const text = withPlace(undefined, xmpPlace(decided));
    expect(placeOfSidecar(text)?.lat).toBeCloseTo(60.4, 8);
    expect(placeOfSidecar(text)?.lng).toBeCloseTo(5.3, 8);
    expect(text).toMatch(/^<\?xpacket begin/);
    expect(text.match(/<exif:GPSLatitude>/g)).toHaveLength(1);
    // Written again and again it stays as it is.
    const again = withPlace(text, xmpPlace(decided));
    expect(again.length).toBe(text.length);
    expect(withPlace(again, xmpPlace(decided))).toBe(again);
  });

  const theirs = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmp:Rating="4" exif:GPSLatitude="1,2.5N" exif:GPSLongitude="3,4.5E" exif:GPSAltitude="5/1">
   <lr:hierarchicalSubject xmlns:lr="http://ns.adobe.com/lightroom/1.0/"><rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></lr:hierarchicalSubject>
   <unknown:thing xmlns:unknown="urn:x:unknown">kept &#228;</unknown:thing>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:Sublocation>Pier</Iptc4xmpExt:Sublocation><Iptc4xmpExt:City>Oslo</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;

  it("of another program keeps what is not ours, attributes and elements", () => {
    const text = withPlace(theirs, xmpPlace({ ...decided, source: "person" }));
    for (const kept of ['xmp:Rating="4"', "GPSAltitude", "a &amp; b", "kept ä", "Sublocation>Pier"])
      expect(text).toContain(kept);
    expect(text).not.toContain("1,2.5N");
    expect(text).not.toContain(">Oslo<");
    expect(text.match(/<Iptc4xmpExt:LocationCreated>/g)).toHaveLength(1);
    expect(placeOfSidecar(text)?.lat).toBeCloseTo(60.4, 8);
  });

  it("keeps somebody else's coordinates where ours are names alone", () => {
    const text = withPlace(theirs, xmpPlace({ ...decided, level: "country" }));
    expect(text).toContain("1,2.5N");
    expect(text).toContain("CountryCode>NO");
    expect(text).not.toContain("Bergen");
  });

  it("with a structure written in attributes, or in a description of its own, stays RDF", () => {
    for (const inner of [
      '<dwc:dctermsLocation xmlns:dwc="http://rs.tdwg.org/dwc/index.htm" dwc:island="Askøy" dwc:country="Old"/>',
      '<dwc:dctermsLocation xmlns:dwc="http://rs.tdwg.org/dwc/index.htm"><rdf:Description dwc:country="Old"><dwc:island>Askøy</dwc:island></rdf:Description></dwc:dctermsLocation>',
    ]) {
      const text = withPlace(theirs.replace("<unknown:thing", `${inner}<unknown:thing`), xmpPlace(decided));
      expect(text).toContain("Askøy");
      expect(text).not.toContain("Old");
      expect(text).toContain("Norway</dwc:country>");
    }
  });

  it.each([
    ["nothing", "", /its XML is damaged/],
    ["no XML", "hello", /its XML is damaged/],
    ["half of one", theirs.slice(0, 700), /its XML is damaged/],
    ["other XML", "<svg/>", /an element rdf:RDF is needed/],
    [
      "entities that grow",
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
      /its XML is damaged/,
    ],
  ])("that is %s is refused", (_, text, words) => {
    expect(() => withPlace(text, xmpPlace(decided))).toThrow(words);
  });
});

describe("a level", () => {
  it("says what is at its level and above, and coordinates of points alone", () => {
    expect(namesOf({ ...decided, level: "country" })).toEqual({ country: "Norway", countryCode: "NO" });
    expect(namesOf({ ...decided, level: "region" })).toEqual({
      country: "Norway",
      countryCode: "NO",
      region: "Vestland",
    });
    expect(namesOf({ ...decided, level: "city" }).city).toBe("Bergen");
    expect(darwinCore({ ...decided, level: "city" }).decimalLatitude).toBeUndefined();
    expect(darwinCore(decided)).toMatchObject({
      decimalLatitude: "60.400000",
      coordinateUncertaintyInMeters: "12346",
      georeferenceVerificationStatus: "unverified",
    });
    // A town that is far away is no name of a point.
    expect(namesOf({ ...decided, place: { ...place, distanceKm: 300 } }).city).toBeUndefined();
  });

  it("is UTF-8 afterwards, and says so, whatever it said before", () => {
    const before = `<?xml version='1.0' encoding="ISO-8859-1"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>`;
    const after = withPlace(before, { exif: {}, location: { locality: "Zürich" }, created: {} });
    expect(after).toMatch(/^<\?xml version='1\.0' encoding="UTF-8"\?>/);
    expect(decodeText(Buffer.from(after))).toContain("Zürich");
  });

  it("is not built where it is no packet, but a trap", () => {
    const many = Array.from({ length: 110_000 }, (_, i) => `<n${i}:a xmlns:n${i}="u"/>`).join("");
    const nested = "<a>".repeat(5000);
    const wide = `<r ${Array.from({ length: 200_000 }, (_, i) => `a${i}="b"`).join(" ")}/>`;
    for (const text of [`<r>${many}</r>`, nested, wide])
      expect(() => withPlace(text, { exif: {}, location: {}, created: {} })).toThrow(/its XML is damaged \(more than/);
  });
});
