/**
 * XMP sidecars: what is known of a place, in the fields that other programs read, merged into what is there already (XMP
 * specification part 1, ISO 16684-1; fields as ExifTool, digiKam and Immich have them).
 */

import type { LatLng } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { type Document, type Element, XMLSerializer } from "@xmldom/xmldom";
import { parseXml } from "../files/parse-xml.js";
import { walkXml } from "../files/walk-xml.js";
import { readXmp, xmpNamespaces } from "../pictures/read-xmp.js";
import { xmpPlace as readPlace } from "../pictures/recorded-place.js";

/** Of declarations of xmpNamespaces. */
const xmlns = "http://www.w3.org/2000/xmlns/";

type Prefix = keyof typeof xmpNamespaces;

/** Values by name; one that is undefined is taken away if it is there. */
type Fields = Readonly<Record<string, string | undefined>>;

/** A place as the properties of a sidecar; one that is undefined is taken away if it is there. */
export interface XmpPlace {
  /** Properties of EXIF's namespace. */
  exif: Fields;
  /** Of Darwin Core's Location. */
  location: Fields;
  /** Of IPTC's LocationCreated: where the camera was. */
  created: Fields;
}

const empty = `<?xpacket begin='\uFEFF' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='${xmpNamespaces.x}'>
<rdf:RDF xmlns:rdf='${xmpNamespaces.rdf}'>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>
`;

/**
 * An XMP packet as a document, with its rdf:RDF.
 * @throws GeodriftError `data` if it is no XMP
 */
function parse(text: string): { document: Document; rdf: Element } {
  // What the parser met may be anything.
  const printable = (said: string) => said.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
  const damaged = (said: string) => `its XML is damaged (${printable(said)})`;
  const plain = text.replace(/^\uFEFF/, "");
  // What no packet is costs a document more than its size says: it is walked through before one is built.
  walkXml(plain, { open: () => {}, close: () => {} }, damaged);
  const document = parseXml(plain, damaged);
  const [rdf] = document.getElementsByTagNameNS(xmpNamespaces.rdf, "RDF");
  if (!rdf) throw new GeodriftError("data", "an element rdf:RDF is needed in an XMP file, this has none");
  return { document, rdf };
}

const childElements = (parent: Element): Element[] =>
  Array.from(parent.childNodes).filter((n) => n.nodeType === 1) as Element[];

const isNamed = (e: Element, prefix: Prefix, name: string): boolean =>
  e.namespaceURI === xmpNamespaces[prefix] && e.localName === name;

const descriptions = (rdf: Element): Element[] => childElements(rdf).filter((e) => isNamed(e, "rdf", "Description"));

/** The value of a simple property, which may be written as an attribute or as an element. */
function simpleValue(owner: Element, prefix: Prefix, name: string): string | undefined {
  const attribute = owner.getAttributeNS(xmpNamespaces[prefix], name);
  if (attribute) return attribute;
  return childElements(owner).find((e) => isNamed(e, prefix, name))?.textContent ?? undefined;
}

function remove(owner: Element, prefix: Prefix, name: string): void {
  owner.removeAttributeNS(xmpNamespaces[prefix], name);
  for (const e of childElements(owner)) if (isNamed(e, prefix, name)) owner.removeChild(e);
}

function append(owner: Element, prefix: Prefix, name: string, text?: string): Element {
  const { ownerDocument } = owner;
  if (!ownerDocument) throw new Error("xmp: an element without a document");
  const e = ownerDocument.createElementNS(xmpNamespaces[prefix], `${prefix}:${name}`);
  if (text !== undefined) e.appendChild(ownerDocument.createTextNode(text));
  owner.appendChild(e);
  return e;
}

function setAll(owner: Element, prefix: Prefix, fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) {
    remove(owner, prefix, name);
    if (value !== undefined) append(owner, prefix, name, value);
  }
}

/** Where the fields of a structure stand: in a description of its own, or in the element itself. */
function insideOf(structure: Element): Element {
  const own = childElements(structure).find((e) => isNamed(e, "rdf", "Description"));
  if (own) return own;
  structure.setAttributeNS(xmpNamespaces.rdf, "rdf:parseType", "Resource");
  // Next to rdf:parseType, fields written as attributes are not allowed.
  for (const a of Array.from(structure.attributes)) {
    if (!a.namespaceURI || a.namespaceURI === xmpNamespaces.rdf || a.prefix === "xmlns" || a.name === "xmlns") continue;
    const e = structure.ownerDocument?.createElementNS(a.namespaceURI, a.name);
    if (!e) continue;
    e.appendChild((structure.ownerDocument as Document).createTextNode(a.value));
    structure.removeAttributeNode(a);
    structure.appendChild(e);
  }
  return structure;
}

