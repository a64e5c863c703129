/** Shapes from binary glTF files (.glb): meshes, their colours and textures, whatever they are packed with. */

import { GeodriftError } from "@geodrift/core/errors";
import { type Document, NodeIO, type Primitive } from "@gltf-transform/core";
import { ALL_EXTENSIONS } from "@gltf-transform/extensions";
import draco from "draco3dgltf";
import sharp from "sharp";
import type { Picture } from "../pictures/picture.js";
import type { Mesh, MeshPart } from "./mesh.js";

/** More triangles than this are refused: a landmark has some ten thousand. */
export const mostTriangles = 5_000_000;

/** Most pixels of a texture. */
const mostTexels = 2 ** 26;

/** "glTF", the first four bytes of a binary file. */
const magic = 0x46546c67;

/** glTF's y is up and its front looks along z: a front that looks south is x east, −z north, y up. */
const upright = ([x, y, z]: readonly number[]): [number, number, number] => [x, -z, y];

/**
 * A mesh of a glTF file, in its own units, its front to the south.
 * @param bytes a .glb file with everything inside
 * @throws GeodriftError `data`, without the file's name, for anything else: no glTF, cut off, no triangles, too many, coordinates that
 * are no numbers, a picture that is missing or cannot be read
 */
export async function readMesh(bytes: Uint8Array): Promise<Mesh> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20 || view.getUint32(0, true) !== magic)
    throw new GeodriftError("data", "a binary glTF file (.glb) is needed, and this is none");
  const length = view.getUint32(8, true);
  if (length > bytes.length)
    throw new GeodriftError("data", `is cut off: ${bytes.length} of its ${length} bytes are there`);
  checkSizes(bytes, view);
  const io = new NodeIO()
    .registerExtensions(ALL_EXTENSIONS)
    .registerDependencies({ "draco3d.decoder": await draco.createDecoderModule() });
  let document: Document;
  try {
    document = await io.readBinary(bytes);
  } catch (e) {
    throw new GeodriftError("data", `no glTF file that can be read (${firstSentence((e as Error).message)})`, {
      cause: e,
    });
  }
  const pictures = new Map<unknown, Promise<Picture>>();
  const parts: MeshPart[] = [];
  const scene = document.getRoot().getDefaultScene() ?? document.getRoot().listScenes()[0];
  const nodes = new Set<unknown>();
  const drawn: { primitive: Primitive; matrix: readonly number[] }[] = [];
  scene?.traverse((node) => {
    if (nodes.has(node)) return;
    nodes.add(node);
    for (const primitive of node.getMesh()?.listPrimitives() ?? [])
      drawn.push({ primitive, matrix: node.getWorldMatrix() });
  });
  for (const { primitive, matrix } of drawn) {
    const part = await partOf(primitive, matrix, pictures);
    if (part) parts.push(part);
  }
  if (parts.length === 0) throw new GeodriftError("data", "has no triangles: a mesh is needed");
  return { parts };
}

const firstSentence = (text: string): string => text.split("\n")[0].replace(/[.\s]+$/, "");

/** What a file says of itself, before anything is unpacked. */
interface Said {
  buffers?: { uri?: string }[];
  images?: { uri?: string }[];
  accessors?: { count?: number }[];
  meshes?: { primitives?: { indices?: number; mode?: number; attributes?: { POSITION?: number } }[] }[];
}

/** Counts triangles and looks for files outside before anything is read or unpacked. */
function checkSizes(bytes: Uint8Array, view: DataView): void {
  const jsonLength = view.getUint32(12, true);
  let said: Said;
  try {
    said = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + jsonLength)));
  } catch (e) {
    throw new GeodriftError("data", `no glTF file that can be read (${(e as Error).message})`, { cause: e });
  }
  const outside = [...(said.buffers ?? []), ...(said.images ?? [])].find(({ uri }) => uri && !uri.startsWith("data:"));
  if (outside)
    throw new GeodriftError(
      "data",
      `refers to "${outside.uri}" outside of it: a .glb with everything inside is needed`,
    );
  let triangles = 0;
  for (const { primitives = [] } of said.meshes ?? [])
    for (const { indices, attributes } of primitives)
      triangles += Math.floor((said.accessors?.[indices ?? attributes?.POSITION ?? -1]?.count ?? 0) / 3);
  const most = Math.max(triangles, ...(said.accessors ?? []).map(({ count = 0 }) => Math.floor(count / 3)));
  if (most > mostTriangles && triangles <= mostTriangles)
    throw new GeodriftError("data", `has a list of ${3 * most} numbers, and ${3 * mostTriangles} are the most`);
  if (triangles > mostTriangles)
    throw new GeodriftError("data", `has ${triangles} triangles, and ${mostTriangles} are the most`);
}

