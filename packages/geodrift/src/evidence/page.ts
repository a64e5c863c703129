/** Evidence as a page of its own, which fetches nothing and prints on one or two sheets. */
import { escapeXml } from "../files/escape-xml.js";
import { sectionsOf } from "./sections.js";

/**
 * The text of evidence as HTML, with its map, and the picture if it is to be shown.
 * @param text as `evidenceText` makes it
 * @param map an SVG document
 * @param picture WebP
 */
export function evidencePage(text: string, map: string, picture?: Uint8Array): string {
  const { title, caution, sections } = sectionsOf(text);
  const body = sections.map(
    ({ heading, lines: own }) =>
      `<section><h2>${heading}</h2><pre>${escapeXml(own.join("\n").replace(/\n+$/, ""))}</pre></section>`,
  );
  const seen =
    picture && `<img alt="The picture" src="data:image/webp;base64,${Buffer.from(picture).toString("base64")}">`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>
body{font:14px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.3rem}h2{font-size:.85rem;margin:1rem 0 .2rem;letter-spacing:.05em}
pre{font:12px/1.45 ui-monospace,monospace;white-space:pre-wrap;margin:0}
img{max-width:100%;max-height:20rem;display:block;margin:.6rem 0}svg{max-width:100%;height:auto;display:block;margin:.6rem 0}
section{break-inside:avoid}@page{margin:14mm}@media print{body{margin:0;padding:0;max-width:none}img{max-height:60mm}svg{max-height:95mm}}
</style></head>
<body><h1>${escapeXml(title)}</h1>
<p>${escapeXml(caution)}</p>
${seen ?? ""}
${map.replace(/^<\?xml[^>]*\?>\s*/, "")}
${body.join("\n")}
</body></html>
`;
}
