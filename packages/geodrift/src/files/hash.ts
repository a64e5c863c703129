/** Fingerprints of bytes. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 of some bytes, 64 hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** SHA-256 of a file, 64 hexadecimal digits. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