/** The structure of a name, in whichever description it stands. */
function structure(rdf: Element, prefix: Prefix, name: string, wanted: boolean): Element | undefined {
  const all = descriptions(rdf);
  const there = all.flatMap(childElements).find((e) => isNamed(e, prefix, name));
  return there ?? (wanted ? append(all[all.length - 1], prefix, name) : undefined);
}

/** Does a structure say anything under one of these names? */
const says = (owner: Element, prefix: Prefix, fields: Fields): boolean =>
  Object.keys(fields).some((name) => simpleValue(owner, prefix, name) !== undefined);

/**
 * The text of a sidecar with the place in it; whatever else it holds stays.
 * @param before the text of the sidecar that is there; a new one if left out
 * @param replace whether names that are there give way: to a person they do, to an estimate they do not
 * @throws GeodriftError `data` if that is no XMP
 */
export function withPlace(
  before: string | undefined,
  { exif, location, created }: XmpPlace,
  { replace = true } = {},
): string {
  const { document, rdf } = parse(before ?? empty);
  if (descriptions(rdf).length === 0) {
    const own = append(rdf, "rdf", "Description");
    own.setAttributeNS(xmpNamespaces.rdf, "rdf:about", "");
    for (const prefix of ["exif", "dwc", "Iptc4xmpExt"] as const)
      own.setAttributeNS(xmlns, `xmlns:${prefix}`, xmpNamespaces[prefix]);
  }
  const all = descriptions(rdf);
  // Each property may stand in any of the descriptions, and stands in one afterwards.
  for (const d of all.slice(0, -1)) for (const name of Object.keys(exif)) remove(d, "exif", name);
  setAll(all[all.length - 1], "exif", exif);

  const darwin = structure(rdf, "dwc", "dctermsLocation", hasAny(location));
  if (darwin && (replace || !says(insideOf(darwin), "dwc", location))) setAll(insideOf(darwin), "dwc", location);

  const property = structure(rdf, "Iptc4xmpExt", "LocationCreated", hasAny(created));
  if (property) {
    const bag = childElements(property)[0] ?? append(property, "rdf", "Bag");
    const item = childElements(bag)[0] ?? append(bag, "rdf", "li");
    if (replace || !says(insideOf(item), "Iptc4xmpExt", created)) setAll(insideOf(item), "Iptc4xmpExt", created);
  }
  const written = new XMLSerializer().serializeToString(document).trimEnd();
  // It is written as UTF-8, whatever it was before.
  return `${written.replace(/^(<\?xml[^>]*?encoding\s*=\s*)(["'])[^"']*\2/, "$1$2UTF-8$2")}\n`;
}

const hasAny = (fields: Fields): boolean => Object.values(fields).some((v) => v !== undefined);

/**
 * Degrees as EXIF's properties in XMP have them: `33,30.000000S`, whole degrees and minutes to six decimals
 * (GPSCoordinate, XMP part 2).
 * @param value degrees, positive to the north or the east
 */
export function xmpDegrees(value: number, [positive, negative]: readonly [string, string]): string {
  // Rounded first: 59.9999999 minutes would be written as 60.
  const minutes = Math.round(Math.abs(value) * 60 * 1e6) / 1e6;
  const degrees = Math.floor(minutes / 60);
  return `${degrees},${(minutes - 60 * degrees).toFixed(6)}${value < 0 ? negative : positive}`;
}

/** A place in a sidecar, degrees, and how it came there. */
export interface SidecarPlace extends LatLng {
  /** `GPSProcessingMethod`: GEODRIFT for an estimate of ours, which is nobody's word. */
  method: string | undefined;
}

/**
 * The place that a sidecar says; undefined where it says none.
 * @throws GeodriftError `data` if it is no XMP
 */
export function placeOfSidecar(text: string): SidecarPlace | undefined {
  const xmp = readXmp(text);
  const { place } = readPlace(xmp, "it");
  return place && { ...place, method: xmp.get("exif", "GPSProcessingMethod") };
}
