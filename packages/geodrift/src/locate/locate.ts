/** Pictures in, results out, in order: decoding runs ahead while the network works on the batch before. */

import { isMendable } from "@geodrift/core/errors";
import type { LoadedModel } from "../models/load.js";
import type { PictureMetadata } from "../pictures/metadata.js";
import type { Named } from "../pictures/picture-files.js";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import type { Preparation } from "../pictures/preparation.js";
import { locateBatch, type Read } from "./locate-batch.js";
import type { LocateOptions } from "./options.js";
import type { Located, LocateFailure } from "./result.js";
import { type Album, neighboursOf } from "./time-neighbours.js";

/** Images per network call: enough rows for the matrix products, few enough for a steady progress bar. */
export const batchSize = 8;

/**
 * Locates pictures. Yields one answer for each of `named`, in order; one that cannot be read or located yields its
 * sentence, and the others go on.
 * @param named paths of files, or what `pictureFiles` made of a command line
 * @param reader who reads the files; this thread if left out
 */
export async function* locate(
  named: readonly (string | Named)[],
  model: LoadedModel,
  options: LocateOptions,
  reader: PictureReader = readingHere,
): AsyncGenerator<Located | LocateFailure> {
  const items = named.map((n): Named => (typeof n === "string" ? { file: n } : n));
  const { preparation } = model.encoder;
  const album = options.timeNeighbours === undefined ? undefined : await readAlbum(items, reader);
  const neighbours = album && ((file: string) => neighboursOf(file, album, options.timeNeighbours ?? 0));
  const batchAt = (b: number) =>
    Promise.all(items.slice(b * batchSize, (b + 1) * batchSize).map((n) => readNamed(n, reader, preparation)));
  let ahead = batchAt(0);
  for (let b = 0; b * batchSize < items.length; b++) {
    const batch = await ahead;
    ahead = batchAt(b + 1);
    yield* locateBatch(batch, model, options, neighbours);
  }
}

/** Reads a picture for an encoder; never fails. */
export async function readNamed(named: Named, reader: PictureReader, preparation: Preparation): Promise<Read> {
  if ("error" in named) return { file: named.file, failure: named.error };
  try {
    return { file: named.file, picture: await reader.do("read", named.file, preparation) };
  } catch (e) {
    return { file: named.file, failure: e };
  }
}

/** Times and places of the pictures that can be read. */
async function readAlbum(items: readonly Named[], reader: PictureReader): Promise<Album> {
  const album = new Map<string, PictureMetadata & { sha256: string }>();
  for (const item of items) {
    if ("error" in item) continue;
    const said = await reader.do("describe", item.file).catch((e: unknown) => {
      // Told where it is read to be located.
      if (!isMendable(e)) throw e;
      return undefined;
    });
    if (said) album.set(item.file, { ...said.metadata, sha256: said.sha256 });
  }
  return album;
}
