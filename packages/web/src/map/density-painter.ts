/** The thread that paints densities. */
import { receivedTensors, type SentTensors } from "@geodrift/compile";
import { densityColours, densityTile, type PlaceDistribution, peakLogDensity, readDistribution } from "@geodrift/core";

/** What the page says to the painter; `z`, `x`, `y` address a tile of web Mercator. */
export type ToPainter =
  | { type: "keep"; id: number; tensors: SentTensors }
  | { type: "forget"; id: number }
  | { type: "tile"; request: number; id: number; z: number; x: number; y: number };

/** What the painter answers: a tile of 256 × 256 pixels, or why there is none. */
export type FromPainter = { request: number } & ({ tile: ImageBitmap } | { error: string });

const size = 256;
const kept = new Map<number, { distribution: PlaceDistribution; peak: number }>();

self.addEventListener("message", async ({ data: message }: MessageEvent<ToPainter>) => {
  if (message.type === "forget") {
    kept.delete(message.id);
    return;
  }
  if (message.type === "keep") {
    const { distribution } = readDistribution(receivedTensors(message.tensors));
    kept.set(message.id, { distribution, peak: peakLogDensity(distribution) });
    return;
  }
  const { request, id, z, x, y } = message;
  const own = kept.get(id);
  if (!own) return reply({ request, error: "the density is gone" });
  const colours = densityColours(densityTile(own.distribution, { z, x, y }, size), own.peak);
  const tile = await createImageBitmap(new ImageData(colours, size, size));
  reply({ request, tile }, [tile]);
});

const reply = (message: FromPainter, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
