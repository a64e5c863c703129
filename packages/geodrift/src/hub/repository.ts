/** Repositories of models on huggingface.co or a mirror of it: their files with sizes and checksums, at one commit. */
import { z } from "zod";
import { parseWith } from "../files/validation.js";
import { fetchJson, type HttpOptions, type RemoteFile } from "./download.js";

/** The server, by HF_ENDPOINT. */
export const endpoint = (): string => (process.env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");

const listing = z.looseObject({
  sha: z.string(),
  siblings: z.array(
    z.looseObject({
      rfilename: z.string(),
      size: z.int().nonnegative().nullish(),
      blobId: z.string().nullish(),
      lfs: z.looseObject({ sha256: z.string(), size: z.int().nonnegative() }).nullish(),
    }),
  ),
});

export interface RepositoryListing {
  commit: string;
  files: Map<string, RemoteFile>;
}

/** @throws Error in one sentence */
export async function listRepository(
  repository: string,
  revision: string,
  options: HttpOptions,
): Promise<RepositoryListing> {
  const server = endpoint();
  const url = `${server}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const { sha, siblings } = parseWith(listing, await fetchJson(url, options), url);
  const files = new Map<string, RemoteFile>();
  for (const { rfilename, size, blobId, lfs } of siblings) {
    // Names become paths.
    if (rfilename.split("/").some((part) => part === ".." || part === "")) continue;
    const where = `${server}/${repository}/resolve/${sha}/${rfilename.split("/").map(encodeURIComponent).join("/")}`;
    if (lfs) files.set(rfilename, { url: where, size: lfs.size, checksum: { kind: "sha256", value: lfs.sha256 } });
    else if (size != null && blobId)
      files.set(rfilename, { url: where, size, checksum: { kind: "git", value: blobId } });
  }
  return { commit: sha, files };
}
