/**
 * One file from a server to disk: resumed after interruptions, checked by size and checksum, put in its place only when
 * whole. A server may stall, cut off, send too much or something else: the answer is the right file or one sentence.
 */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GeodriftError, isMendable } from "@geodrift/core/errors";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { cannotWrite } from "../files/system-error.js";

/** The fingerprint of a file's bytes. */
export interface Checksum {
  /** `git` is the name of a blob in git: SHA-1 of `blob`, the length, a zero and the bytes. */
  kind: "sha256" | "git";
  /** Hexadecimal. */
  value: string;
}

/** A file on a server, with the size and checksum that it must have. */
export interface RemoteFile {
  url: string;
  /** Bytes. */
  size: number;
  checksum: Checksum;
}

/** How patiently a server is asked, and as whom. */
export interface HttpOptions {
  /** Sent as a bearer token to the server that is asked, and to no other that it refers to. */
  token?: string;
  /** Milliseconds without a byte after which a connection is given up; 30,000 if left out. */
  stallMs?: number;
  /** Milliseconds before the first repetition, doubled for each that follows; 500 if left out. */
  backoffMs?: number;
  /** Withdraws it; what has come stays. */
  signal?: AbortSignal;
  /** Failed tries in a row without any progress after which the server is given up; 5 if left out. */
  attempts?: number;
}

/** What is told of a download on its way. */
export interface DownloadOptions extends HttpOptions {
  /** Bytes that have come, or minus those that had to be thrown away. */
  onBytes?: (count: number) => void;
}

/** An answer that no repetition would change. */
class Refusal extends GeodriftError {
  constructor(sentence: string, options?: ErrorOptions) {
    super("network", sentence, options);
  }
}

/** Proxies are those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
let proxies: EnvHttpProxyAgent | undefined;

const patienceMs = 30_000;

/**
 * Asks for `url` and gives the response to `use`, which calls `alive` whenever something has come. A server that is
 * silent for too long is given up.
 */
async function request<T>(
  url: string,
  { token, stallMs = patienceMs, signal }: HttpOptions,
  headers: Record<string, string>,
  use: (response: Response, alive: () => void) => Promise<T>,
): Promise<T> {
  proxies ??= new EnvHttpProxyAgent();
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new GeodriftError("network", `${url}: sends nothing for ${stallMs / 1000} s`));
  let timer = setTimeout(giveUp, stallMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, stallMs);
  };
  try {
    const response = await fetch(url, {
      dispatcher: proxies,
      headers: { "accept-encoding": "identity", ...headers, ...(token && { authorization: `Bearer ${token}` }) },
      signal: signal ? AbortSignal.any([stalled.signal, signal]) : stalled.signal,
    });
    if (!response.ok) throw refused(response, url);
    alive();
    return await use(response, alive);
  } catch (e) {
    // An aborted request throws whatever it was doing.
    throw stalled.signal.aborted ? stalled.signal.reason : e;
  } finally {
    clearTimeout(timer);
    // What is left of a response that nobody wants.
    stalled.abort();
  }
}

/** Why a response is none; a `Refusal` where to ask again would not help. */
function refused({ status, headers }: Response, url: string): Error {
  if (status === 401 || status === 403)
    return new Refusal(`${url}: access is refused (${status}); a token in HF_TOKEN may be needed`);
  if (status === 404) return new Refusal(`${url}: does not exist (404)`);
  const said = `${url}: the server answers ${status}`;
  if (status !== 429 && status < 500) return new Refusal(said);
  const seconds = Number(headers.get("retry-after"));
  return Object.assign(new GeodriftError("network", said), seconds > 0 && { afterMs: Math.min(60, seconds) * 1000 });
}

