/** What a camera sees of a mesh: a z-buffer over the picture, with colour, normal and depth of what is nearest. */
import { frameOf, raySlopes, type UprightCamera } from "@geodrift/core";
import type { Picture } from "../pictures/picture.js";
import type { Mesh, MeshPart } from "./mesh.js";

/** What is seen, before any light; rows from the top. */
export interface Seen {
  /** Pixels along a side. */
  size: number;
  /** Colours, sRGB 0…1, [size, size, 3]; 0 where nothing is. */
  albedo: Float32Array;
  /** Unit vectors on the side of the camera, [size, size, 3]; 0 where nothing is. */
  normals: Float32Array;
  /** Depth along the camera's axis, metres, [size, size]; Infinity where nothing is. */
  depth: Float32Array;
}

/** Is anything there, at this depth? */
export const isThere = (depth: number): boolean => depth < Number.POSITIVE_INFINITY;

/** Triangles that come nearer to the plane of the camera than this share of its distance are left out. */
const nearest = 0.02;

/**
 * Draws a mesh. Depths and colours are interpolated with perspective.
 * @param size pixels along a side
 */
export function rasterise({ parts }: Mesh, camera: UprightCamera, size: number): Seen {
  const seen: Seen = {
    size,
    albedo: new Float32Array(3 * size * size),
    normals: new Float32Array(3 * size * size),
    depth: new Float32Array(size * size).fill(Number.POSITIVE_INFINITY),
  };
  for (const part of parts) drawPart(seen, part, camera);
  return seen;
}

function drawPart(seen: Seen, part: MeshPart, camera: UprightCamera): void {
  const { size } = seen;
  const { positions, triangles, normals, colours, colour, texture } = part;
  const { origin, forward, right } = frameOf(camera);
  const { focal, height, distance, shift = [0, 0] } = camera;
  const rays = raySlopes(camera, size);
  const n = positions.length / 3;
  const [px, py, near] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [positions[3 * i] - origin[0], positions[3 * i + 1] - origin[1], positions[3 * i + 2]];
    const depth = x * forward[0] + y * forward[1];
    near[i] = depth > nearest * distance ? 1 / depth : 0;
    px[i] = ((x * right[0] + y * right[1]) * near[i] * focal + shift[0] + 0.5) * size - 0.5;
    py[i] = (0.5 - shift[1] - ((z - height) * near[i] + height / distance) * focal) * size - 0.5;
  }
  const face = [0, 0, 0];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    if (near[a] === 0 || near[b] === 0 || near[c] === 0) continue;
    const area = (px[b] - px[a]) * (py[c] - py[a]) - (px[c] - px[a]) * (py[b] - py[a]);
    if (area === 0) continue;
    const x0 = Math.max(0, Math.ceil(Math.min(px[a], px[b], px[c])));
    const x1 = Math.min(size - 1, Math.floor(Math.max(px[a], px[b], px[c])));
    const y0 = Math.max(0, Math.ceil(Math.min(py[a], py[b], py[c])));
    const y1 = Math.min(size - 1, Math.floor(Math.max(py[a], py[b], py[c])));
    if (x0 > x1 || y0 > y1) continue;
    if (!normals) faceNormal(face, positions, a, b, c);
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const wb = ((x - px[a]) * (py[c] - py[a]) - (px[c] - px[a]) * (y - py[a])) / area;
        const wc = ((px[b] - px[a]) * (y - py[a]) - (x - px[a]) * (py[b] - py[a])) / area;
        const wa = 1 - wb - wc;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const inverse = wa * near[a] + wb * near[b] + wc * near[c];
        const depth = 1 / inverse;
        const at = y * size + x;
        if (depth >= seen.depth[at]) continue;
        seen.depth[at] = depth;
        const [sa, sb, sc] = [wa * near[a] * depth, wb * near[b] * depth, wc * near[c] * depth];
        let texel = -1;
        if (texture) {
          const { at: uv, picture } = texture;
          texel = texelOf(
            picture,
            sa * uv[2 * a] + sb * uv[2 * b] + sc * uv[2 * c],
            sa * uv[2 * a + 1] + sb * uv[2 * b + 1] + sc * uv[2 * c + 1],
          );
        }
        for (let k = 0; k < 3; k++) {
          let v = colour[k];
          if (colours) v *= sa * colours[3 * a + k] + sb * colours[3 * b + k] + sc * colours[3 * c + k];
          if (texture) v *= texture.picture.data[texel + k] / 255;
          seen.albedo[3 * at + k] = v;
          seen.normals[3 * at + k] = normals
            ? sa * normals[3 * a + k] + sb * normals[3 * b + k] + sc * normals[3 * c + k]
            : face[k];
        }
        const across = rays.right[x];
        towards(seen.normals, 3 * at, forward[0] + across * right[0], forward[1] + across * right[1], rays.up[y]);
      }
  }
}

/** Index of the first number of the texel; textures repeat. */
function texelOf({ width, height }: Picture, u: number, v: number): number {
  const [x, y] = [(u - Math.floor(u)) * width, (v - Math.floor(v)) * height];
  return 3 * (Math.min(height - 1, Math.floor(y)) * width + Math.min(width - 1, Math.floor(x)));
}

function faceNormal(out: number[], p: Float32Array, a: number, b: number, c: number): void {
  const [ux, uy, uz] = [p[3 * b] - p[3 * a], p[3 * b + 1] - p[3 * a + 1], p[3 * b + 2] - p[3 * a + 2]];
  const [vx, vy, vz] = [p[3 * c] - p[3 * a], p[3 * c + 1] - p[3 * a + 1], p[3 * c + 2] - p[3 * a + 2]];
  out[0] = uy * vz - uz * vy;
  out[1] = uz * vx - ux * vz;
  out[2] = ux * vy - uy * vx;
}

/** Makes a normal one of unit length that looks against the ray: of a wall without thickness, the side that is seen is the front. */
function towards(normals: Float32Array, at: number, rayX: number, rayY: number, rayZ: number): void {
  const [x, y, z] = [normals[at], normals[at + 1], normals[at + 2]];
  const length = Math.hypot(x, y, z) || 1;
  const sign = x * rayX + y * rayY + z * rayZ > 0 ? -1 / length : 1 / length;
  normals[at] = sign * x;
  normals[at + 1] = sign * y;
  normals[at + 2] = sign * z;
}