/** Modes of glTF: triangles, strips of them, fans. */
const [list, strip, fan] = [4, 5, 6];

/** Corners of triangles by the order in which a primitive lists them. */
function trianglesOf(order: ArrayLike<number>, mode: number): Uint32Array {
  const n = order.length;
  if (mode === list) return Uint32Array.from({ length: 3 * Math.floor(n / 3) }, (_, i) => order[i]);
  const out = new Uint32Array(3 * Math.max(0, n - 2));
  for (let t = 0; t < n - 2; t++)
    out.set(
      mode === fan
        ? [order[0], order[t + 1], order[t + 2]]
        : t % 2
          ? [order[t + 1], order[t], order[t + 2]]
          : [order[t], order[t + 1], order[t + 2]],
      3 * t,
    );
  return out;
}

/** A primitive with its node's matrix applied; nothing for points and lines. */
async function partOf(
  primitive: Primitive,
  matrix: readonly number[],
  pictures: Map<unknown, Promise<Picture>>,
): Promise<MeshPart | undefined> {
  const mode = primitive.getMode();
  const position = primitive.getAttribute("POSITION");
  if (!position || ![list, strip, fan].includes(mode)) return undefined;
  const n = position.getCount();
  const indices = primitive.getIndices()?.getArray() ?? Uint32Array.from({ length: n }, (_, i) => i);
  const triangles = trianglesOf(indices, mode);
  if (triangles.length === 0) return undefined;
  if (triangles.some((corner) => corner >= n))
    throw new GeodriftError("data", `a triangle has a corner beyond the ${n} there are`);
  const positions = new Float32Array(3 * n);
  const element: number[] = [];
  for (let i = 0; i < n; i++) {
    const [x, y, z] = position.getElement(i, element);
    positions.set(
      upright([0, 1, 2].map((r) => matrix[r] * x + matrix[4 + r] * y + matrix[8 + r] * z + matrix[12 + r])),
      3 * i,
    );
  }
  const bad = positions.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0)
    throw new GeodriftError("data", `corner ${Math.floor(bad / 3)} lies at ${positions[bad]}, and numbers are needed`);
  const material = primitive.getMaterial();
  const colours = primitive.getAttribute("COLOR_0");
  const vertexColours = colours && new Float32Array(3 * n);
  if (colours && vertexColours)
    for (let i = 0; i < n; i++) vertexColours.set(colours.getElement(i, element).slice(0, 3).map(toSrgb), 3 * i);
  const texture = material?.getBaseColorTexture();
  const corners = primitive.getAttribute(`TEXCOORD_${material?.getBaseColorTextureInfo()?.getTexCoord() ?? 0}`);
  const part: MeshPart = {
    positions,
    triangles,
    colour: (material?.getBaseColorFactor().slice(0, 3).map(toSrgb) ?? [0.8, 0.8, 0.8]) as [number, number, number],
    ...(vertexColours && { colours: vertexColours }),
  };
  if (!texture) return part;
  const image = texture.getImage();
  if (!image) throw new GeodriftError("data", `the picture "${texture.getName()}" of a material is missing`);
  if (!corners) return part;
  if (!pictures.has(texture)) pictures.set(texture, readTexture(image, texture.getName()));
  const at = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) at.set(corners.getElement(i, element).slice(0, 2), 2 * i);
  return { ...part, texture: { picture: await (pictures.get(texture) as Promise<Picture>), at } };
}

async function readTexture(image: Uint8Array, name: string): Promise<Picture> {
  try {
    const { data, info } = await sharp(image, { limitInputPixels: mostTexels })
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (e) {
    throw new GeodriftError(
      "data",
      `the picture "${name}" of a material cannot be read (${firstSentence((e as Error).message)})`,
      {
        cause: e,
      },
    );
  }
}

/** A linear value, 0…1, as sRGB has it (IEC 61966-2-1). */
const toSrgb = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * Math.max(0, v) ** (1 / 2.4) - 0.055);
