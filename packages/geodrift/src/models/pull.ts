/** Fetches models and encoders that are known by name into the cache. */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "@geodrift/compile";
import { GeodriftError } from "@geodrift/core/errors";
import { alone } from "../files/alone.js";
import { writeJsonFile } from "../files/json-file.js";
import { cannotWrite } from "../files/system-error.js";
import { suggestion } from "../files/validation.js";
import { download, type HttpOptions, type RemoteFile } from "../hub/download.js";
import { listRepository } from "../hub/repository.js";
import { folderInCache, type Pulled, pulledFile, pulledOf } from "./cache.js";
import { encoderRegistry, type Published } from "./encoder-registry.js";
import { encoderSource } from "./encoders.js";
import { modelRegistry, zeroShotModels } from "./model-registry.js";
import { saveTensors } from "./tensor-file.js";
import { zeroShotModel } from "./zero-shot.js";
import { zeroShotDefaults } from "./zero-shot-prompts.js";

/** What is fetched, with whose consent, and who hears of it. */
export interface PullOptions extends HttpOptions {
  /** Branch, tag or commit of the model's repository; its encoder is always the newest. */
  revision?: string;
  /** Consents to licences that ask for it. */
  acceptLicence?: boolean;
  /** Told what is about to be fetched, and how many bytes that is. */
  onFetch?: (name: string, published: Published, bytes: number) => void;
  /** Told that another process is fetching the same, which is waited for. */
  onWait?: (name: string) => void;
  /** Told of bytes that have come, or minus those that had to be thrown away. */
  onBytes?: (count: number) => void;
  /** For models that are made here of what is fetched. */
  runtime?: Runtime;
  /** Told how many of the prompts of a zero-shot model are read, and of how many. */
  onPrompts?: (done: number, of: number) => void;
}

/**
 * What a name stands for, with where it is published; a model comes with its encoder.
 * @throws GeodriftError `option` for a name that is not known
 */
export function wantedBy(name: string): [string, Published][] {
  const model = modelRegistry[name];
  if (model) return [[name, model], ...wantedBy(model.encoder)];
  const zeroShot = zeroShotModels[name];
  if (zeroShot) return wantedBy(zeroShot.encoder);
  const encoder = encoderRegistry[name];
  if (encoder) return [[name, encoder]];
  const known = [...Object.keys(modelRegistry), ...Object.keys(zeroShotModels), ...Object.keys(encoderRegistry)];
  throw new GeodriftError(
    "option",
    `"${name}" is not a model or encoder that can be fetched${suggestion(name, known)}`,
  );
}

/** The part of a model that is not here yet whose licence asks for consent before it is fetched, if there is one. */
export function asksConsent(name: string): { name: string; licence: string } | undefined {
  const closed = wantedBy(name).find(([own, { licence }]) => licence.nonCommercial && pulledOf(own) === undefined);
  return closed && { name: closed[0], licence: closed[1].licence.name };
}

/** A part of a model that is not here yet: the model itself, or its encoder. */
export interface OfferedPart extends Pick<Published, "repository" | "licence"> {
  name: string;
  /** All of its files together. */
  bytes: number;
}

/**
 * What `pull` would fetch.
 * @throws GeodriftError `option` for a name that is not known, `network`
 */
export async function offerOf(name: string, options: HttpOptions = {}): Promise<OfferedPart[]> {
  const missing = wantedBy(name).filter(([own]) => pulledOf(own) === undefined);
  return Promise.all(
    missing.map(async ([own, published]) => {
      const { repository, licence } = published;
      return { name: own, repository, licence, bytes: (await filesOf(published, options)).bytes };
    }),
  );
}

/**
 * Fetches a model or encoder, and whatever belongs to it, into the cache; what is there stays unless a revision is asked
 * for.
 * @throws GeodriftError `option` for a name that is not known, or a licence without consent; `network`; `disk`; `model`
 * for a zero-shot model that cannot be made. Files that have come stay, and the next call goes on
 */
