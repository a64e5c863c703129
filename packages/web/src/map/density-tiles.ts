/** Tiles of densities, painted in a thread of their own so that the globe keeps turning. */
import { sentTensors } from "@geodrift/compile";
import { distributionTensors, type PlaceDistribution } from "@geodrift/core";
import { addProtocol } from "maplibre-gl";
import type { FromPainter, ToPainter } from "./density-painter.js";

const painter = new Worker(new URL("./density-painter.ts", import.meta.url), { type: "module" });
const waiting = new Map<number, { resolve(tile: ImageBitmap): void; reject(e: Error): void }>();
let next = 0;

painter.addEventListener("message", ({ data }: MessageEvent<FromPainter>) => {
  const call = waiting.get(data.request);
  waiting.delete(data.request);
  if ("tile" in data) call?.resolve(data.tile);
  else call?.reject(new Error(data.error));
});

const tell = (message: ToPainter) => painter.postMessage(message);

addProtocol("density", ({ url }) => {
  const [id, z, x, y] = url.slice("density://".length).split("/").map(Number);
  const request = next++;
  return new Promise((resolve, reject) => {
    waiting.set(request, { resolve: (data) => resolve({ data }), reject });
    tell({ type: "tile", request, id, z, x, y });
  });
});

let last = 0;

/**
 * Makes a density known to the painter.
 * @param samples unit vectors [n, 3]
 * @returns addresses of its tiles, and how to forget it
 */
export function densityTiles(distribution: PlaceDistribution, samples: Float64Array) {
  const id = ++last;
  const tensors = sentTensors(distributionTensors(distribution, samples));
  tell({ type: "keep", id, tensors });
  return { tiles: [`density://${id}/{z}/{x}/{y}`], forget: () => tell({ type: "forget", id }) };
}
