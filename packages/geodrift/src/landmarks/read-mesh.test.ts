import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document, NodeIO } from "@gltf-transform/core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { landmarkNames, readLandmark, readShape } from "./landmark.js";
import { boxOf, triangleCount } from "./mesh.js";
import { readDem } from "./read-dem.js";
import { readMesh } from "./read-mesh.js";

/** A tetrahedron under a node that moves it, as bytes. */
async function glb(change: (document: Document) => void = () => {}): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const positions = document
    .createAccessor()
    .setType("VEC3")
    .setArray(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3))
    .setBuffer(buffer);
  const indices = document
    .createAccessor()
    .setType("SCALAR")
    .setArray(Uint16Array.of(0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2))
    .setBuffer(buffer);
  const uv = document.createAccessor().setType("VEC2").setArray(new Float32Array(8)).setBuffer(buffer);
  const image = await sharp({ create: { width: 2, height: 2, channels: 3, background: "#102030" } })
    .png()
    .toBuffer();
  const texture = document.createTexture("bark").setImage(image).setMimeType("image/png");
  const material = document.createMaterial().setBaseColorTexture(texture).setBaseColorFactor([1, 1, 1, 1]);
  const primitive = document
    .createPrimitive()
    .setAttribute("POSITION", positions)
    .setAttribute("TEXCOORD_0", uv)
    .setIndices(indices)
    .setMaterial(material);
  const node = document
    .createNode()
    .setMesh(document.createMesh().addPrimitive(primitive))
    .setTranslation([10, 20, 30]);
  document.createScene().addChild(document.createNode().setScale([2, 2, 2]).addChild(node));
  change(document);
  return new NodeIO().writeBinary(document);
}

/** The same file with its JSON rewritten. */
function rewritten(bytes: Uint8Array, rewrite: (json: string) => string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(12, true);
  const json = new TextEncoder().encode(rewrite(new TextDecoder().decode(bytes.subarray(20, 20 + length))));
  const padded = new Uint8Array(Math.ceil(json.length / 4) * 4).fill(32);
  padded.set(json);
  const out = new Uint8Array(bytes.length - length + padded.length);
  out.set(bytes.subarray(0, 20));
  out.set(padded, 20);
  out.set(bytes.subarray(20 + length), 20 + padded.length);
  const head = new DataView(out.buffer);
  head.setUint32(8, out.length, true);
  head.setUint32(12, padded.length, true);
  return out;
}

