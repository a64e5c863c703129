import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Document, NodeIO } from "@gltf-transform/core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { landmarkNames, readLandmark, readShape } from "./landmark.js";
import { boxOf, triangleCount } from "./mesh.js";
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

const shapes = fileURLToPath(new URL("../../../../../shared/data/landmarks", import.meta.url));

describe.skipIf(!existsSync(shapes))("the landmarks that come along (../shared/data/landmarks)", () => {
  it.each(landmarkNames())("%s has a shape of its height", async (name) => {
    const { landmark } = await readLandmark(name);
    const { mesh, heightM, radiusM } = await readShape(landmark, join(shapes, landmark.shape.file));
    expect(triangleCount(mesh)).toBeGreaterThan(1000);
    if (landmark.shape.kind === "mesh") expect(heightM).toBeCloseTo(landmark.heightM, 2);
    else {
      expect(radiusM).toBeCloseTo(landmark.shape.radiusM, -2);
      expect(heightM / landmark.shape.exaggeration).toBeCloseTo(landmark.heightM, -1);
    }
  });
});
