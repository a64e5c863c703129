/** The file of a landmark's shape: beside what names it, in the cache, or fetched from where it is published. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { alone } from "../files/alone.js";
import { cannotWrite } from "../files/system-error.js";
import { cacheRoot } from "../hub/cache-root.js";
import { download, type HttpOptions } from "../hub/download.js";
import type { Landmark } from "./landmark.js";

/** How a shape is found, and who hears of it. */
export interface ShapeOptions extends HttpOptions {
  /** Folders to look into first. */
  folders?: readonly (string | undefined)[];
  /** Told what is about to be fetched. */
  onFetch?: (landmark: Landmark) => void;
}

/** Where fetched shapes lie. */
const shapesInCache = (): string => join(cacheRoot(), "landmarks");

/** Where a landmark's shape lies; undefined if it would have to be fetched. */
export const shapeAtHand = ({ shape }: Landmark, folders: readonly (string | undefined)[] = []): string | undefined =>
  [...folders, shapesInCache()]
    .flatMap((folder) => (folder ? [join(folder, shape.file)] : []))
    .find((file) => existsSync(file));

/**
 * The file of a landmark's shape, fetched once if it is nowhere.
 * @throws GeodriftError `network` if it cannot be had, `disk` if it cannot be kept
 */
export async function shapeFile(landmark: Landmark, { folders, onFetch, ...http }: ShapeOptions = {}): Promise<string> {
  const there = shapeAtHand(landmark, folders);
  if (there) return there;
  const { file, url, bytes: size, sha256: value } = landmark.shape;
  const target = join(shapesInCache(), file);
  const fetch = async () => {
    if (existsSync(target)) return;
    onFetch?.(landmark);
    await download({ url, size, checksum: { kind: "sha256", value } }, target, http);
  };
  await alone(target, fetch).catch(cannotWrite(target));
  return target;
}
