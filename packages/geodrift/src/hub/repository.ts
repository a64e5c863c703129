/** Repositories of models on huggingface.co or a mirror of it: their files with sizes and checksums, at one commit. */
import { z } from "zod";
import { parseWith } from "../files/validation.js";
import { fetchJson, type HttpOptions, type RemoteFile } from "./download.js";

/** The server's address without a slash at its end: HF_ENDPOINT, or https://huggingface.co. */
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

/** The files of a repository at one commit. */
export interface RepositoryListing {
  /** Hash of the commit, hexadecimal. */
  commit: string;
  /** By path in the repository. */
  files: Map<string, RemoteFile>;
}

/**
 * Lists the files of a model repository with sizes and checksums (SHA-256 of LFS files, git blob names of others).
 * @param repository owner and name
 * @param revision branch, tag or commit
 * @throws GeodriftError `network` if the list cannot be had, `data` if it is of another form
 */
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
