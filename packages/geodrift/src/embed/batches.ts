/** The items of a source, embedded: batch by batch, each the same whatever was done before it, and wherever. */
import { createHash } from "node:crypto";
import type { LatLng } from "@geodrift/core";
import { failureOf, type GeodriftError, isMendable } from "@geodrift/core/errors";
import type { PictureSource, SourceItem } from "../datasets/sources/source.js";
import type { Encoder } from "../encode/encoder.js";
import { type FileHold, holding } from "../pictures/memory-budget.js";
import type { Picture } from "../pictures/picture.js";
import type { PictureReader } from "../pictures/picture-tasks.js";
import type { EmbeddedRow } from "./embeddings-file.js";

/** Pictures that are read and decoded ahead of the encoder. */
const ahead = 16;
/**
 * Items that are embedded at once. What a picture is embedded beside decides the last digits of its numbers: items 0 to 31 of a
 * source are one batch, 32 to 63 the next, whatever of them are pictures, and so one machine and fifty make the same of them.
 */
export const batchItems = 32;

/** An item on its way: read, decoded, or refused. */
interface Ready {
  item: SourceItem;
  place?: LatLng;
  sha256: string;
  picture?: Picture;
  refused?: string;
  /** Thrown, and nobody's but the program's own. */
  mistake?: unknown;
  /** Whoever reads does so no more: not the picture's doing. */
  stopped?: GeodriftError;
}

/** What became of an item: a row, or a reason, in words. */
export type Outcome = { id: string; mistake?: unknown } & ({ row: EmbeddedRow } | { reason: string });

/** A batch of items: what became of each, in order. */
export interface EmbeddedBatch {
  outcomes: Outcome[];
  /** Items of the source so far, and a chain of hashes of the ids of those from the first on. */
  consumed: number;
  chain: string;
}

/** Which items, by their number in the source: those from `consumed` on; no multiple of `batchItems` only where there are no more. */
export interface Range {
  consumed: number;
  /** The chain over those before. */
  chain: string;
  /** Are those before passed over, where whatever has changed is seen by others? Otherwise they are compared with their chain. */
  unseen?: boolean;
  /** The first one that is not wanted; all to the end if left out. */
  until?: number;
  /** Is there to be nothing from `until` on? */
  last?: boolean;
}

/**
 * Embeds the items of a source in order, a few read and decoded ahead.
 * @param encoder absent where the source's embeddings lie ready
 * @param width of the embeddings
 * @param changed what is thrown if the items before the range are not those of its chain, or items follow where there were none
 * @throws GeodriftError `stopped` if the reader reads no more; and as the source does
 */
export async function* embeddedBatches(
  source: PictureSource,
  encoder: Encoder | undefined,
  width: number,
  reader: PictureReader,
  range: Range,
  changed: () => GeodriftError,
): AsyncGenerator<EmbeddedBatch> {
  let { consumed, chain } = range;
  let batch: Ready[] = [];
  const embedded = async (): Promise<EmbeddedBatch> => {
    const pictures = batch.flatMap(({ picture }) => (picture ? [picture] : []));
    const embeddings = encoder && pictures.length > 0 ? await encoder.encode(pictures) : new Float32Array(0);
    let at = 0;
    const outcomes = batch.map(({ item, place, sha256, picture, refused, mistake }): Outcome => {
      const { id } = item;
      const named = { id, ...(mistake !== undefined && { mistake }) };
      if (refused !== undefined) return { ...named, reason: refused };
      const { lat, lng } = place as LatLng;
      const embedding = picture ? embeddings.slice(at, at + width) : (item.embedding as Float32Array);
      if (picture) at += width;
      return { ...named, row: { id, lat, lng, sha256, labels: item.labels ?? [], embedding } };
    });
    batch = [];
    return { outcomes, consumed, chain };
  };
  for await (const ready of prepared(source, encoder, width, reader, range, changed)) {
    if (ready.stopped) throw ready.stopped;
    consumed++;
    chain = chained(chain, ready.item.id);
    batch.push(ready);
    if (consumed % batchItems === 0) yield await embedded();
  }
  if (batch.length > 0) yield await embedded();
}

/** A chain of hashes over ids, one more of them. */
export const chained = (chain: string, id: string): string =>
  createHash("sha256").update(chain).update(id).digest("base64url");

/**
 * The items behind those that are done, read and decoded a few ahead of whoever takes them, in order.
 * @throws what `changed` says if those before are not what the source begins with
 */
async function* prepared(
  source: PictureSource,
  encoder: Encoder | undefined,
  width: number,
  reader: PictureReader,
  done: Range,
  changed: () => GeodriftError,
): AsyncGenerator<Ready> {
  const queue: Promise<Ready>[] = [];
  let [seen, chain] = done.unseen ? [done.consumed, done.chain] : [0, ""];
  for await (const item of source.items(seen)) {
    if (seen < done.consumed) {
      chain = chained(chain, item.id);
      if (++seen === done.consumed && chain !== done.chain) throw changed();
      continue;
    }
    // Behind the end of what was: other batches would come of it than of the whole.
    if (seen === done.consumed && seen % batchItems !== 0) throw changed();
    if (seen++ === done.until) {
      if (done.last) throw changed();
      break;
    }
    queue.push(holding((hold) => prepare(item, encoder, width, reader, hold)));
    if (queue.length >= ahead) yield queue.shift() as Promise<Ready>;
  }
  if (seen < done.consumed) throw changed();
  yield* queue;
}

/** Never fails: what goes wrong is the reason of a refusal. */
async function prepare(
  item: SourceItem,
  encoder: Encoder | undefined,
  width: number,
  reader: PictureReader,
  hold: FileHold,
): Promise<Ready> {
  const refuse = (refused: string): Ready => ({ item, sha256: "", refused });
  if (item.refused !== undefined) return refuse(item.refused);
  if (item.embedding) {
    if (item.embedding.length !== width)
      return refuse(`its embedding has ${item.embedding.length} numbers, not ${width}`);
    if (!item.embedding.every(Number.isFinite)) return refuse("its embedding holds something that is not a number");
    return item.place ? { item, place: item.place, sha256: "" } : refuse("has no place");
  }
  if (!(item.file ?? item.bytes) || !encoder) return refuse("has no picture");
  try {
    const origin = item.file ?? (await item.bytes?.(hold)) ?? new Uint8Array();
    const placed = await reader.do("placed", origin, encoder.preparation, item.place);
    return placed ? { item, ...placed } : refuse("has no place in its metadata");
  } catch (e) {
    const refused = refuse(failureOf(e).error);
    if (!isMendable(e)) return { ...refused, mistake: e };
    return e.code === "stopped" ? { ...refused, stopped: e } : refused;
  }
}
