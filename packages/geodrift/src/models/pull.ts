/** Fetches models and encoders that are known by name into the cache. */
import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { download, type HttpOptions, type RemoteFile } from "../hub/download.js";
import { listRepository } from "../hub/repository.js";
import { suggestion } from "../schema/parse.js";
import { folderInCache, type Pulled, pulledFile, pulledOf } from "./cache.js";
import { knownEncoders, type Published } from "./known-encoders.js";
import { knownModels } from "./known-models.js";
import { writeFileAtomically } from "./tensor-file.js";

export interface PullOptions extends HttpOptions {
  /** Branch, tag or commit. */
  revision?: string;
  /** Consents to licences that ask for it. */
  acceptLicence?: boolean;
  /** Told what is about to be fetched, and how many bytes that is. */
  onFetch?: (name: string, published: Published, bytes: number) => void;
  onBytes?: (count: number) => void;
}

/** A name and what it stands for; a model comes with its encoder. */
export function wantedBy(name: string): [string, Published][] {
  const model = knownModels[name];
  if (model) return [[name, model], ...wantedBy(model.encoder)];
  const encoder = knownEncoders[name];
  if (encoder) return [[name, encoder]];
  const known = [...Object.keys(knownModels), ...Object.keys(knownEncoders)];
  throw new Error(`"${name}" is no model or encoder that can be fetched${suggestion(name, known)}`);
}

/**
 * Fetches what is not there yet.
 * @throws Error in one sentence; files that have come stay, and the next call goes on
 */
export async function pull(name: string, options: PullOptions = {}): Promise<void> {
  const all = wantedBy(name);
  const closed = all.find(([, { licence }]) => licence.nonCommercial && !options.acceptLicence);
  if (closed && !pulledOf(closed[0]))
    throw new Error(
      `${closed[0]} is for non-commercial use only (${closed[1].licence.name}): --accept-licence says that you agree`,
    );
  for (const [own, published] of all) {
    const before = pulledOf(own);
    if (before && !options.revision) continue;
    await fetchOne(own, published, options);
  }
}

const weights = "model.safetensors";
const weightsIndex = `${weights}.index.json`;

async function fetchOne(name: string, published: Published, options: PullOptions): Promise<void> {
  const { repository, files, optional = [], licence } = published;
  const { commit, files: there } = await listRepository(repository, options.revision ?? "main", options);
  const folder = folderInCache(name);
  const got: Pulled["files"] = {};
  const fetchFile = async (file: string, remote: RemoteFile) => {
    const target = join(folder, file);
    const sizeThere = existsSync(target) ? (await stat(target)).size : undefined;
    if (sizeThere === remote.size && before?.files[file]?.checksum === remote.checksum.value)
      options.onBytes?.(remote.size);
    else await download(remote, target, options);
    got[file] = { size: remote.size, checksum: remote.checksum.value };
  };
  const before = pulledOf(name);
  const remoteOf = (file: string): RemoteFile => {
    const remote = there.get(file);
    if (!remote) throw new Error(`${repository}: holds no ${file}`);
    return remote;
  };
  // Large models come in several files, with an index in place of the one.
  const sharded = !there.has(weights) && there.has(weightsIndex);
  const wanted = files.map((file) => (file === weights && sharded ? weightsIndex : file));
  const extra = optional.filter((file) => there.has(file));
  const list = [...wanted, ...extra].map((file) => [file, remoteOf(file)] as const);
  const parts = sharded ? [...there].filter(([file]) => /^model-\d+-of-\d+\.safetensors$/.test(file)) : [];
  const bytes = [...list, ...parts].reduce((sum, [, remote]) => sum + remote.size, 0);
  options.onFetch?.(name, published, bytes);
  // While files are exchanged, the folder is not whole.
  await rm(join(folder, pulledFile), { force: true });
  for (const [file, remote] of list) await fetchFile(file, remote);
  for (const [file, remote] of parts) await fetchFile(file, remote);
  const record: Pulled = { repository, commit, licence: licence.name, files: got };
  await writeFileAtomically(join(folder, pulledFile), Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
}
