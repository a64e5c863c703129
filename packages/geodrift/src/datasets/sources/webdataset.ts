import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asMendable } from "@geodrift/core/errors";
import { extract } from "tar-stream";
import { parseNpy } from "../../files/npy.js";
import { parsePythonJson } from "../../files/python-json.js";
import { cannotRead } from "../../files/system-error.js";
import { endings } from "../../pictures/picture-names.js";
import { placeOrRefusal } from "../../pictures/recorded-place.js";
import type { PictureSource, ReadyOptions, SourceItem } from "./source.js";

/** Everything up to the first dot of a member's own name is its key, the rest says what it is (spec §8). */
function keyOf(path: string): [key: string, kind: string] {
  const name = basename(path);
  const dot = name.indexOf(".");
  if (dot < 0) return [path, ""];
  const folder = dirname(path);
  return [folder === "." ? name.slice(0, dot) : `${folder}/${name.slice(0, dot)}`, name.slice(dot + 1).toLowerCase()];
}

interface Sample {
  key: string;
  members: Map<string, Buffer>;
  /** What is larger than anything that belongs into such a tar, and was passed over. */
  large?: string;
}

/** Most bytes of a sample's members: a few samples are in memory at once. */
const mostSampleBytes = 2 ** 26;

const bytesOf = ({ members }: Sample): number => [...members.values()].reduce((sum, { length }) => sum + length, 0);

/** Samples of a tar in the order of their first members, which lie one behind the other. */
async function* samples(tar: string): AsyncGenerator<Sample> {
  const unpack = extract();
  const file = createReadStream(tar);
  file.on("error", (e) => unpack.destroy(e));
  file.pipe(unpack);
  let sample: Sample | undefined;
  try {
    for await (const entry of unpack) {
      const chunks: Buffer[] = [];
      const { type, size = 0 } = entry.header;
      const [key, kind] = keyOf(entry.header.name);
      const before = sample?.key === key ? bytesOf(sample) : 0;
      const passedOver = type !== "file" || before + size > mostSampleBytes;
      for await (const chunk of entry) if (!passedOver) chunks.push(chunk as Buffer);
      if (type !== "file") continue;
      if (sample && sample.key !== key) {
        yield sample;
        sample = undefined;
      }
      sample ??= { key, members: new Map() };
      if (passedOver)
        sample.large = `with its .${kind} it has ${Math.round((before + size) / 2 ** 20)} MiB, and a sample at most ${mostSampleBytes / 2 ** 20}`;
      else sample.members.set(kind, Buffer.concat(chunks));
    }
  } catch (e) {
    asMendable("file", (said) => `${tar}: ${said}`)(e);
  } finally {
    file.destroy();
  }
  if (sample) yield sample;
}

const metadataOf = (sample: Sample): Record<string, unknown> | undefined => {
  const json = sample.members.get("json");
  return json && (parsePythonJson(json.toString("utf8")) as Record<string, unknown>);
};

/** Of the metadata: keys whose values are words, numbers or unknown, but for the place. */
const labelNames = (metadata: Record<string, unknown>): string[] =>
  Object.keys(metadata).filter(
    (name) =>
      !["latitude", "longitude"].includes(name) && (metadata[name] === null || typeof metadata[name] !== "object"),
  );

/** Samples whose keys become columns. */
const looked = 100;

/**
 * Opens tars of PLONK's layout (WebDataset): `KEY.jpg`, `KEY.json` with latitude and longitude in degrees,
 * `KEY.<embedding>.npy` (spec §8).
 * @param path a tar, or a folder of them, which are read in the order of their names
 * @param options `ready` names the embedding to take in place of pictures
 * @returns a source whose columns are the keys of the first 100 samples' metadata
 * @throws GeodriftError `file` if a tar cannot be read
 */
export async function webdatasetSource(path: string, { ready }: ReadyOptions = {}): Promise<PictureSource> {
  const folder = (await stat(path)).isDirectory();
  const tars = folder
    ? (await readdir(path).catch(cannotRead(path, "folder"))).filter((f) => f.endsWith(".tar")).sort()
    : [basename(path)];
  const where = folder ? path : dirname(path);
  const columns = await firstColumns(tars.map((tar) => join(where, tar)));
  return {
    name: path,
    columns,
    async *items(from = 0) {
      let at = 0;
      for (const tar of tars)
        for await (const sample of samples(join(where, tar))) if (at++ >= from) yield itemOf(sample, columns, ready);
    },
  };
}

async function firstColumns(tars: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  let seen = 0;
  for (const tar of tars)
    for await (const sample of samples(tar)) {
      try {
        for (const name of labelNames(metadataOf(sample) ?? {})) names.add(name);
      } catch {
        // Refused when its turn comes.
      }
      if (++seen >= looked) return [...names];
    }
  return [...names];
}

function itemOf(sample: Sample, columns: readonly string[], ready: string | undefined): SourceItem {
  const { key: id, members } = sample;
  if (sample.large !== undefined) return { id, refused: sample.large };
  let metadata: Record<string, unknown> | undefined;
  try {
    metadata = metadataOf(sample);
  } catch (e) {
    return { id, refused: `its metadata is not JSON (${(e as Error).message})` };
  }
  if (!metadata) return { id, refused: "has no .json with a place" };
  const number = (name: string) =>
    metadata[name] == null || metadata[name] === "" ? Number.NaN : Number(metadata[name]);
  const item: SourceItem = {
    id,
    ...placeOrRefusal(number("latitude"), number("longitude")),
    labels: columns.map((name) => (metadata[name] == null ? null : String(metadata[name]))),
  };
  if (ready !== undefined) {
    const npy = members.get(`${ready.toLowerCase()}.npy`);
    if (!npy) return { ...item, refused: `has no .${ready}.npy` };
    try {
      return { ...item, embedding: parseNpy(npy).data };
    } catch (e) {
      return { ...item, refused: `its .${ready}.npy ${(e as Error).message}` };
    }
  }
  const picture = endings.map((ending) => members.get(ending.slice(1))).find((b) => b !== undefined);
  return picture ? { ...item, bytes: async () => picture } : { ...item, refused: "has no picture" };
}
