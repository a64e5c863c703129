/** A field's surface as a binary glTF file: metres, y up, north along −z, a colour at every corner. */

import type { Surface } from "@geodrift/core";
import { Document, NodeIO } from "@gltf-transform/core";

/** What a file says of itself. */
export interface MeshAbout {
  title: string;
  /** How it was made, in words. */
  made: string;
  licence: string;
  credit: string;
}

/** sRGB, 0…1, as the linear value that glTF has (IEC 61966-2-1). */
const linear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/**
 * The bytes of a .glb file.
 * @param unitM metres of the surface's unit
 */
export function meshFile(
  { positions, triangles, colours }: Surface,
  unitM: number,
  about: MeshAbout,
): Promise<Uint8Array> {
  const document = new Document();
  Object.assign(document.getRoot().getAsset(), {
    generator: "geodrift",
    copyright: `${about.licence}: ${about.credit}`,
    extras: { title: about.title, made: about.made, licence: about.licence, credit: about.credit },
  });
  const buffer = document.createBuffer();
  const upright = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i += 3)
    upright.set([unitM * positions[i], unitM * positions[i + 2], -unitM * positions[i + 1]], i);
  const accessor = (type: "VEC3" | "SCALAR", array: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) =>
    document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const primitive = document
    .createPrimitive()
    .setAttribute("POSITION", accessor("VEC3", upright))
    .setAttribute("COLOR_0", accessor("VEC3", Float32Array.from(colours, linear)))
    .setIndices(accessor("SCALAR", Uint32Array.from(triangles)))
    .setMaterial(document.createMaterial().setRoughnessFactor(1).setMetallicFactor(0));
  const node = document.createNode(about.title).setMesh(document.createMesh(about.title).addPrimitive(primitive));
  const scene = document.createScene().addChild(node);
  document.getRoot().setDefaultScene(scene);
  return new NodeIO().writeBinary(document);
}
