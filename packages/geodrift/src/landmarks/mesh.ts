/** Surfaces of triangles with colours: what landmarks are made of. */
import { GeodriftError } from "@geodrift/core/errors";
import type { Picture } from "../pictures/picture.js";

/** Triangles of one material. */
export interface MeshPart {
  /** Corners, metres: x east, y north, z up, [corners, 3]. */
  positions: Float32Array;
  /** Normals of unit length, [corners, 3]; those of the flat triangles if left out. */
  normals?: Float32Array;
  /** Indices of corners, [triangles, 3]. */
  triangles: Uint32Array;
  /** Colour of everything, sRGB 0…1; multiplied with those below. */
  colour: readonly [number, number, number];
  /** Colours of the corners, sRGB 0…1, [corners, 3]. */
  colours?: Float32Array;
  /** A picture that is laid over it, and where each corner lies on that: 0…1 from the left and from the top, [corners, 2]. */
  texture?: { picture: Picture; at: Float32Array };
}

/** A surface. */
export interface Mesh {
  parts: MeshPart[];
}

/** Least and greatest coordinates. */
export interface Box {
  least: [number, number, number];
  most: [number, number, number];
}

/** The box that a mesh fills. */
export function boxOf({ parts }: Mesh): Box {
  const least: Box["least"] = [Infinity, Infinity, Infinity];
  const most: Box["most"] = [-Infinity, -Infinity, -Infinity];
  for (const { positions } of parts)
    for (let i = 0; i < positions.length; i++) {
      const axis = i % 3;
      least[axis] = Math.min(least[axis], positions[i]);
      most[axis] = Math.max(most[axis], positions[i]);
    }
  return { least, most };
}

/** Number of triangles. */
export const triangleCount = ({ parts }: Mesh): number =>
  parts.reduce((sum, { triangles }) => sum + triangles.length / 3, 0);

/**
 * The mesh with its centre at the origin: between its greatest extents across, and half way up.
 * @param facing degrees clockwise that it is turned by, seen from above
 * @param heightM how high it is made, metres; as it is if left out
 * @throws GeodriftError `data` if it has no extent
 */
export function placed(mesh: Mesh, facing: number, heightM?: number): Mesh {
  const { least, most } = boxOf(mesh);
  const height = most[2] - least[2];
  if (!(height > 0)) throw new GeodriftError("data", `a shape with a height is needed, got one of ${height} m`);
  const scale = heightM === undefined ? 1 : heightM / height;
  const centre = least.map((v, axis) => (v + most[axis]) / 2);
  const [s, c] = [Math.sin((facing * Math.PI) / 180), Math.cos((facing * Math.PI) / 180)];
  const turn = (from: Float32Array, move: readonly number[], by: number) => {
    const out = new Float32Array(from.length);
    for (let i = 0; i < from.length; i += 3) {
      const [x, y, z] = [from[i] - move[0], from[i + 1] - move[1], from[i + 2] - move[2]];
      out[i] = by * (x * c + y * s);
      out[i + 1] = by * (y * c - x * s);
      out[i + 2] = by * z;
    }
    return out;
  };
  return {
    parts: mesh.parts.map((part) => ({
      ...part,
      positions: turn(part.positions, centre, scale),
      ...(part.normals && { normals: turn(part.normals, [0, 0, 0], 1) }),
    })),
  };
}

/** Greatest horizontal distance of a mesh from the vertical axis through the origin, metres. */
export function radiusOf({ parts }: Mesh): number {
  let most = 0;
  for (const { positions } of parts)
    for (let i = 0; i < positions.length; i += 3) most = Math.max(most, Math.hypot(positions[i], positions[i + 1]));
  return most;
}