/** Does `once` until it succeeds, refuses, or fails `attempts` times in a row without progress. */
async function persistently<T>(
  url: string,
  { attempts = 5, backoffMs = 500, signal }: HttpOptions,
  once: (progress: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    let progressed = false;
    signal?.throwIfAborted();
    try {
      return await once(() => {
        progressed = true;
      });
    } catch (e) {
      signal?.throwIfAborted();
      if (e instanceof Refusal || (isMendable(e) && e.code === "disk")) throw e;
      failures = progressed ? 1 : failures + 1;
      if (failures >= attempts)
        throw new GeodriftError("network", `${sentence(e as Error, url)} (${attempts} attempts)`, { cause: e });
      const pause = (e as { afterMs?: number }).afterMs ?? backoffMs * 2 ** (failures - 1);
      await wait(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

function sentence(e: Error, url: string): string {
  if (e.message.startsWith(url)) return e.message;
  const cause = (e.cause ?? e) as NodeJS.ErrnoException;
  return `${url}: cannot be reached (${cause.code ?? cause.message})`;
}

/**
 * Fetches a small JSON document; failures of the network and the server (429, 5xx) are tried again.
 * @throws GeodriftError `network` if it cannot be had, or is not JSON
 */
export async function fetchJson(url: string, options: HttpOptions = {}): Promise<unknown> {
  const text = await persistently(url, options, () =>
    request(url, options, { accept: "application/json" }, (response) => response.text()),
  );
  try {
    return JSON.parse(text);
  } catch {
    throw new GeodriftError("network", `${url}: answers with something that is not JSON`);
  }
}

/**
 * Downloads to `target`, unless it is there already, going on from `target.partial` if there is one (HTTP range requests,
 * RFC 9110).
 * @throws GeodriftError `network` if the server cannot be reached, refuses, or sends something else; `disk` if bytes that
 * have come cannot be written. What has come so far stays, unless its checksum is wrong
 */
export async function download(file: RemoteFile, target: string, options: DownloadOptions = {}): Promise<void> {
  await mkdir(dirname(target), { recursive: true }).catch(cannotWrite(target));
  if ((await sizeOf(target)) === file.size && (await checksumOf(target, file)) === file.checksum.value) {
    options.onBytes?.(file.size);
    return;
  }
  const partial = `${target}.partial`;
  const begun = await sizeOf(partial);
  options.onBytes?.(Math.min(begun, file.size));
  await fetchInto(partial, file, options);
  let sum = await checksumOf(partial, file);
  if (sum !== file.checksum.value && begun > 0) {
    // What lay there may have been the beginning of something else.
    await rm(partial, { force: true });
    options.onBytes?.(-file.size);
    await fetchInto(partial, file, options);
    sum = await checksumOf(partial, file);
  }
  if (sum !== file.checksum.value) {
    await rm(partial, { force: true });
    throw new GeodriftError(
      "network",
      `${file.url}: the checksum is ${sum}, where ${file.checksum.value} is expected; nothing was kept`,
    );
  }
  await rename(partial, target).catch(cannotWrite(target));
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** Fills `partial` up to the size of the file. */
async function fetchInto(partial: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const { url, size } = file;
  await persistently(url, options, async (progress) => {
    const have = await sizeOf(partial);
    if (have === size) return;
    if (have > size) await rm(partial);
    const from = have > size ? 0 : have;
    await request(url, options, from > 0 ? { range: `bytes=${from}-` } : {}, async (response, alive) => {
      const start = startOf(response, from, file);
      if (start < from) options.onBytes?.(start - from);
      const out = await open(partial, start > 0 ? "a" : "w").catch(cannotWrite(partial));
      let done = start;
      try {
        for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
          alive();
          done += chunk.length;
          if (done > size) throw new Refusal(`${url}: sends more than the ${size} bytes that are expected`);
          await out.write(chunk).catch(cannotWrite(partial));
          options.onBytes?.(chunk.length);
          progress();
        }
        await out.sync().catch(cannotWrite(partial));
      } finally {
        await out.close();
      }
      if (done < size) throw new GeodriftError("network", `${url}: ends after ${done} of ${size} bytes`);
    });
  });
}

/** The byte that a response begins with: the one asked for, or 0 of a server that knows no ranges. */
function startOf({ status, headers }: Response, asked: number, { url, size }: RemoteFile): number {
  if (status === 206) {
    const range = headers.get("content-range") ?? "";
    if (!new RegExp(`^bytes ${asked}-\\d+/(${size}|\\*)$`).test(range))
      throw new Refusal(`${url}: bytes ${asked} to ${size - 1} are asked for, the server sends ${range}`);
    return asked;
  }
  const length = headers.get("content-length");
  if (length !== null && Number(length) !== size)
    throw new Refusal(`${url}: has ${length} bytes, where ${size} are expected`);
  return 0;
}

async function checksumOf(path: string, { checksum, size }: RemoteFile): Promise<string> {
  const hash: Hash = createHash(checksum.kind === "git" ? "sha1" : "sha256");
  if (checksum.kind === "git") hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest("hex");
}
