/**
 * Known pictures past memory: their embeddings and places in a LanceDB table on disk, with an inverted file over product
 * quantizers (IVF-PQ; Jégou, Douze & Schmid 2011), which does not grow with the table in memory as graphs do.
 */

import { readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { toHalves } from "@geodrift/compile";
import { checkEnough, type NeighbourSearch, toVec3, unitRows } from "@geodrift/core";
import { asMendable, GeodriftError } from "@geodrift/core/errors";
import type { Table as LanceTable } from "@lancedb/lancedb";
import type { Table as ArrowTable, Data } from "apache-arrow";
import { lanceSettings } from "../runtime/lance-settings.js";

/** How the index is asked. */
export interface DiskSearch {
  /** Lists of the inverted file that are looked into. */
  probes: number;
  /** So many times as many as are wanted are compared by their own embeddings, after their codes. */
  refine: number;
}

/** A row that is found. */
interface Found {
  /** Its number in the table, from 0 on. */
  row: number;
  /** Unit vector. */
  place: readonly number[];
}

/** Name of the table in a model's folder, where LanceDB adds `.lance`. */
const tableName = "places";

/** The file in a model's folder that says what its index is made of. */
export const indexSource = "index.json";

/** Embeddings are kept so many numbers wide at a time: as a code has a byte for every eight. */
const perByte = 8;

/** Lists and codes that are kept in memory once they were read, bytes; LanceDB's own limit is 6 GiB. */
const cacheBytes = 512n * 2n ** 20n;

/** More than any index has. */
const mostLists = 65_536;

/** Most rows that the lists' centres are learned from, and the rounds of it. */
const [mostLearned, rounds] = [262_144, 20];

/** A table of known pictures on disk. */
export interface DiskIndex {
  /** Rows that are in it. */
  count(): Promise<number>;
  /**
   * Puts rows behind those that are there: all of them or, where the process dies, none.
   * @param embeddings of any length, [n, width]
   * @param places degrees, [n]
   */
  append(embeddings: Float32Array, places: readonly { lat: number; lng: number }[]): Promise<void>;
  /**
   * Makes the inverted file anew, unless it is there with so many lists, over all rows.
   * @returns bytes of a row's code
   */
  sort(lists: number): Promise<number>;
  /**
   * The nearest rows by cosine, nearest first, for each of the embeddings that are asked.
   * @param asked of any length, [images, width]
   * @returns [images, count], or fewer where that many have a direction
   */
  nearest(asked: Float32Array, count: number, how: DiskSearch): Promise<Found[][]>;
  /** Lets go of the table. */
  close(): void;
}

/** LanceDB and the Arrow that it uses itself. */
async function lance() {
  lanceSettings();
  try {
    const { connect, Index, Session } = await import("@lancedb/lancedb");
    // Of the same copy as LanceDB's own: it converts what another makes, not always into what it was.
    const arrow = createRequire(import.meta.url)("apache-arrow") as typeof import("apache-arrow");
    return { connect, Index, Session, arrow };
  } catch (e) {
    if (!/MODULE_NOT_FOUND$/.test((e as NodeJS.ErrnoException).code ?? "")) throw e;
    throw new GeodriftError(
      "model",
      'an index on disk takes LanceDB, which does not come along, as few need its half gigabyte: "npm install --ignore-scripts @lancedb/lancedb@0.31.0 apache-arrow@18.1.0" beside geodrift fetches it',
    );
  }
}

/**
 * Opens the table of known pictures in a folder.
 * @param width numbers of an embedding
 * @param make whether an empty one is made where there is none
 * @throws GeodriftError `model` if LanceDB is not installed, or there is no table, or it cannot be read; as its calls do, and `disk` where
 * they write
 */
export async function openDiskIndex(folder: string, width: number, make = false): Promise<DiskIndex> {
  const { connect, Index, Session, arrow } = await lance();
  const padded = perByte * Math.ceil(width / perByte);
  const half = new arrow.FixedSizeList(padded, new arrow.Field("item", new arrow.Float16(), false));
  const schema = new arrow.Schema([
    new arrow.Field("row", new arrow.Uint32(), false),
    new arrow.Field("lat", new arrow.Float64(), false),
    new arrow.Field("lng", new arrow.Float64(), false),
    new arrow.Field("embedding", half, false),
  ]);
  const place = join(folder, `${tableName}.lance`);
  // A relative name might be that of a service.
  const database = await connect(resolve(folder), {}, new Session(cacheBytes, cacheBytes)).catch(damaged(place));
  const open = async (): Promise<LanceTable> => {
    const isBegun = await hasVersions(place);
    if (isBegun) return database.openTable(tableName).catch(damaged(place));
    if (!make) throw new GeodriftError("model", `${place}: is missing, which holds the known pictures`);
    // Whoever made it was stopped before it was one.
    await rm(place, { recursive: true, force: true });
    return database.createEmptyTable(tableName, schema).catch(unwritten(place));
  };
  const table = await open();
  return {
    count: () => table.countRows().catch(damaged(place)),
    async append(embeddings, places) {
      const from = await table.countRows();
      const n = places.length;
      const columns: Data[] = [
        arrow.makeData({ type: new arrow.Uint32(), data: Uint32Array.from({ length: n }, (_, i) => from + i) }),
        arrow.makeData({ type: new arrow.Float64(), data: Float64Array.from(places, ({ lat }) => lat) }),
        arrow.makeData({ type: new arrow.Float64(), data: Float64Array.from(places, ({ lng }) => lng) }),
        arrow.makeData({
          type: half,
          length: n,
          nullCount: 0,
          child: arrow.makeData({ type: new arrow.Float16(), data: toHalves(paddedRows(embeddings, width, padded)) }),
        }),
      ];
      const struct = arrow.makeData({
        type: new arrow.Struct(schema.fields),
        length: n,
        nullCount: 0,
        children: columns,
      });
      const batch = new arrow.RecordBatch(schema, struct as Data<never>);
      const rows = new arrow.Table(schema, [batch]) as ArrowTable as Parameters<LanceTable["add"]>[0];
      await table.add(rows).catch(unwritten(place));
    },
    async sort(lists) {
      const name = `embedding_${lists}`;
      const there = (await table.listIndices()).map((index) => index.name);
      // Of two on the same column either may be asked.
      for (const other of there) if (other !== name) await table.dropIndex(other);
      const stats = there.includes(name) ? await table.indexStats(name) : undefined;
      if (stats?.numIndexedRows !== (await table.countRows())) {
        const config = Index.ivfPq({
          numPartitions: lists,
          numSubVectors: padded / perByte,
          distanceType: "cosine",
          maxIterations: rounds,
          sampleRate: Math.max(16, Math.min(256, Math.floor(mostLearned / lists))),
        });
        await table.createIndex("embedding", { config, name, replace: true }).catch(unwritten(place));
      }
      return padded / perByte;
    },
    async nearest(asked, count, { probes, refine }) {
      const rows = paddedRows(asked, width, padded);
      const nearestTo = (i: number, most: number) =>
        table
          .query()
          .nearestTo(rows.subarray(i * padded, (i + 1) * padded))
          .distanceType("cosine")
          .nprobes(probes)
          .maximumNprobes(most)
          .refineFactor(refine)
          .limit(count)
          .select(["row", "lat", "lng", "_distance"])
          .toArray();
      const all = await Promise.all(Array.from({ length: asked.length / width }, (_, i) => nearestTo(i, probes))).catch(
        damaged(place),
      );
      // Where these lists hold too few, further ones are looked into; allowed always, they always would be. One after another, as many
      // at once have waited for each other forever.
      for (const [i, found] of all.entries())
        if (found.length < count) all[i] = await nearestTo(i, mostLists).catch(damaged(place));
      return all.map((found) => found.map(({ row, lat, lng }): Found => ({ row, place: toVec3({ lat, lng }) })));
    },
    close: () => table.close(),
  };
}

/** Has a table a version, so that it can be opened? One that is being written has another name. */
const hasVersions = async (place: string): Promise<boolean> =>
  (await readdir(join(place, "_versions")).catch(() => [])).some((name) => name.endsWith(".manifest"));

/** What LanceDB says, without where in its own source. */
const told = (said: string): string => said.split("\n")[0].replace(/, \/?[\w/.-]*\.rs:\d+.*$/, "");
/** Throws what an index cannot be read for. */
const damaged = (place: string) => asMendable("model", (said) => `${place}: cannot be read (${told(said)})`);
/** Throws what an index cannot be written for. */
const unwritten = (place: string) =>
  asMendable("disk", (said) =>
    /No space left|os error 28/.test(said)
      ? `${place}: the disk is full`
      : `${place}: cannot be written (${told(said)})`,
  );

/** Rows scaled to length one, with zeros behind them, which change no cosine. */
function paddedRows(x: Float32Array, width: number, padded: number): Float32Array {
  const unit = unitRows(x, width);
  if (padded === width) return unit;
  const out = new Float32Array((unit.length / width) * padded);
  for (let i = 0; i * width < unit.length; i++) out.set(unit.subarray(i * width, (i + 1) * width), i * padded);
  return out;
}

/**
 * The search in a folder's index on disk.
 * @throws GeodriftError as `openDiskIndex`; `model` for an index with fewer pictures than neighbours
 */
export async function diskSearch(
  folder: string,
  width: number,
  neighbours: number,
  how: DiskSearch,
): Promise<NeighbourSearch> {
  const index = await openDiskIndex(folder, width);
  checkEnough(await index.count(), neighbours);
  return {
    width,
    neighbours,
    async nearest(asked) {
      const found = await index.nearest(asked, neighbours, how);
      // Embeddings of zeros alone have no direction, and are near nothing.
      const few = found.find((rows) => rows.length < neighbours);
      if (few)
        throw new GeodriftError("model", `${folder}: the index finds ${few.length} pictures, ${neighbours} are needed`);
      return Float64Array.from(found.flat().flatMap(({ place }) => place));
    },
    dispose: async () => index.close(),
  };
}
