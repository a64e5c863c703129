import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSidecars, sidecarFinder, sidecarsBeside } from "./sidecars.js";

const folder = mkdtempSync(join(tmpdir(), "geodrift-sidecars-"));
afterAll(() => rmSync(folder, { recursive: true }));
const packet = (extension?: string) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${extension ? `photoshop:SidecarForExtension="${extension}"` : ""}/></rdf:RDF></x:xmpmeta>`;

async function read(picture: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const beside = sidecarFinder(Object.keys(files))(picture);
  const { sidecars, notes } = await readSidecars(join(folder, picture), beside);
  return { names: sidecars.map((s) => s.name), notes };
}

describe("a picture's sidecars", () => {
  it("are those of its whole name, before those of its stem, whatever their case", () => {
    const of = sidecarFinder(["A.JPG", "a.jpg.XMP", "a.xmp", "b.xmp"]);
    expect(of("A.JPG").map((s) => s.name)).toEqual(["a.jpg.XMP", "a.xmp"]);
  });
  it("are of the picture that they name to the letter, where several differ in their case alone", () => {
    const of = sidecarFinder(["photo.jpg", "PHOTO.jpg", "PHOTO.jpg.xmp", "PHOTO.xmp", "b.JPG", "B.jpg.xmp"]);
    expect(of("PHOTO.jpg")).toEqual([
      { name: "PHOTO.jpg.xmp", shared: [] },
      { name: "PHOTO.xmp", shared: [] },
    ]);
    expect(of("photo.jpg")).toEqual([]);
    expect(of("b.JPG").map((s) => s.name)).toEqual(["B.jpg.xmp"]);
    // To the letter it is neither's.
    const either = sidecarFinder(["c.jpg", "C.jpg", "c.JPG.xmp"]);
    expect([either("c.jpg"), either("C.jpg")].map(([s]) => s.shared)).toEqual([["C.jpg"], ["c.jpg"]]);
  });
  it("are the same however accents are composed", () => {
    const [composed, apart] = ["Zürich.jpg".normalize("NFC"), "Zürich.jpg".normalize("NFD")];
    expect(sidecarFinder([apart, `${composed}.xmp`])(apart)).toHaveLength(1);
    expect(sidecarFinder([composed, `${apart.slice(0, -4)}.xmp`])(composed)).toHaveLength(1);
  });
  it("are found for a file that is named alone, and none where its folder is gone", async () => {
    writeFileSync(join(folder, "alone.png"), "");
    writeFileSync(join(folder, "alone.xmp"), packet());
    expect((await sidecarsBeside(join(folder, "alone.png"))).map((s) => s.name)).toEqual(["alone.xmp"]);
    expect(await sidecarsBeside(join(folder, "none", "alone.png"))).toEqual([]);
  });
  it("of several pictures of a name are of the one whose ending they say", async () => {
    const files = { "b.jpg": "", "b.png": "", "b.xmp": packet("PNG") };
    expect(await read("b.png", files)).toEqual({ names: ["b.xmp"], notes: [] });
    expect(await read("b.jpg", files)).toEqual({
      names: [],
      notes: ["b.xmp is not used: it says that it is of the .PNG file"],
    });
  });
  it("that say no ending are of none of several pictures, and that is said", async () => {
    const files = { "c.jpg": "", "c.png": "", "c.xmp": packet(), "c.jpg.xmp": packet() };
    const why = "c.xmp is not used: it may be of c.jpg or c.png, and does not say of which";
    expect(await read("c.png", files)).toEqual({ names: [], notes: [why] });
    expect(await read("c.jpg", files)).toEqual({ names: ["c.jpg.xmp"], notes: [why] });
  });
  it("are of a raw file and of the picture that the camera made of it, which are one shot", async () => {
    const files = { "d.CR2": "", "d.jpg": "", "d.xmp": packet() };
    expect((await read("d.CR2", files)).names).toEqual(["d.xmp"]);
    expect((await read("d.jpg", files)).names).toEqual(["d.xmp"]);
  });
});
