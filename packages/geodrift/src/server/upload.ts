/** The body of a request, of bounded size. */
import { setTimeout as delay } from "node:timers/promises";
import { GeodriftError } from "@geodrift/core/errors";
import { refused } from "./failure.js";

/** A body that brings less than so many bytes in so many milliseconds, on average since it began, stands still. */
const [leastBytes, patienceMs] = [2 ** 16, 10_000];

/** What a body is, and who hears of its bytes as they come. */
interface Upload {
  /** For the sentences; a picture if left out. */
  what?: string;
  /** Counts bytes that have come; what it throws ends the upload. */
  hold?(bytes: number): void;
  /** For tests: other than ten seconds. */
  patience?: number;
}

/**
 * Reads the body of a request piece by piece, and stops when it is too long, whatever its header says, or stands still: an upload holds
 * memory, and a place that others wait for.
 * @throws HTTPException 413 for one that is too long, 408 for one that stands still; GeodriftError `file` for an empty one
 */
export async function readUpload(
  request: Request,
  maxBytes: number,
  { what = "a picture", hold, patience = patienceMs }: Upload = {},
): Promise<Uint8Array> {
  const tooLong = () => refused(413, `${what} has at most ${Math.floor(maxBytes / 2 ** 20)} MiB here`);
  const empty = () => new GeodriftError("file", `the body is empty, where ${what} is expected`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLong();
  if (!request.body) throw empty();
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  const started = performance.now();
  /** The next piece, if it comes while there is patience for as much as has come. */
  const next = async () => {
    const left = started + patience * (1 + length / leastBytes) - performance.now();
    const late = new AbortController();
    const tooSlow = delay(Math.min(Math.max(0, left), patience), undefined, { signal: late.signal }).then(() => {
      throw refused(408, `${what} does not come on: less than ${leastBytes / 1024} KiB in ${patience / 1000} s`);
    });
    try {
      return await Promise.race([reader.read(), tooSlow]);
    } finally {
      late.abort();
      tooSlow.catch(() => undefined);
    }
  };
  try {
    for (let piece = await next(); !piece.done; piece = await next()) {
      length += piece.value.length;
      if (length > maxBytes) throw tooLong();
      hold?.(piece.value.length);
      parts.push(piece.value);
    }
  } catch (e) {
    reader.cancel(e).catch(() => undefined);
    throw e;
  }
  if (length === 0) throw empty();
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
