/** From a table of embeddings to a model that retrieves: in memory below a million pictures, from an index on disk beyond. */
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { GeodriftError } from "@geodrift/core/errors";
import { z } from "zod";
import { openEmbeddings } from "../embed/embeddings-file.js";
import { readPlacesOf } from "../embed/read-embeddings.js";
import { sha256Of, sha256OfFile } from "../files/hash.js";
import { readJsonFile, writeJsonFile } from "../files/json-file.js";
import { versions } from "../files/versions.js";
import { indexSource, openDiskIndex } from "../models/disk-index.js";
import { copyEncoder } from "../models/encoders.js";
import { familiarityFile, familiarityTensors } from "../models/familiarity.js";
import { saveTensors } from "../models/tensor-file.js";
import { readSplit } from "../split/split-file.js";
import { type FoundShare, fillIndex, type IndexedRows, triedSearches, trueNeighbours } from "./fill-index.js";
import { fitFamiliarity } from "./fit-familiarity.js";
import { trainLocator } from "./locator-stage.js";
import { encoderOfTable, preparePhotos, tellsItself } from "./photos.js";
import type { TrainingContext } from "./run-training.js";

/** How a table becomes a model that retrieves. */
export interface IndexOptions {
  /** Nearest pictures that samples are taken from. */
  neighbours: number;
  /** A split of the table, of which the part `train` is indexed; by the rest it is judged what an index on disk finds. */
  split?: string;
  /** Lists of an index on disk; by default there is one from a million pictures on, with √n lists. */
  lists?: number;
  /** Share of the true neighbours that an index on disk is to find, 0 … 1. */
  recall: number;
}

/** What an index is made of: wherever it lies, and whatever it is called. */
const sourceOfIndex = z.strictObject({
  kind: z.enum(["memory", "disk"]),
  /** Hash of the table. */
  sha256: z.string(),
  /** Hash of which of its rows are indexed, where not all are. */
  part: z.string().optional(),
  rows: z.int(),
  width: z.int(),
});

type IndexSource = z.infer<typeof sourceOfIndex>;

/** What is written of an index on disk beside it. */
export interface IndexManifest extends IndexSource {
  /** The table and the split as they were named. */
  table: string;
  split?: string;
  /** Lists of the inverted file. */
  lists: number;
  /** What a picture takes in the lists, bytes. */
  bytesPerCode: number;
  /** Nearest pictures of which it was counted how many are found. */
  neighbours: number;
  /** Pictures that were looked for, and whether they are others than those in the index; those in it did not count as found. */
  queries: { pictures: number; heldOut: boolean };
  /** What was tried, until enough was found, or hardly more was. */
  tried: FoundShare[];
  /** The best of it, which is what the model does. */
  search: FoundShare;
  /** Versions of the program and of what it computes with. */
  versions: string;
}

/** Fewer do not tell what codes to choose: each of their bytes stands for one of so many. */
const leastOnDisk = 256;
/** Pictures of a list, at the least, so that several are worth their search. */
const leastPerList = 16;
/** Pictures in memory at most, where nothing else is asked for. */
const mostInMemory = 1_000_000;

/**
 * Makes a folder that `locate --model` opens: the nearest of a table's pictures, found exactly in memory, or through an index on
 * disk whose share of the true neighbours is measured. On disk it goes on after any stop.
 * @param out the folder
 * @returns the manifest of an index on disk; undefined where the pictures are searched in memory
 * @throws GeodriftError `data` if the table, the split or the encoder does not fit, or `out` holds something else; `model` if
 * LanceDB is needed and not installed
 */