export async function pull(name: string, options: PullOptions = {}): Promise<void> {
  const all = wantedBy(name);
  const closed = options.acceptLicence ? undefined : asksConsent(name);
  if (closed)
    throw new GeodriftError(
      "model",
      `${closed.name} is for non-commercial use only (${closed.licence}): --accept-licence says that you agree`,
    );
  for (const [own, published] of all) {
    // Each repository has revisions of its own.
    const revision = own === all[0][0] ? options.revision : undefined;
    const isThere = () => pulledOf(own) !== undefined && !revision;
    if (isThere()) continue;
    const fetch = async () => {
      // Whoever waited may find that the other has fetched it.
      if (!isThere()) await fetchOne(own, published, { ...options, revision });
    };
    await alone(folderInCache(own), fetch, { onWait: () => options.onWait?.(own), signal: options.signal }).catch(
      cannotWrite(folderInCache(own)),
    );
  }
  if (zeroShotModels[name] && (!pulledOf(name) || options.revision)) await makeZeroShot(name, options);
}

/** Reads the prompts by the text tower, once, and keeps what comes of it as a model. */
async function makeZeroShot(name: string, { runtime, onPrompts }: PullOptions): Promise<void> {
  const { description, encoder, prompts } = zeroShotModels[name];
  if (!runtime) throw new GeodriftError("model", `${name}: is made here by a network, for which a runtime is needed`);
  const source = await encoderSource(encoder);
  const { config, tensors } = await zeroShotModel(source, { ...zeroShotDefaults, prompts }, runtime, onPrompts);
  const folder = folderInCache(name);
  await mkdir(folder, { recursive: true });
  const licence = wantedBy(encoder)[0][1].licence.name;
  await saveTensors(join(folder, "model.safetensors"), { tensors, metadata: {} });
  await writeJsonFile(join(folder, "config.json"), config);
  await writeJsonFile(join(folder, "model.json"), {
    name,
    description,
    licence,
    method: "zero-shot",
    encoder: source.config,
  });
  const from = pulledOf(encoder) as Pulled;
  await writeJsonFile(join(folder, pulledFile), { ...from, files: {} });
}

const weights = "model.safetensors";
const weightsIndex = `${weights}.index.json`;

/** What is to be fetched of a repository, with its size in bytes. @throws GeodriftError `network` */
async function filesOf(
  { repository, files, optional = [] }: Published,
  options: HttpOptions & { revision?: string },
): Promise<{ commit: string; list: (readonly [string, RemoteFile])[]; bytes: number }> {
  const { commit, files: there } = await listRepository(repository, options.revision ?? "main", options);
  const remoteOf = (file: string): RemoteFile => {
    const remote = there.get(file);
    if (!remote) throw new GeodriftError("network", `${repository}: holds no ${file}`);
    return remote;
  };
  // Large models come in several files, with an index in place of the one.
  const sharded = !there.has(weights) && there.has(weightsIndex);
  const wanted = files.map((file) => (file === weights && sharded ? weightsIndex : file));
  const extra = optional.filter((file) => there.has(file));
  const list = [...wanted, ...extra].map((file) => [file, remoteOf(file)] as const);
  const parts = sharded ? [...there].filter(([file]) => /^model-\d+-of-\d+\.safetensors$/.test(file)) : [];
  const all = [...list, ...parts];
  return { commit, list: all, bytes: all.reduce((sum, [, remote]) => sum + remote.size, 0) };
}

async function fetchOne(name: string, published: Published, options: PullOptions): Promise<void> {
  const { repository, licence } = published;
  const { commit, list, bytes } = await filesOf(published, options);
  const folder = folderInCache(name);
  const got: Pulled["files"] = {};
  options.onFetch?.(name, published, bytes);
  // While files are exchanged, the folder is not whole.
  await rm(join(folder, pulledFile), { force: true });
  for (const [file, remote] of list) {
    await download(remote, join(folder, file), options);
    got[file] = { size: remote.size, checksum: remote.checksum.value };
  }
  const record: Pulled = { repository, commit, licence: licence.name, files: got };
  await writeJsonFile(join(folder, pulledFile), record);
}
