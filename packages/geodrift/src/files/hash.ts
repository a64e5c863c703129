/** Fingerprints of bytes. */
import { createHash } from "node:crypto";

/** SHA-256 of some bytes, 64 hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
