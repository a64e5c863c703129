/** A dataset as models see it: embeddings, and what is true. Made once for all models that share an encoder. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type LatLng, toLatLng, toVec3, vectorAt } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import { areasOf } from "../datasets/areas.js";
import { readEmbeddings, vectorsOf } from "../embed/read-embeddings.js";
import type { Encoder } from "../encode/encoder.js";
import type { RowRange } from "../files/open-parquet.js";
import type { ModelDescription } from "../models/schema.js";
import type { AreaLabels, Dataset, Example } from "../pictures/dataset.js";
import type { Part } from "../split/split.js";

/** Located pictures as embeddings. */
export interface EmbeddedDataset {
  name: string;
  /** Changes when the data do. */
  fingerprint: string;
  /** Numbers of an embedding. */
  width: number;
  /** Embeddings, [n, width]. */
  embeddings: Float32Array;
  /** True places as unit vectors, [n, 3]. */
  truths: Float64Array;
  /** Names of the examples, [n]. */
  ids: string[];
  /** Areas of the true places, [n], where the dataset names them. */
  areas?: AreaLabels[];
}

/** A split's file, and the parts of it that are taken. */
export interface PartOfTable {
  file: string;
  parts: readonly Part[];
}

const batchSize = 64;

/**
 * Examples of a dataset.
 * @param most from the start, all of them if left out
 * @throws GeodriftError `data` if it is without end, and no number is given
 */
export function countOf({ name, length }: Dataset, most = Number.POSITIVE_INFINITY): number {
  const count = Math.min(length, most);
  if (Number.isFinite(count)) return count;
  throw new GeodriftError("data", `${name}: is without end; say how many examples to take`);
}

/**
 * Embeds the pictures of a dataset, 64 at a time.
 * @param options `most`: examples from the start, all of them if left out; `from`: those before it are left out; `onExample` is called
 * for each
 * @throws GeodriftError `data` if the dataset is empty, or without end and no number is given
 */
export async function embedDataset(
  dataset: Dataset,
  encoder: Encoder,
  { most, from = 0, onExample }: { most?: number; from?: number; onExample?: () => void } = {},
): Promise<EmbeddedDataset> {
  const to = countOf(dataset, most);
  const count = Math.max(0, to - from);
  const { width } = encoder;
  const embeddings = new Float32Array(count * width);
  const truths = new Float64Array(3 * count);
  const ids: string[] = [];
  const areas: (AreaLabels | undefined)[] = [];
  const embed = async (batch: readonly Example[]) => {
    embeddings.set(await encoder.encode(batch.map((e) => e.picture)), ids.length * width);
    for (const { id, place, areas: labels } of batch) {
      truths.set(toVec3(place), 3 * ids.length);
      ids.push(id);
      areas.push(labels);
      onExample?.();
    }
  };
  let batch: Example[] = [];
  for await (const example of dataset.examples(from, to)) {
    batch.push(example);
    if (batch.length < batchSize) continue;
    await embed(batch);
    batch = [];
  }
  if (batch.length > 0) await embed(batch);
  const n = ids.length;
  if (n === 0) throw new GeodriftError("data", `${dataset.name}: holds no examples`);
  return {
    name: dataset.name,
    fingerprint: dataset.fingerprint,
    width,
    embeddings: embeddings.subarray(0, n * width),
    truths: truths.subarray(0, 3 * n),
    ids,
    ...(areas.some((a) => a) && { areas: areas.map((a) => a ?? {}) }),
  };
}

/**
 * Reads a table of embeddings, or the part of it that a split's file gives.
 * @param file a table that `geodrift embed` has made
 * @param encoder that of the model
 * @param options the split and its parts, how many rows to take from the start, all if left out, and which of those, by from … to − 1
 * @returns with the number of rows that there are, whichever of them are taken
 * @throws GeodriftError `data` if the table was not made by the encoder of the model, as far as it says; and as
 * `readEmbeddings` does
 */
export async function embeddedTable(
  file: string,
  encoder: { sha256: string },
  description: ModelDescription,
  { split, most, within }: { split?: PartOfTable; most?: number; within?: RowRange } = {},
): Promise<EmbeddedDataset & { count: number }> {
  const [from, end] = [
    within?.from ?? 0,
    Math.min(within?.to ?? Number.POSITIVE_INFINITY, most ?? Number.POSITIVE_INFINITY),
  ];
  const { about, ids, places, labels, embeddings } = await readEmbeddings(file, split, { from, to: end });
  const { sha256, config, name } = about.encoder;
  const same = sha256 === undefined ? isDeepStrictEqual(config, description.encoder) : sha256 === encoder.sha256;
  if (!same)
    throw new GeodriftError("data", `${file}: was embedded by ${name}, the encoder of ${description.name} is another`);
  const count = Math.min(most ?? ids.length, ids.length);
  const to = Math.min(end, count);
  const known = areasOf(about.columns);
  return {
    name: file,
    fingerprint: createHash("sha256")
      .update(JSON.stringify([about.encoder, ids, places]))
      .digest("hex"),
    width: about.width,
    count,
    embeddings,
    truths: vectorsOf(places.slice(from, to)),
    ids: ids.slice(from, to),
    ...(known && { areas: labels.slice(from, to).map(known) }),
  };
}

/** The embedding of example `i`, [width]; not a copy. */
export const embeddingOf = ({ embeddings, width }: EmbeddedDataset, i: number): Float32Array =>
  embeddings.subarray(i * width, (i + 1) * width);

/** Examples `from` … `to − 1`; not a copy. */
export const rowsOf = (data: EmbeddedDataset, from: number, to: number): EmbeddedDataset => ({
  ...data,
  embeddings: data.embeddings.subarray(from * data.width, to * data.width),
  truths: data.truths.subarray(3 * from, 3 * to),
  ids: data.ids.slice(from, to),
  ...(data.areas && { areas: data.areas.slice(from, to) }),
});

/** The true place of example `i`, degrees. */
export const truthOf = ({ truths }: EmbeddedDataset, i: number): LatLng => toLatLng(vectorAt(truths, i));
