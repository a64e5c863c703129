/** Small pictures for the page, made when they are first looked at and kept by the hash of what they show. */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GeodriftError } from "@geodrift/core/errors";
import PQueue from "p-queue";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import type { Library } from "./library.js";
import { checkedPictureFile } from "./paths.js";

/** Most pixels of the longer side, by name. */
export const thumbnailSizes = { small: 240, large: 1280 } as const;
/** A size by name. */
export type ThumbnailSize = keyof typeof thumbnailSizes;

/** Decoding is what the machine is for, but not all of it. */
const making = new PQueue({ concurrency: 2 });

let temporary = 0;

/**
 * A picture as WebP whose longer side has at most so many pixels, turned as EXIF says, without any metadata.
 * @param id number of the picture
 * @param reader who reads its file; this thread if left out
 * @throws GeodriftError `not-found` or `file` if the picture is not there or cannot be read, `picture` if it cannot be
 * decoded
 */
export async function thumbnail(
  library: Library,
  id: number,
  size: ThumbnailSize,
  reader: PictureReader = readingHere,
): Promise<Uint8Array> {
  const { sha256 } = await library.store.pictures.get(id);
  if (sha256 === null) throw new GeodriftError("not-found", "the picture cannot be read");
  const folder = join(library.folder, "thumbnails", sha256.slice(0, 2));
  const small = join(folder, `${sha256}-${size}.webp`);
  const kept = await readFile(small).catch(() => undefined);
  if (kept) return kept;
  return making.add(async () => {
    const file = await checkedPictureFile(library, id);
    const { webp: bytes, sha256: shown } = await reader.do("shrink", file, thumbnailSizes[size]);
    // One that has changed since the scan is not kept under the hash of what it was.
    if (shown !== sha256) return bytes;
    // Without room to keep it, it is made again next time.
    try {
      await mkdir(folder, { recursive: true });
      const beside = `${small}.${process.pid}-${temporary++}`;
      await writeFile(beside, bytes);
      await rename(beside, small);
    } catch {}
    return bytes;
  });
}