export async function indexTable(
  file: string,
  out: string,
  options: IndexOptions,
  context: TrainingContext,
): Promise<IndexManifest | undefined> {
  const { split, neighbours, lists } = options;
  const about = await openEmbeddings(file);
  const parts = split === undefined ? undefined : await readSplit(split, (await readPlacesOf(about)).ids);
  const rows: IndexedRows = { about, isIndexed: (row) => !parts || parts[row] === "train" };
  const count = parts ? parts.filter((part) => part === "train").length : about.length;
  if (count <= neighbours)
    throw new GeodriftError("data", `${file}: more than ${neighbours} pictures are needed, got ${count}`);
  const isInMemory = lists === undefined && count < mostInMemory;
  const least = isInMemory ? 0 : Math.max(leastOnDisk, leastPerList * (lists ?? 0));
  if (count < least)
    throw new GeodriftError("data", `${file}: such an index on disk takes ${least} pictures or more, got ${count}`);
  const source: IndexSource = {
    kind: isInMemory ? "memory" : "disk",
    sha256: await sha256OfFile(file),
    ...(parts && { part: sha256Of(Buffer.from(parts.join())) }),
    rows: count,
    width: about.width,
  };
  await begin(out, source);
  const described = { description: `the nearest of ${count} pictures of ${about.source}`, licence: "not stated" };
  if (isInMemory) {
    const [folder, name] = [dirname(resolve(out)), basename(resolve(out))];
    const locator = { kind: "retrieval" as const, name, neighbours };
    const config = {
      kind: "photos" as const,
      purpose: "an index",
      ...described,
      checkpointEvery: 1,
      locators: [locator],
    };
    const setting = await preparePhotos({ ...config, out: folder, embeddings: file, split }, context);
    await trainLocator(locator, setting, { ...context, report: () => {} });
    return undefined;
  }
  const asked = { ...options, lists: lists ?? Math.round(Math.sqrt(count)) };
  return indexOnDisk(rows, out, asked, { source, described, named: { table: file, ...(split && { split }) } }, context);
}

/**
 * What an index goes on from is of the same table.
 * @throws GeodriftError `data` if something else is in the place
 */
async function begin(out: string, source: IndexSource): Promise<void> {
  await mkdir(out, { recursive: true });
  const file = join(out, indexSource);
  const isSame = existsSync(file)
    ? isDeepStrictEqual(await readJsonFile(file, sourceOfIndex), source)
    : (await readdir(out)).every((name) => name.startsWith(`${indexSource}.`));
  if (!isSame) throw new GeodriftError("data", `${out}: holds something else; move it away, or name another folder`);
  await writeJsonFile(file, source);
}

async function indexOnDisk(
  rows: IndexedRows,
  out: string,
  { neighbours, lists, recall }: IndexOptions & { lists: number },
  {
    source,
    described,
    named,
  }: {
    source: IndexSource;
    described: Record<string, string>;
    named: Pick<IndexManifest, "table" | "split">;
  },
  { runtime, report }: TrainingContext,
): Promise<IndexManifest> {
  const { width, encoder: maker } = rows.about;
  const encoder = await encoderOfTable(rows.about);
  const index = await openDiskIndex(out, width, true);
  try {
    const { queries, familiar } = await fillIndex(index, rows, source.rows, report);
    report(`${out}: sorting ${source.rows} pictures into ${lists} lists`);
    const bytesPerCode = await index.sort(lists);
    const truth = await trueNeighbours(rows, queries, neighbours, runtime);
    const tried: FoundShare[] = [];
    for await (const one of triedSearches(index, queries, truth, { neighbours, lists })) {
      const percent = (100 * one.recall).toFixed(1);
      report(
        `${one.probes} lists, ${one.refine} × ${neighbours} compared: ${percent} % found, ${one.perSecond} a second`,
      );
      tried.push(one);
      if (one.recall >= recall) break;
    }
    const search = tried.reduce((best, one) => (one.recall > best.recall ? one : best));
    const familiarity = tellsItself(maker.config) ? undefined : fitFamiliarity({ width, embeddings: familiar });
    if (familiarity)
      await saveTensors(join(out, familiarityFile), {
        tensors: familiarityTensors({ ...familiarity, pictures: source.rows }),
        metadata: { data: source.sha256 },
      });
    const pictures = queries.embeddings.length / width;
    const manifest: IndexManifest = {
      ...{ ...named, ...source },
      ...{ lists, bytesPerCode, neighbours, tried, search, queries: { pictures, heldOut: queries.heldOut } },
      versions: await versions(),
    };
    await writeJsonFile(join(out, "manifest.json"), manifest);
    await writeJsonFile(join(out, "config.json"), { cond_dim: width });
    const method = { method: "retrieval", neighbours, disk: { probes: search.probes, refine: search.refine } };
    // Last, as by this the folder is a model.
    await writeJsonFile(join(out, "model.json"), {
      ...{ name: basename(resolve(out)), ...described, ...method, encoder: await copyEncoder(encoder, out) },
    });
    return manifest;
  } finally {
    index.close();
  }
}
