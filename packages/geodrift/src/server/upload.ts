/** The body of a request, of bounded size. */
import { GeodriftError } from "@geodrift/core/errors";
import { refused } from "./failure.js";

/**
 * Reads the body of a request piece by piece and stops when it is too long, whatever its header says.
 * @param what it is, for the sentences
 * @throws HTTPException 413 for one that is too long, GeodriftError `file` for an empty one
 */
export async function readUpload(request: Request, maxBytes: number, what = "a picture"): Promise<Uint8Array> {
  const tooLong = () => refused(413, `${what} has at most ${Math.floor(maxBytes / 2 ** 20)} MiB here`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLong();
  if (!request.body) throw new GeodriftError("file", `the body is empty, where ${what} is expected`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body) {
    length += part.length;
    if (length > maxBytes) throw tooLong();
    parts.push(part);
  }
  if (length === 0) throw new GeodriftError("file", `the body is empty, where ${what} is expected`);
  // Not from a pool: it is handed over to another thread whole.
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes that a body may have: what its Content-Length says, or the most there may be. */
export function announcedBytes(request: Request, maxBytes: number): number {
  const said = request.headers.get("content-length");
  return said === null ? maxBytes : Math.min(maxBytes, Number(said) || 0);
}
