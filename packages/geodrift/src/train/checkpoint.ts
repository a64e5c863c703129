/** Training state on disk: one safetensors file, replaced atomically, so that a kill at any moment loses at most a few steps. */
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

/** @throws Error naming the file if it is absent or damaged. */
export async function loadTensors(file: string): Promise<TensorFile> {
  const bytes = await readFile(file).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${file}: ${e.code === "ENOENT" ? "no such file" : e.message}`);
  });
  try {
    return readSafetensors(bytes);
  } catch (e) {
    throw new Error(`${file}: ${(e as Error).message}`);
  }
}
