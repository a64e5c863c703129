import { lstat, readFile } from "node:fs/promises";

/**
 * The bytes of a plain file. A pipe, a device, a folder or a link is not opened: a pipe would be waited for for ever.
 * @returns undefined for what is no plain file
 * @throws the system's error if it is not there, or cannot be read
 */
export async function readPlainFile(file: string): Promise<Buffer | undefined> {
  const info = await lstat(file);
  return info.isFile() ? readFile(file) : undefined;
}
