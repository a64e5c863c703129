/** A hub of models on this machine, with the addresses and answers of the real one, that can be told to misbehave. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const sha256 = (b: Buffer): string => createHash("sha256").update(b).digest("hex");
const gitBlob = (b: Buffer): string => createHash("sha1").update(`blob ${b.length}\0`).update(b).digest("hex");

/** Handles a request for a file in its own way; returns false to leave it to the hub. */
export type Mischief = (request: IncomingMessage, response: ServerResponse, file: Buffer) => boolean;

export interface Hub {
  url: string;
  /** Addresses that were asked for, with the range and whether a token came along. */
  log: { path: string; range?: string; token?: string }[];
  /** For the files whose name ends so. */
  mischief?: Mischief;
  /** Added to the sizes, or put in place of the checksums, that the listing tells. */
  lies: { size?: number; checksum?: string };
  close(): Promise<void>;
}

/** @param repositories files by name, by repository */
export async function startHub(repositories: Record<string, Record<string, Buffer>>): Promise<Hub> {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://hub").pathname);
    const { range, authorization } = request.headers;
    hub.log.push({ path, range, token: authorization });
    const listing = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path);
    if (listing) {
      const files = repositories[listing[1]];
      if (!files) return end(response, 404);
      const siblings = Object.entries(files).map(([rfilename, content]) => {
        const size = content.length + (hub.lies.size ?? 0);
        const large = rfilename.endsWith(".safetensors");
        return {
          rfilename,
          size,
          blobId: hub.lies.checksum ?? gitBlob(content),
          ...(large && { lfs: { sha256: hub.lies.checksum ?? sha256(content), size, pointerSize: 130 } }),
        };
      });
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify({ id: listing[1], sha: commit, siblings }));
    }
    const [, repository, name] = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(path) ?? [];
    const file = repositories[repository]?.[name];
    if (!file) return end(response, 404);
    if (hub.mischief?.(request, response, file)) return;
    send(response, file, range);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub: Hub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: [],
    lies: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hub;
}

export const end = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, headers).end();
};

/** The file, or the part of it that is asked for. */
export function send(response: ServerResponse, file: Buffer, range: string | undefined): void {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (from >= file.length && from > 0) {
    end(response, 416, { "content-range": `bytes */${file.length}` });
    return;
  }
  response.writeHead(range ? 206 : 200, {
    "content-length": String(file.length - from),
    ...(range && { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }),
  });
  response.end(file.subarray(from));
}
