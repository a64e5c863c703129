/**
 * Panoramas all around (equirectangular, as their XMP says in the words of Google's Photo Sphere): what an ordinary lens would see of them.
 * A square out of the middle would be half of the sphere, as no photograph shows it.
 */
import type { Picture } from "./picture.js";
import type { Xmp } from "./read-xmp.js";

/** What part of the sphere a picture covers; all in radians. */
export interface Panorama {
  /** From the left edge to the right. */
  width: number;
  /** From the upper edge to the lower. */
  height: number;
  /** Of the left edge, to the right of where the view looks. */
  left: number;
  /** Of the upper edge, above the horizon. */
  top: number;
}

/** Angle of view of what is looked at, across: as that of a telephone. */
const fieldOfView = (75 * Math.PI) / 180;
/** Narrower ones are photographs as others are. */
const leastWidth = (2 * Math.PI) / 3;

/** What a packet says of a panorama; undefined for other pictures. */
export function panoramaOf(xmp: Xmp): Panorama | undefined {
  if (xmp.get("GPano", "ProjectionType") !== "equirectangular") return undefined;
  const number = (name: string): number => Number(xmp.get("GPano", name) ?? Number.NaN);
  const or = (value: number, other: number) => (Number.isFinite(value) ? value : other);
  const [full, part] = ["FullPano", "CroppedAreaImage"].map((of) => [
    number(`${of}WidthPixels`),
    number(`${of}HeightPixels`),
  ]);
  const known = [...full, ...part].every((v) => v > 0);
  const [width, height] = known
    ? [(2 * Math.PI * part[0]) / full[0], (Math.PI * part[1]) / full[1]]
    : [2 * Math.PI, Math.PI];
  if (!(width >= leastWidth && width <= 2 * Math.PI + 1e-6 && height <= Math.PI + 1e-6)) return undefined;
  const [leftPixels, topPixels] = [number("CroppedAreaLeftPixels"), number("CroppedAreaTopPixels")];
  // The middle of the whole sphere looks to the heading of the pose.
  const turn = or(number("InitialViewHeadingDegrees") - number("PoseHeadingDegrees"), 0);
  return {
    width,
    height,
    left:
      (known ? or((2 * Math.PI * leftPixels) / full[0], Math.PI - width / 2) : 0) - Math.PI - (turn * Math.PI) / 180,
    top: Math.PI / 2 - (known ? or((Math.PI * topPixels) / full[1], (Math.PI - height) / 2) : 0),
  };
}

/** Pixels of a panorama that are as fine as those of a view of so many pixels. */
export const panoramaSize = ({ width, height }: Panorama, side: number): { width: number; height: number } => {
  const perRadian = side / (2 * Math.tan(fieldOfView / 2));
  return { width: Math.max(1, Math.round(width * perRadian)), height: Math.max(1, Math.round(height * perRadian)) };
};

/**
 * What a lens sees that looks level and straight ahead: a square in central projection, between pixels in proportion.
 * @param picture all of the panorama, about as large as `panoramaSize` says
 * @param side pixels
 */
export function viewAhead({ width, height, data }: Picture, panorama: Panorama, side: number): Picture {
  const out = new Uint8Array(3 * side * side);
  const reach = Math.tan(fieldOfView / 2);
  const around = (2 * Math.PI * width) / panorama.width;
  const clamp = (v: number, most: number) => Math.min(most, Math.max(0, v));
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const right = ((2 * (j + 0.5)) / side - 1) * reach;
      const up = (1 - (2 * (i + 0.5)) / side) * reach;
      const x = ((Math.atan(right) - panorama.left) * width) / panorama.width;
      const y = ((panorama.top - Math.atan2(up, Math.hypot(right, 1))) * height) / panorama.height;
      // The left edge follows the right one, where both are there; what was cut away is as its nearer edge.
      const within = ((x % around) + around) % around;
      const column = (within > (width + around) / 2 ? within - around : within) - 0.5;
      const row = clamp(y - 0.5, height - 1);
      const [c0, r0] = [Math.floor(column), Math.floor(row)];
      const [u, v] = [column - c0, row - r0];
      const wrapped = (c: number) => (around - width < 1 ? (c + width) % width : clamp(c, width - 1));
      const columns = [wrapped(c0), wrapped(c0 + 1)];
      const rows = [r0, Math.min(height - 1, r0 + 1)];
      for (let k = 0; k < 3; k++) {
        const at = (r: number, c: number) => data[3 * (rows[r] * width + columns[c]) + k];
        const [above, below] = [0, 1].map((r) => (1 - u) * at(r, 0) + u * at(r, 1));
        out[3 * (i * side + j) + k] = Math.round((1 - v) * above + v * below);
      }
    }
  return { width: side, height: side, data: out };
}
