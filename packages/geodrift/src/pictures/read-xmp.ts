/** What an XMP packet says, in a picture or beside it (XMP part 1, ISO 16684-1): simple properties, and where it was created. */

import { GeodriftError } from "@geodrift/core/errors";
import { walkXml, type XmlElement } from "../files/walk-xml.js";

/** The namespaces of the properties that are read, and of the packet. */
export const xmpNamespaces = {
  x: "adobe:ns:meta/",
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  exif: "http://ns.adobe.com/exif/1.0/",
  xmp: "http://ns.adobe.com/xap/1.0/",
  photoshop: "http://ns.adobe.com/photoshop/1.0/",
  dwc: "http://rs.tdwg.org/dwc/index.htm",
  GPano: "http://ns.google.com/photos/1.0/panorama/",
  Iptc4xmpExt: "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
} as const;

type Prefix = keyof typeof xmpNamespaces;

/** Properties of a packet by prefix and name; undefined where it does not say. */
export interface Xmp {
  get(prefix: Prefix, name: string): string | undefined;
  /** A field of IPTC's LocationCreated: where the camera was. */
  created(prefix: Prefix, name: string): string | undefined;
}

const key = (uri: string, name: string) => `{${uri}}${name}`;

/**
 * Reads a packet. Properties may be attributes or elements of any description; the first that says one counts.
 * @throws GeodriftError `data` if it is no XMP
 */
export function readXmp(text: string): Xmp {
  const { rdf, Iptc4xmpExt } = xmpNamespaces;
  const [simple, created] = [new Map<string, string>(), new Map<string, string>()];
  const path: string[] = [];
  const isOf = (at: number, uri: string, name: string) => path[at] === key(uri, name);
  let base = -1;
  const note = (into: Map<string, string>, name: string, value: string) => {
    if (value !== "" && !into.has(name)) into.set(name, value);
  };
  const attributes = (into: Map<string, string>, { attributes: all }: XmlElement) => {
    for (const [name, value] of all) if (!name.startsWith(`{${rdf}}`)) note(into, name, value);
  };
  /** Within a description, is the element inside of LocationCreated? */
  const inCreated = () => base >= 0 && isOf(base + 2, Iptc4xmpExt, "LocationCreated");
  // What is not XMP may say anything.
  const printable = (said: string) => said.replace(/[^\x20-\x7e]/g, "?").slice(0, 100);
  walkXml(
    text.replace(/^\uFEFF/, ""),
    {
      open(element) {
        path.push(key(element.uri, element.name));
        if (base < 0 && element.uri === rdf && element.name === "RDF") base = path.length - 1;
        if (base < 0) return;
        if (path.length === base + 2) attributes(simple, element);
        else if (inCreated()) attributes(created, element);
      },
      close(element, own) {
        const name = key(element.uri, element.name);
        if (base >= 0 && path.length === base + 3) note(simple, name, own);
        else if (base >= 0 && path.length > base + 3 && inCreated() && element.uri !== rdf) note(created, name, own);
        path.pop();
      },
    },
    (said) => `its XML is damaged (${printable(said)})`,
  );
  if (base < 0) throw new GeodriftError("data", "an element rdf:RDF is needed in an XMP file, this has none");
  return {
    get: (prefix, name) => simple.get(key(xmpNamespaces[prefix], name)),
    created: (prefix, name) => created.get(key(xmpNamespaces[prefix], name)),
  };
}
