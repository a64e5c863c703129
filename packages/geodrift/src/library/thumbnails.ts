/** Small pictures for the page, made when they are first looked at and kept by the hash of what they show. */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asMendable, GeodriftError } from "@geodrift/core";
import PQueue from "p-queue";
import sharp from "sharp";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";

export const thumbnailSizes = { small: 240, large: 1280 } as const;
export type ThumbnailSize = keyof typeof thumbnailSizes;

/** Decoding is what the machine is for, but not all of it. */
const making = new PQueue({ concurrency: 2 });

let temporary = 0;

/**
 * A WebP whose longer side has so many pixels, without any metadata.
 * @throws Error in one sentence if the picture cannot be read
 */
export async function thumbnail(library: Library, id: number, size: ThumbnailSize): Promise<Uint8Array> {
  const { sha256 } = library.store.pictures.get(id);
  if (sha256 === null) throw new GeodriftError("not-found", "the picture cannot be read");
  const folder = join(library.folder, "thumbnails", sha256.slice(0, 2));
  const file = join(folder, `${sha256}-${size}.webp`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return kept;
  return making.add(async () => {
    const side = thumbnailSizes[size];
    const source = await checkedPictureFile(library, id);
    const bytes = await sharp(source)
      .rotate()
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .webp({ quality: 75 })
      .toBuffer()
      .catch(asMendable("picture", (said) => `the picture cannot be decoded (${said})`));
    // Without room to keep it, it is made again next time.
    try {
      await mkdir(folder, { recursive: true });
      const beside = `${file}.${process.pid}-${temporary++}`;
      await writeFile(beside, bytes);
      await rename(beside, file);
    } catch {}
    return bytes;
  });
}
