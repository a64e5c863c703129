import { GeodriftError } from "@geodrift/core/errors";
import { type S3Object, S3Prefix } from "../../files/s3.js";
import { decodeText } from "../../files/text.js";
import { readMetadata } from "../../pictures/metadata.js";
import { isPictureFile, mayHoldPictures } from "../../pictures/picture-names.js";
import { mostBytes } from "../../pictures/read-picture.js";
import { mostSidecarBytes } from "../../pictures/sidecars.js";
import type { PictureSource, SourceItem } from "./source.js";

/** A picture's object, with that of its sidecar. */
interface Found extends S3Object {
  sidecar?: S3Object;
}

/** The pictures under a prefix, in the order of their keys' bytes; none is read. */
export async function* picturesUnder(prefix: S3Prefix): AsyncGenerator<Found> {
  // A sidecar's key comes behind its picture's, with others of the picture's whole name at most between them.
  let waiting: Found | undefined;
  for await (const { name, size } of prefix.objects()) {
    if (waiting && name === `${waiting.name}.xmp`) waiting.sidecar = { name, size };
    const folders = name.split("/");
    const isPicture = isPictureFile(folders.pop() ?? "") && folders.every(mayHoldPictures);
    if (waiting && (isPicture || !name.startsWith(`${waiting.name}.`))) {
      yield waiting;
      waiting = undefined;
    }
    if (isPicture) waiting = { name, size };
  }
  if (waiting) yield waiting;
}

/**
 * Pictures under a prefix in S3, at any depth, that say themselves where they were taken: in their files, or in a sidecar `photo.jpg.xmp`
 * beside them. Each is read once, when it is wanted, into memory.
 * @param url `s3://bucket/prefix`
 * @returns items in the order of their keys' bytes
 * @throws GeodriftError `option` as `S3Prefix.open`
 */
export function s3Source(url: string): PictureSource {
  const prefix = S3Prefix.open(url);
  return {
    name: url,
    columns: [],
    async *items(from = 0) {
      let at = 0;
      for await (const found of picturesUnder(prefix)) if (at++ >= from) yield await itemOf(prefix, found);
    },
  };
}

async function itemOf(prefix: S3Prefix, { name, size, sidecar }: Found): Promise<SourceItem> {
  const item: SourceItem = {
    id: name,
    async bytes(hold) {
      await hold?.take(size);
      const bytes = await prefix.read(name);
      if (!bytes) throw new GeodriftError("not-found", "the object is gone");
      return bytes;
    },
  };
  if (size > mostBytes)
    return { ...item, refused: `has ${size} bytes, where a picture's file has at most ${mostBytes}` };
  if (sidecar === undefined || sidecar.size > mostSidecarBytes) return item;
  const said = await prefix.read(sidecar.name);
  const sidecars = said ? [{ name: sidecar.name, text: decodeText(said) }] : [];
  const { place } = readMetadata(new Uint8Array(), { name, sidecars });
  return place ? { ...item, place } : item;
}
