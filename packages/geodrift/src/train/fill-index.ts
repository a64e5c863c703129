/** Rows of a table into an index on disk, and how many of the true neighbours it finds. */
import type { Runtime } from "@geodrift/compile";
import { exactNeighbours } from "@geodrift/core";
import { GeodriftError } from "@geodrift/core/errors";
import type { EmbeddedRow, EmbeddingsFile } from "../embed/embeddings-file.js";
import type { DiskIndex, DiskSearch } from "../models/disk-index.js";

/** A table, and which of its rows are indexed. */
export interface IndexedRows {
  about: EmbeddingsFile;
  /** @param row number in the table */
  isIndexed(row: number): boolean;
}

/** Pictures that are looked for. */
export interface Queries {
  /** [pictures, width]. */
  embeddings: Float32Array;
  /** Are they others than those in the index? */
  heldOut: boolean;
  /** Rows of the index that they are; empty for others. */
  own: number[];
}

/** How many of the true neighbours a search finds. */
export interface FoundShare extends DiskSearch {
  /** Mean share of the true neighbours among those that are found. */
  recall: number;
  /** Pictures a second on all cores, several asked at once. */
  perSecond: number;
}

/** Pictures that are looked for at most; of each k-th row one. */
const mostQueries = 1000;
/** Pictures at most by which those that are unlike them are told. */
const mostFamiliar = 20_000;
/** Numbers of embeddings that are put in at once: an eighth of what is there, between these, so that there are few pieces, and a stop costs little. */
const [leastNumbers, mostNumbers] = [2 ** 18, 2 ** 24];
/** Pictures that are looked for at once. */
const atOnce = 64;

/**
 * Puts the rows of a table into an index that they are not in yet.
 * @param count indexed rows of the table
 * @returns pictures to look for, and embeddings of up to 20,000 of those in the index, [n, width]
 * @throws GeodriftError `data` if the index holds more, or an embedding is zeros alone
 */
export async function fillIndex(
  index: DiskIndex,
  rows: IndexedRows,
  count: number,
  report: (line: string) => void,
): Promise<{ queries: Queries; familiar: Float32Array }> {
  const { about } = rows;
  const before = await index.count();
  if (before > count)
    throw new GeodriftError("data", `the index holds ${before} pictures, and ${about.file} has ${count} for it`);
  const heldOut = about.length > count;
  const everyQuery = Math.ceil((heldOut ? about.length - count : count) / mostQueries);
  const everyFamiliar = Math.ceil(count / mostFamiliar);
  const queries: Queries & { rows: Float32Array[] } = { embeddings: new Float32Array(), heldOut, own: [], rows: [] };
  const familiar: Float32Array[] = [];
  let [table, indexed, others, shown] = [0, 0, 0, performance.now()];
  let [there, piece] = [before, [] as EmbeddedRow[]];
  const put = async () => {
    await index.append(
      flatOf(
        piece.map((r) => r.embedding),
        about.width,
      ),
      piece,
    );
    there += piece.length;
    piece = [];
    if (performance.now() - shown < 10_000) return;
    shown = performance.now();
    report(`${there} of ${count} pictures are in the index`);
  };
  for await (const group of about.rows())
    for (const row of group) {
      if (row.embedding.every((x) => x === 0))
        throw new GeodriftError("data", `${about.file}: row ${table + 1} is zeros alone, which no picture is near to`);
      if (!rows.isIndexed(table++)) {
        if (others++ % everyQuery === 0) queries.rows.push(row.embedding);
        continue;
      }
      if (!heldOut && indexed % everyQuery === 0) {
        queries.rows.push(row.embedding);
        queries.own.push(indexed);
      }
      if (indexed % everyFamiliar === 0) familiar.push(row.embedding);
      if (indexed++ < before) continue;
      piece.push(row);
      const numbers = Math.min(mostNumbers, Math.max(leastNumbers, (there * about.width) / 8));
      if (piece.length * about.width >= numbers) await put();
    }
  if (piece.length > 0) await put();
  const { rows: asked, ...rest } = queries;
  return { queries: { ...rest, embeddings: flatOf(asked, about.width) }, familiar: flatOf(familiar, about.width) };
}

const flatOf = (rows: readonly Float32Array[], width: number): Float32Array => {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(row, i * width);
  });
  return out;
};

/**
 * The rows of the index that are truly the nearest, by comparing all; a picture is no neighbour of its own.
 * @returns of every query
 */
export async function trueNeighbours(
  { about, isIndexed }: IndexedRows,
  { embeddings, own }: Queries,
  neighbours: number,
  runtime: Runtime,
): Promise<Set<number>[]> {
  async function* indexed() {
    let row = 0;
    for await (const group of about.rows())
      yield flatOf(
        group.filter(() => isIndexed(row++)).map((r) => r.embedding),
        about.width,
      );
  }
  const most = neighbours + (own.length > 0 ? 1 : 0);
  const found = await exactNeighbours(embeddings, indexed(), about.width, most, { runtime });
  return Array.from({ length: embeddings.length / about.width }, (_, i) =>
    others(Array.from(found.subarray(i * most, (i + 1) * most)), own[i], neighbours),
  );
}

/** Rows without one's own, so many at most. */
const others = (rows: readonly number[], own: number | undefined, most: number): Set<number> =>
  new Set(rows.filter((row) => row !== own).slice(0, most));

/**
 * Searches that find more and more: further lists, until hardly more is found, then more pictures that are compared by their own
 * embeddings.
 */
export async function* triedSearches(
  index: DiskIndex,
  queries: Queries,
  truth: readonly Set<number>[],
  { neighbours, lists }: { neighbours: number; lists: number },
): AsyncGenerator<FoundShare> {
  let [probes, before] = [1, 0];
  for (const refine of [10, 40]) {
    for (let going = true; going; ) {
      const found = await foundShare(index, queries, truth, neighbours, { probes, refine });
      yield found;
      going = probes < lists && found.recall - before > 0.002;
      before = found.recall;
      if (going) probes = Math.min(lists, 2 * probes);
    }
  }
}

async function foundShare(
  index: DiskIndex,
  { embeddings, own }: Queries,
  truth: readonly Set<number>[],
  neighbours: number,
  how: DiskSearch,
): Promise<FoundShare> {
  const width = embeddings.length / truth.length;
  let hits = 0;
  const began = performance.now();
  for (let from = 0; from < truth.length; from += atOnce) {
    const asked = embeddings.subarray(from * width, (from + atOnce) * width);
    const found = await index.nearest(asked, neighbours + (own.length > 0 ? 1 : 0), how);
    found.forEach((rows, i) => {
      const near = others(
        rows.map(({ row }) => row),
        own[from + i],
        neighbours,
      );
      for (const row of near) if (truth[from + i].has(row)) hits++;
    });
  }
  const seconds = (performance.now() - began) / 1000;
  return {
    ...how,
    recall: Number((hits / (neighbours * truth.length)).toFixed(4)),
    perSecond: Math.round(truth.length / seconds),
  };
}
