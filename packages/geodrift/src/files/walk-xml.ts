/** XML as a stream of elements, within limits: no document is built, so its size is no one's memory. */
import { GeodriftError } from "@geodrift/core/errors";
import { SaxesParser, type SaxesTagNS } from "saxes";

/** An element: its namespace, its name without the prefix, and its attributes as `{uri}name`, or the name alone. */
export interface XmlElement {
  uri: string;
  name: string;
  attributes: ReadonlyMap<string, string>;
}

/** Who hears of elements, as they begin and end. */
export interface XmlVisitor {
  open(element: XmlElement): void;
  /** @param text what stands in the element itself, between its children as well, trimmed */
  close(element: XmlElement, text: string): void;
}

/** Deeper than any file of the kinds that are read here, and more than a packet of metadata has. */
const mostDepth = 200;

/** More than an element has that a program wrote. */
const mostOfOne = 1000;

/** How much of XML is read. */
export interface XmlLimits {
  elements: number;
  /** Of all elements together. */
  attributes: number;
  characters: number;
}

/** More than a packet of metadata has. */
const ofPackets: XmlLimits = { elements: 100_000, attributes: 50_000, characters: 2 ** 24 };

/** Characters handed over at a time. */
const piece = 2 ** 16;

/**
 * Walks through a document.
 * @param sentence from the first complaint of the parser
 * @param most 100,000 elements, 50,000 attributes and 2²⁴ characters if left out
 * @throws GeodriftError `data` if it is not well-formed, deeper than 200 elements, has an element of more than 1,000 attributes, or is too large
 */
export function walkXml(
  text: string,
  visitor: XmlVisitor,
  sentence: (said: string) => string,
  most: XmlLimits = ofPackets,
): void {
  const tooLarge = (limit: number, of: string) =>
    new GeodriftError("data", sentence(`more than ${limit.toLocaleString("en")} ${of}`));
  if (text.length > most.characters) throw tooLarge(most.characters, "characters");
  let [elements, attributes, ofOne] = [0, 0, 0];
  const parser = new SaxesParser({ xmlns: true });
  const open: { element: XmlElement; text: string }[] = [];
  parser.on("error", (e) => {
    throw new GeodriftError("data", sentence(e.message.replace(/^\d+:\d+: /, "")), { cause: e });
  });
  parser.on("attribute", () => {
    if (++ofOne > mostOfOne) throw tooLarge(mostOfOne, "attributes of one element");
    if (++attributes > most.attributes) throw tooLarge(most.attributes, "attributes");
  });
  parser.on("opentag", (tag) => {
    ofOne = 0;
    if (++elements > most.elements) throw tooLarge(most.elements, "elements");
    if (open.length >= mostDepth) throw tooLarge(mostDepth, "elements deep");
    const element = elementOf(tag);
    open.push({ element, text: "" });
    visitor.open(element);
  });
  const add = (more: string) => {
    const last = open.at(-1);
    if (last) last.text += more;
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => {
    const { element, text: own } = open.pop() as { element: XmlElement; text: string };
    visitor.close(element, own.trim());
  });
  for (let from = 0; from < text.length; from += piece) parser.write(text.slice(from, from + piece));
  parser.close();
}

function elementOf({ uri, local, attributes }: SaxesTagNS): XmlElement {
  const all = new Map<string, string>();
  for (const a of Object.values(attributes)) all.set(a.uri ? `{${a.uri}}${a.local}` : a.local, a.value);
  return { uri, name: local, attributes: all };
}