describe("shapes from glTF", () => {
  it("stand upright, with their nodes' places and their textures", async () => {
    const mesh = await readMesh(await glb());
    expect(triangleCount(mesh)).toBe(4);
    // glTF's x, y, z: to the right, up, to the front; ours: east, north, up, the front to the south.
    expect(boxOf(mesh)).toEqual({ least: [20, -66, 40], most: [22, -60, 44] });
    expect([...(mesh.parts[0].texture?.picture.data ?? [])].slice(0, 3)).toEqual([0x10, 0x20, 0x30]);
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ["no glTF", async () => Buffer.from("solid nothing at all, and more"), /binary glTF file/],
    ["one that is cut off", async () => (await glb()).subarray(0, 400), /cut off: 400 of its \d+ bytes/],
    [
      "no mesh",
      () =>
        glb((d) => {
          for (const node of d.getRoot().listNodes()) node.setMesh(null);
        }),
      /no triangles/,
    ],
    [
      "coordinates that are no numbers",
      () => glb((d) => d.getRoot().listAccessors()[0].setElement(2, [0, Number.NaN, 0])),
      /corner 2 lies at NaN/,
    ],
    [
      "a hundred million triangles",
      async () => rewritten(await glb(), (json) => json.replaceAll('"count":12', '"count":300000000')),
      /100000000 triangles, and 5000000 are the most/,
    ],
    [
      "a list of corners without end",
      async () => rewritten(await glb(), (json) => json.replace('"count":4', '"count":900000000')),
      /list of 900000000 numbers, and 15000000 are the most/,
    ],
    [
      "a picture outside",
      async () => rewritten(await glb(), (json) => json.replace(/"images":\[\{/, '"images":[{"uri":"../bark.png",')),
      /refers to "\.\.\/bark\.png"/,
    ],
    [
      "a picture that is none",
      () =>
        glb((d) =>
          d
            .getRoot()
            .listTextures()[0]
            .setImage(Uint8Array.of(1, 2, 3)),
        ),
      /"bark".*cannot be read/,
    ],
    [
      "a picture that is missing",
      async () => rewritten(await glb(), (json) => json.replace(/"images":\[\{"[^}]*\}/, '"images":[{}')),
      /bark|picture|read/,
    ],
    [
      "a corner beyond the others",
      () => glb((d) => d.getRoot().listAccessors()[1].setElement(0, [9])),
      /corner beyond the 4/,
    ],
  ])("say in one sentence what is wrong with %s", async (_, bytes, sentence) => {
    const said = await readMesh(await bytes()).catch((e: Error) => e);
    expect(said).toMatchObject({ name: "GeodriftError", code: "data", message: expect.stringMatching(sentence) });
    expect((said as Error).message).not.toContain("\n");
  });
});

/** An elevation model of three profiles, the middle one longer than a record, rising to the east and to the north. */
function dem(counts: readonly number[]): Uint8Array {
  const text: string[] = [];
  const put = (record: string[], at: number, value: string) => record.splice(at, value.length, ...value);
  const blank = () => new Array<string>(1024).fill(" ");
  const head = blank();
  put(head, 528, "     2     2");
  put(head, 816, "0.300000E+020.300000E+020.100000E+01");
  put(head, 852, "     1     3");
  text.push(head.join(""));
  counts.forEach((count, p) => {
    const heights = Array.from({ length: count }, (_, k) => String(100 + 10 * p + k).padStart(6));
    const first = blank();
    put(first, 0, `${"1".padStart(6)}${String(p + 1).padStart(6)}${String(count).padStart(6)}     1`);
    const fortran = (v: number) => `0.${String(v).padStart(6, "0")}000000000D+06`.padStart(24);
    put(first, 24, fortran(500000 + 30 * p));
    put(first, 48, fortran(400000 + (p === 1 ? 0 : 30)));
    put(first, 72, "0.0".padStart(24));
    put(first, 144, heights.slice(0, 146).join(""));
    text.push(first.join(""));
    for (let k = 146; k < count; k += 170)
      text.push(
        heights
          .slice(k, k + 170)
          .join("")
          .padEnd(1024),
      );
  });
  return Buffer.from(text.join(""), "latin1");
}

describe("elevation models", () => {
  it("are profiles from west to east, each from south to north, over several records", () => {
    const { heights, columns, rows, step, origin } = readDem(dem([3, 400, 3]));
    expect({ columns, rows, step, origin }).toEqual({ columns: 3, rows: 400, step: 30, origin: [500000, 400000] });
    expect([...heights.subarray(400, 403)]).toEqual([110, 111, 112]);
    expect(heights[799]).toBe(509);
    // The first profile begins a step further north.
    expect([...heights.subarray(0, 5)]).toEqual([Number.NaN, 100, 101, 102, Number.NaN]);
  });

  it("say what is wrong with them", () => {
    expect(() => readDem(Buffer.from("nothing of the kind"))).toThrow(/no elevation model of the USGS/);
    expect(() => readDem(dem([3, 400, 3]).subarray(0, 3000))).toThrow(/cut off|number is needed/);
  });
});

const shapes = fileURLToPath(new URL("../../../../../shared/data/landmarks", import.meta.url));

describe.skipIf(!existsSync(shapes))("the landmarks that come along (../shared/data/landmarks)", () => {
  it.each(landmarkNames())("%s has a shape of its height", async (name) => {
    const { landmark } = await readLandmark(name);
    const { mesh, heightM, radiusM } = await readShape(landmark, join(shapes, landmark.shape.file));
    expect(triangleCount(mesh)).toBeGreaterThan(1000);
    if (landmark.shape.kind === "mesh") expect(heightM).toBeCloseTo(landmark.heightM, 2);
    else expect(radiusM).toBeCloseTo(landmark.shape.radiusM, -2);
  });

  it("among them Mount St Helens after its eruption, 682 to 2,543 m", async () => {
    const { heights, columns, rows } = readDem(await readFile(join(shapes, "mount-st-helens-1980.dem")));
    const known = heights.filter((h) => !Number.isNaN(h)).sort();
    expect({ columns, rows, least: known[0], most: known[known.length - 1] }).toEqual({
      columns: 327,
      rows: 466,
      least: 682,
      most: 2543,
    });
  });
});
