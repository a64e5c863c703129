/** A picture whose sidecar may be written, for unit tests. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { decide } from "../../packages/geodrift/src/library/decisions.js";
import { writeSidecars } from "../../packages/geodrift/src/library/write-sidecars.js";
import { type archive, estimate, png } from "./archive.js";

/** Where it is pinned. */
export const pin = { lat: 60.39, lng: 5.32 };

/** What another program has written: a rating, and a place if one is given. */
export const theirs = (place = ""): string => `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" ${place}/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
export const theirPlace = 'exif:GPSLatitude="1,30.0N" exif:GPSLongitude="2,30.0E"';

/** One picture, accepted by a pin or by its estimate. */
export async function accepted({ scanned }: ReturnType<typeof archive>, by: "pin" | "estimate", sidecar?: string) {
  const picture = await png(1);
  const { library, root, id } = await scanned({
    "a.png": picture,
    ...(sidecar !== undefined && { "a.png.xmp": sidecar }),
  });
  const one = id["a.png"];
  await estimate(library, one);
  await decide(library, [one], { kind: "accept", level: "point", ...(by === "pin" && { pin }) });
  return {
    library,
    one,
    root,
    file: join(root, "a.png"),
    sidecar: join(root, "a.png.xmp"),
    write: () => writeSidecars(library, [one]),
    state: async () => (await library.store.pictures.get(one)).state,
    leftOver: () => readdirSync(root).filter((name) => name.startsWith(".")),
  };
}
