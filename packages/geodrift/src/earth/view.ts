/** Views: gnomonic pictures of the ground, as a camera looking straight down sees it, cut from a global raster. */
import { earthRadiusKm, type LatLng, tangentFrame, turned } from "@geodrift/core";
import type { Pixels } from "./raster.js";

/** A view straight down on the ground, in gnomonic projection. */
export interface View {
  /** What the centre of the picture shows, degrees. */
  place: LatLng;
  /** Direction of the top of the picture, degrees clockwise from north. */
  heading: number;
  /** Width of the ground, km, on the plane that touches it at the centre. */
  widthKm: number;
}

/** A raster and its share of what a view shows. */
export interface Layer {
  /** The raster. */
  raster: Pixels;
  /** Its share; below zero moves away from the raster. */
  weight: number;
}

/**
 * Renders a view as RGBA (alpha: share of land): bilinear interpolation in the raster, averaged over several rays where a
 * pixel of the view covers several of the raster.
 * @param out 8-bit, [size, size, 4], rows from the top
 * @param layers a raster, or rasters of one size with weights that add up to one; weights below zero move away from a
 * raster
 * @param size pixels along a side
 */
export function renderViewInto(out: Uint8Array, layers: Pixels | readonly Layer[], view: View, size: number): void {
  const blend: readonly Layer[] = "data" in layers ? [{ raster: layers, weight: 1 }] : layers;
  const { up, east, north } = turned(tangentFrame(view.place), view.heading);
  const step = view.widthKm / earthRadiusKm / size;
  const rasterStep = (2 * Math.PI) / blend[0].raster.width;
  const rays = Math.max(1, Math.round(step / rasterStep - 0.3));
  const sums = [0, 0, 0, 0];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      sums.fill(0);
      for (let r = 0; r < rays * rays; r++) {
        const x = (column + ((r % rays) + 0.5) / rays - size / 2) * step;
        const y = (size / 2 - row - (Math.floor(r / rays) + 0.5) / rays) * step;
        const vx = up[0] + x * east[0] + y * north[0];
        const vy = up[1] + x * east[1] + y * north[1];
        const vz = up[2] + x * east[2] + y * north[2];
        addSample(sums, blend, Math.atan2(vz, Math.sqrt(vx * vx + vy * vy)), Math.atan2(vy, vx));
      }
      const at = 4 * (row * size + column);
      for (let c = 0; c < 4; c++) out[at + c] = Math.min(255, Math.max(0, sums[c] / (rays * rays) + 0.5));
    }
  }
}

/** Adds the bilinear sample at a latitude and longitude in radians; columns wrap, rows end at the poles. */
function addSample(sums: number[], layers: readonly Layer[], lat: number, lng: number): void {
  const { width, height } = layers[0].raster;
  const u = (lng / (2 * Math.PI) + 0.5) * width - 0.5;
  const v = Math.min(height - 1, Math.max(0, (0.5 - lat / Math.PI) * height - 0.5));
  const u0 = Math.floor(u);
  const v0 = Math.min(height - 2, Math.floor(v));
  const [fu, fv] = [u - u0, v - v0];
  const left = (u0 + width) % width;
  const right = (u0 + 1) % width;
  const a = 4 * (v0 * width + left);
  const b = 4 * (v0 * width + right);
  const c = a + 4 * width;
  const d = b + 4 * width;
  for (const { raster, weight } of layers) {
    const { data } = raster;
    const upper = weight * (1 - fv);
    const lower = weight * fv;
    const [wa, wb, wc, wd] = [upper * (1 - fu), upper * fu, lower * (1 - fu), lower * fu];
    for (let k = 0; k < 4; k++) sums[k] += wa * data[a + k] + wb * data[b + k] + wc * data[c + k] + wd * data[d + k];
  }
}
