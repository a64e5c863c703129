/** Evidence as a PDF, to be filed and printed: with its map, and the picture if it is to be shown. */
import type { Content, TDocumentDefinitions } from "pdfmake/interfaces.js";
import { sectionsOf } from "./sections.js";

/** Of the sheet, points: 18 mm. */
const margin = 51;
/** Between the margins of A4, points. */
const width = 595 - 2 * margin;

/** Longer sections, letters, may go over to another sheet: one that is kept together and does not fit is not set at all. */
const mostTogether = 1500;

/** Of no day: the bytes depend on the answer alone. */
const noDay = new Date(Date.UTC(1980, 0, 1));

/** What Roboto draws: Latin, Greek and Cyrillic letters with most of their accents, and signs. */
const drawn =
  /[\n -~\u00a0-\u017f\u018f\u01a0\u01a1\u01af\u01b0\u01fa-\u01ff\u0218-\u021b\u02bc\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u0486\u0488-\u0513\u1e80-\u1e85\u1ea0-\u1ef9\u2010\u2011\u2013-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u20ac\u2116\u2126\u2212\u2248\u2260\u2264\u2265]/u;

/** Letters without accents that the font has not, and a sign for those that it has not at all; the other files have them. */
export const drawable = (text: string): string =>
  [...text.normalize("NFC")]
    .map((letter) => {
      if (drawn.test(letter)) return letter;
      if (/\p{M}/u.test(letter)) return "";
      const [base] = letter.normalize("NFD");
      return drawn.test(base) ? base : "\ufffd";
    })
    .join("");

/**
 * The text of evidence as a PDF.
 * @param text as `evidenceText` makes it
 * @param map an SVG document
 * @param picture WebP
 */
export async function evidenceDocument(text: string, map: string, picture?: Uint8Array): Promise<Uint8Array> {
  // What sets type is loaded by those alone who want a document.
  const [{ default: pdfmake }, { default: roboto }] = await Promise.all([
    import("pdfmake"),
    import("pdfmake/fonts/Roboto.js"),
  ]);
  pdfmake.addFonts(roboto);
  // Nothing is fetched or read but the fonts.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => Object.values(roboto.Roboto).includes(path));
  const { title, caution, sections } = sectionsOf(drawable(text));
  const definition: TDocumentDefinitions = {
    pageSize: "A4",
    pageMargins: margin,
    info: { title, producer: "geodrift", creator: "geodrift", creationDate: noDay, modDate: noDay },
    defaultStyle: { fontSize: 9, lineHeight: 1.15 },
    footer: (page, of) => ({ text: `${page} / ${of}`, alignment: "center", fontSize: 8, color: "#666" }),
    content: [
      { text: title, fontSize: 15, bold: true },
      { text: caution, italics: true, margin: [0, 4, 0, 6] },
      ...(picture ? [await shown(picture)] : []),
      { svg: drawable(map).replaceAll(/font-family="[^"]*"/g, 'font-family="Roboto"'), width, margin: [0, 4, 0, 4] },
      ...sections.map(
        ({ heading = "", lines }): Content => ({
          stack: [
            { text: heading, bold: true, fontSize: 8, characterSpacing: 0.5, margin: [0, 7, 0, 2] },
            ...lines.flatMap((line) => set(line, heading)),
          ],
          unbreakable: lines.join("").length < mostTogether,
        }),
      ),
    ],
  };
  return new Uint8Array(await pdfmake.createPdf(definition).getBuffer());
}

/** The picture as PDF takes it. */
async function shown(picture: Uint8Array): Promise<Content> {
  const { default: sharp } = await import("sharp");
  const jpeg = await sharp(picture).jpeg({ quality: 85 }).toBuffer();
  return { image: `data:image/jpeg;base64,${jpeg.toString("base64")}`, fit: [width, 180], margin: [0, 2, 0, 4] };
}

/** A line of text: what has a name beside it, what is one of several, and the rest; commands stay as they are. */
function set(line: string, heading: string): Content[] {
  const words = line.trim();
  if (words === "") return [];
  if (words.startsWith("- ")) return [{ text: `•  ${words.slice(2)}`, margin: [12, 0, 0, 0] }];
  const [, name, said] = /^(\w[\w. ]{0,15}?)\s{2,}(\S.*)$/.exec(words) ?? [];
  const margin: [number, number, number, number] = [line.startsWith("    ") ? 12 : 0, 0, 0, 0];
  if (name === undefined || heading === "AGAIN") return [{ text: words, margin }];
  const columns = [
    { text: name, width: 90, color: "#555" },
    { text: said, width: "*" },
  ];
  return [{ columns, margin }];
}
