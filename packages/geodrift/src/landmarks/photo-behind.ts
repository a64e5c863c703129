import { type Behind, readBehind } from "./behind.js";
import { gpsCamera } from "./gps-camera.js";
import type { PhotoBank } from "./photo-bank.js";
import type { Photographed } from "./photographed.js";
import type { Photo } from "./photos-table.js";

/** Where a camera is not known, its horizon is in the middle. */
const levelCamera = { azimuth: 0, distance: 1, height: 0, focal: 1 };

/** Sky and ground of photograph `k` of a bank, rounded as a model remembers them. */
export function behindPhoto(shown: Photographed, photo: Photo, { pixels }: PhotoBank, k: number): Behind {
  const size = Math.max(...Object.keys(pixels).map(Number));
  const area = 3 * size * size;
  const planes = Float32Array.from(pixels[size].subarray(k * area, (k + 1) * area), (v) => v / 255);
  const { sky, ground } = readBehind(planes, size, gpsCamera(shown, photo) ?? levelCamera);
  const rounded = (c: Behind["ground"]) => c.map((v) => Number(v.toFixed(3))) as Behind["ground"];
  return { sky: [rounded(sky[0]), rounded(sky[1])], ground: rounded(ground) };
}
