/** Tensors on disk: safetensors files, replaced atomically, so that a kill at any moment leaves the old one or the new. */
import type { Hash } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { readSafetensors, type TensorFile, writeSafetensors } from "@geodrift/core";

/** Writes beside the target, syncs, then renames over it. */
export async function writeFileAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.partial`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

export const saveTensors = (
  file: string,
  content: TensorFile,
  options: Parameters<typeof writeSafetensors>[1] = {},
): Promise<void> => writeFileAtomically(file, writeSafetensors(content, options));

/**
 * @param hash is fed the file's bytes
 * @throws Error naming the file if it is absent or damaged
 */
export async function loadTensors(file: string, hash?: Pick<Hash, "update">): Promise<TensorFile> {
  const bytes = await readFile(file).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: ${e.code === "ENOENT" ? "no such file" : e.message}`);
  });
  hash?.update(bytes);
  try {
    return readSafetensors(bytes);
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
}
