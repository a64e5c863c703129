/**
 * One file from a server to disk: resumed after interruptions, checked by size and checksum, put in its place only when
 * whole. A server may stall, cut off, send too much or something else: the answer is the right file or one sentence.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";

export interface Checksum {
  /** `git` is the name of a blob in git: SHA-1 of `blob`, the length, a zero and the bytes. */
  kind: "sha256" | "git";
  /** Hexadecimal. */
  value: string;
}

export interface RemoteFile {
  url: string;
  /** Bytes. */
  size: number;
  checksum: Checksum;
}

export interface HttpOptions {
  /** Sent as a bearer token to the server that is asked, and to no other that it refers to. */
  token?: string;
  /** Milliseconds without a byte after which a connection is given up. */
  stallMs?: number;
  /** Milliseconds before the first repetition; doubled for each that follows. */
  backoffMs?: number;
  /** Repetitions without any progress after which the server is given up. */
  attempts?: number;
}

export interface DownloadOptions extends HttpOptions {
  /** Bytes that have come, or minus those that had to be thrown away. */
  onBytes?: (count: number) => void;
}

/** An answer that no repetition would change. */
class Refusal extends Error {}

/** Proxies are those of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
let proxies: EnvHttpProxyAgent | undefined;

/**
 * A response with its body still to come. Repeats where the server is busy or cannot be reached.
 * @throws Error in one sentence
 */
async function request(
  url: string,
  { token, stallMs = 30_000 }: HttpOptions,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  proxies ??= new EnvHttpProxyAgent({ headersTimeout: stallMs, connect: { timeout: stallMs } });
  return fetch(url, {
    dispatcher: proxies,
    headers: { "accept-encoding": "identity", ...headers, ...(token && { authorization: `Bearer ${token}` }) },
    signal,
  });
}

/** Why a response is none, and whether to ask again. */
function judge(response: Response, url: string): { error: Error; afterMs?: number } {
  const { status } = response;
  if (status === 401 || status === 403)
    return { error: new Refusal(`${url}: access is refused (${status}); a token in HF_TOKEN may be needed`) };
  if (status === 404) return { error: new Refusal(`${url}: does not exist (404)`) };
  const error = new Error(`${url}: the server answers ${status}`);
  if (status !== 429 && status < 500) return { error: new Refusal(error.message) };
  const seconds = Number(response.headers.get("retry-after"));
  return { error, ...(seconds > 0 && { afterMs: Math.min(60, seconds) * 1000 }) };
}

/** Does `once` until it succeeds, refuses, or fails `attempts` times in a row without progress. */
async function persistently<T>(
  url: string,
  { attempts = 5, backoffMs = 500 }: HttpOptions,
  once: (progress: () => void) => Promise<T>,
): Promise<T> {
  let failures = 0;
  for (;;) {
    let progressed = false;
    try {
      return await once(() => {
        progressed = true;
      });
    } catch (e) {
      if (e instanceof Refusal) throw e;
      failures = progressed ? 1 : failures + 1;
      if (failures >= attempts) throw new Error(`${sentence(e as Error, url)} (${attempts} attempts)`);
      await wait((e as { afterMs?: number }).afterMs ?? backoffMs * 2 ** (failures - 1));
    }
  }
}

function sentence(e: Error, url: string): string {
  if (e.message.startsWith(url)) return e.message;
  const cause = (e.cause ?? e) as NodeJS.ErrnoException;
  return `${url}: cannot be reached (${cause.code ?? cause.message})`;
}

/** JSON of a small document. @throws Error in one sentence */
export async function fetchJson(url: string, options: HttpOptions = {}): Promise<unknown> {
  const { stallMs = 30_000 } = options;
  return persistently(url, options, async () => {
    const response = await request(url, options, { accept: "application/json" }, AbortSignal.timeout(2 * stallMs));
    if (!response.ok) {
      const { error, afterMs } = judge(response, url);
      throw Object.assign(error, { afterMs });
    }
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Refusal(`${url}: answers with something that is not JSON`);
    }
  });
}

/**
 * Downloads to `target`, going on from `target.partial` if there is one.
 * @throws Error in one sentence; what has come so far stays, unless its checksum is wrong
 */
export async function download(file: RemoteFile, target: string, options: DownloadOptions = {}): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
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
    throw new Error(`${file.url}: the checksum is ${sum}, where ${file.checksum.value} is expected; nothing was kept`);
  }
  await rename(partial, target);
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

/** Fills `partial` up to the size of the file. */
async function fetchInto(partial: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const { url, size } = file;
  await persistently(url, options, async (progress) => {
    let have = await sizeOf(partial);
    if (have === size) return;
    if (have > size) {
      await rm(partial);
      have = 0;
    }
    const { stallMs = 30_000, onBytes } = options;
    const stalled = new AbortController();
    const giveUp = () => stalled.abort(new Error(`${url}: sends nothing for ${stallMs / 1000} s`));
    let timer = setTimeout(giveUp, stallMs);
    try {
      const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
      const response = await request(url, options, range, stalled.signal);
      if (!response.ok || !response.body) {
        const { error, afterMs } = judge(response, url);
        throw Object.assign(error, { afterMs });
      }
      const resumed = response.status === 206;
      if (
        resumed &&
        !new RegExp(`^bytes ${have}-\\d+/(${size}|\\*)$`).test(response.headers.get("content-range") ?? "")
      )
        throw new Refusal(
          `${url}: the server sends another part than bytes ${have} to ${size}: ${response.headers.get("content-range")}`,
        );
      const said = response.headers.get("content-length");
      if (!resumed && said !== null && Number(said) !== size)
        throw new Refusal(`${url}: has ${said} bytes, where ${size} are expected`);
      if (!resumed && have > 0) {
        onBytes?.(-have);
        have = 0;
      }
      const out = await open(partial, resumed ? "a" : "w");
      try {
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          clearTimeout(timer);
          timer = setTimeout(giveUp, stallMs);
          have += chunk.length;
          if (have > size) throw new Refusal(`${url}: sends more than the ${size} bytes that are expected`);
          await out.write(chunk);
          onBytes?.(chunk.length);
          progress();
        }
        await out.sync();
      } finally {
        await out.close();
      }
      if (have < size) throw new Error(`${url}: ends after ${have} of ${size} bytes`);
    } catch (e) {
      // An aborted request throws whatever it was doing.
      throw stalled.signal.aborted ? stalled.signal.reason : e;
    } finally {
      clearTimeout(timer);
    }
  });
}

async function checksumOf(path: string, { checksum, size }: RemoteFile): Promise<string> {
  const hash: Hash = createHash(checksum.kind === "git" ? "sha1" : "sha256");
  if (checksum.kind === "git") hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest("hex");
}
