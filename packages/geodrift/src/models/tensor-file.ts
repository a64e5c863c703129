/**
 * Tensors on disk: safetensors files, one or several with an index, read tensor by tensor, so that a file may be larger
 * than a buffer can be; written atomically, so that a kill at any moment leaves the old file or the new.
 */

import type { Hash } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  decodeTensor,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  safetensorsHeaderLength,
  type TensorFile,
  writeSafetensors,
} from "@geodrift/core";
import { GeodriftError, withSubject } from "@geodrift/core/errors";
import { z } from "zod";
import { writeFileAtomically } from "../files/atomic-file.js";
import { readJsonFile } from "../files/json-file.js";
import { cannotRead } from "../files/system-error.js";

/**
 * Writes a safetensors file, whole or not at all.
 * @throws GeodriftError `disk` if it cannot be written
 */
export const saveTensors = (
  file: string,
  content: TensorFile,
  options: Parameters<typeof writeSafetensors>[1] = {},
): Promise<void> => writeFileAtomically(file, writeSafetensors(content, options));

/**
 * Checks what a saved state was made of.
 * @param file for the sentence
 * @param wanted what must be the same, by key of the metadata
 * @throws GeodriftError `data` naming the first key that differs
 */
export function checkMadeOf(file: string, metadata: Readonly<Record<string, string>>, wanted: object): void {
  for (const [key, value] of Object.entries(wanted))
    if (metadata[key] !== value)
      throw new GeodriftError(
        "data",
        `${file}: was made with another ${key}; move it away to begin anew, or restore the ${key}`,
      );
}

/** Which tensors are read, and what is told of them. */
export interface LoadOptions {
  /** Is fed the header and the bytes of every tensor that is read. */
  hash?: Pick<Hash, "update">;
  /** Which tensors to read; all if left out. */
  wanted?: (name: string) => boolean;
}

/**
 * Reads tensors and metadata from safetensors.
 * @param file a `.safetensors` file, or the `.safetensors.index.json` of several
 * @throws GeodriftError, beginning with the file's name: `not-found` or `file` if it is absent, cut off or damaged;
 * `data` or `model` if an index is
 */
export async function loadTensors(file: string, options: LoadOptions = {}): Promise<TensorFile> {
  if (file.endsWith(".json")) return loadShards(file, options);
  const { hash, wanted = () => true } = options;
  const handle = await open(file).catch(cannotRead(file));
  try {
    return await withSubject(file, async () => {
      const { entries, metadata } = await readHeader(handle, hash);
      const tensors: TensorFile["tensors"] = {};
      for (const entry of entries.filter((e) => wanted(e.name))) {
        const bytes = await readRange(handle, entry);
        hash?.update(bytes);
        tensors[entry.name] = decodeTensor(entry, bytes.buffer);
      }
      return { tensors, metadata };
    });
  } finally {
    await handle.close();
  }
}

/**
 * Names, types and shapes of the tensors of a safetensors file, and its metadata, and nothing of their data.
 * @throws GeodriftError `not-found` or `file` if it is absent or damaged
 */
export async function readTensorHeader(file: string): Promise<SafetensorsHeader> {
  const handle = await open(file).catch(cannotRead(file));
  try {
    return await withSubject(file, () => readHeader(handle));
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle, hash?: Pick<Hash, "update">): Promise<SafetensorsHeader> {
  const { size } = await handle.stat();
  const start = await readRange(handle, { from: 0, to: Math.min(8, size) });
  const json = await readRange(handle, { from: 8, to: 8 + safetensorsHeaderLength(start, size) });
  hash?.update(json);
  return parseSafetensorsHeader(json, size);
}

/** Most bytes of one read: the system's own limit is a little below 2³¹. */
const maxBytes = 2 ** 30;

/** Bytes of a file: the first, and the one after the last. */
interface Bytes {
  from: number;
  to: number;
}

async function readRange(handle: FileHandle, { from, to }: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(to - from);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(maxBytes, bytes.length - done), from + done);
    if (bytesRead === 0) throw new GeodriftError("file", `ends at byte ${from + done}, where ${to} are expected`);
    done += bytesRead;
  }
  return bytes;
}

const shardIndex = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

async function loadShards(file: string, options: LoadOptions): Promise<TensorFile> {
  const { weight_map } = await readJsonFile(file, shardIndex);
  const all: TensorFile = { tensors: {}, metadata: {} };
  const shards = [...new Set(Object.values(weight_map))].sort();
  const odd = shards.find((s) => basename(s) !== s);
  if (odd !== undefined) throw new GeodriftError("model", `${file}: shards lie beside their index, got "${odd}"`);
  for (const shard of shards) {
    const wanted = (name: string) => weight_map[name] === shard && (options.wanted?.(name) ?? true);
    const { tensors } = await loadTensors(join(dirname(file), shard), { ...options, wanted });
    Object.assign(all.tensors, tensors);
  }
  const missing = Object.keys(weight_map).find((name) => (options.wanted?.(name) ?? true) && !all.tensors[name]);
  if (missing !== undefined)
    throw new GeodriftError("model", `${file}: the tensor "${missing}" is not in ${weight_map[missing]}`);
  return all;
}

/**
 * Where the weights of a model lie: a file itself, or in a folder `model.safetensors`, or the index of several.
 * @throws GeodriftError `model` if the folder holds neither
 */
export async function weightsFile(fileOrFolder: string): Promise<string> {
  const info = await stat(fileOrFolder).catch(() => undefined);
  if (!info?.isDirectory()) return fileOrFolder;
  const names = ["model.safetensors", "model.safetensors.index.json"];
  const found = names.map((name) => join(fileOrFolder, name)).find((file) => existsSync(file));
  if (!found) throw new GeodriftError("model", `${fileOrFolder}: holds no weights, neither ${names.join(" nor ")}`);
  return found;
}
