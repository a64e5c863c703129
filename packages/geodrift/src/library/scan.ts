/** Folders of pictures into the index. Nothing in them is ever changed. */

import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Failure, failureOf, GeodriftError, isMendable } from "@geodrift/core/errors";
import { cannotRead } from "../files/system-error.js";
import { isUntellable } from "../pictures/picture-names.js";
import { type PictureReader, readingHere } from "../pictures/picture-tasks.js";
import type { SidecarFile } from "../pictures/sidecars.js";
import { walkPictures } from "../pictures/walk-pictures.js";
import type { Library } from "./library.js";
import type { PictureRecord, ScannedFile } from "./store/pictures.js";
import type { Store } from "./store/store.js";

/** How far a scan is: numbers of pictures. */
export interface ScanProgress {
  /** Picture files met so far. */
  found: number;
  /** Of them read, because they are new or have changed. */
  read: number;
  /** That are no longer there. */
  missing: number;
}

/** Who hears of a scan. */
export interface ScanOptions {
  /** Told after every 200 pictures, and at the end. */
  onProgress?: (progress: ScanProgress) => void;
  /** Who reads the files; this thread if left out. */
  reader?: PictureReader;
}

/** Pictures per transaction: what a kill makes the next scan read again. */
const batchSize = 200;

/** Files read at a time. */
const atOnce = 4;

interface Found {
  path: string;
  size: number;
  modified: number;
  /** Of its sidecars together: another number when any of them changes, comes or goes. */
  sidecarModified: number | null;
  /** Sidecars beside it, the one that is believed first. */
  sidecars: SidecarFile[];
}

/**
 * Takes a folder of pictures into the library, or looks at it again: pictures that are new or have changed are read.
 * Nothing in the folder is changed.
 * @param named its path
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `refused` if it is a file, holds the library, or
 * overlaps with another folder, `stopped` if the reader reads no more
 */
export async function scanFolder(
  library: Library,
  named: string,
  { onProgress, reader = readingHere }: ScanOptions = {},
): Promise<ScanProgress> {
  const root = await folderPath(named);
  const inside = relative(root, await realpath(library.folder));
  if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
    throw new GeodriftError(
      "refused",
      `${root}: holds the library itself, in ${library.folder}; a folder apart from the pictures is needed`,
    );
  // Of two that add it at once, the second finds it.
  const id = await library.store.transaction(() => folderId(library, root));
  const progress = { found: 0, read: 0, missing: 0 };
  const seen = new Set<number>();
  let batch: Found[] = [];
  const flush = async () => {
    const files = batch;
    batch = [];
    await takeIn(library, { id, root }, files, reader, seen, progress);
    onProgress?.({ ...progress });
  };
  for await (const found of picturesUnder(root)) {
    progress.found++;
    batch.push(found);
    if (batch.length === batchSize) await flush();
  }
  await flush();
  progress.missing = await markMissing(library, id, seen);
  await library.store.folders.scanned(id);
  onProgress?.({ ...progress });
  return progress;
}

/**
 * The real path of a folder, links resolved.
 * @throws GeodriftError `not-found` or `file` if it cannot be reached, `refused` if it is a file
 */
export async function folderPath(named: string): Promise<string> {
  const info = await stat(named).catch(cannotRead(named, "folder"));
  if (!info.isDirectory())
    throw new GeodriftError("refused", `${named}: is a file, where a folder of pictures is expected`);
  return realpath(resolve(named));
}

async function folderId(library: Library, root: string): Promise<number> {
  const within = (a: string, b: string) => a === b || a.startsWith(b.endsWith(sep) ? b : b + sep);
  for (const { id, path } of await library.store.folders.all()) {
    if (path === root) return id;
    if (within(root, path))
      throw new GeodriftError("refused", `${root}: lies in ${path}, which the library has already`);
    if (within(path, root)) throw new GeodriftError("refused", `${root}: holds ${path}, which the library has already`);
  }
  return library.store.folders.add(root);
}

/** What is looked at of a picture's file and its sidecars before any is read. */
async function* picturesUnder(root: string): AsyncGenerator<Found> {
  const untold = new Set<string>();
  for await (const { file, folder, sidecars } of walkPictures(root)) {
    const info = await stat(file).catch(() => undefined);
    if (!info) {
      // Gone meanwhile; or there, and not to be opened by the name that we are told: that is said, once for all that are told alike.
      if (!isUntellable(file) || untold.has(file)) continue;
      untold.add(file);
      yield { path: relative(root, file), size: 0, modified: 0, sidecarModified: null, sidecars: [] };
      continue;
    }
    const times = await Promise.all(
      sidecars.map(async ({ name }) => (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0),
    );
    yield {
      path: relative(root, file),
      size: info.size,
      modified: info.mtimeMs,
      sidecarModified: times.length > 0 ? times.reduce((a, b) => a + b) : null,
      sidecars,
    };
  }
}

async function takeIn(
  { store }: Library,
  folder: { id: number; root: string },
  files: readonly Found[],
  reader: PictureReader,
  seen: Set<number>,
  progress: ScanProgress,
): Promise<void> {
  const changed: { file: Found; known: PictureRecord | undefined }[] = [];
  const back: number[] = [];
  const before = await store.pictures.atPaths(
    folder.id,
    files.map((file) => file.path),
  );
  for (const file of files) {
    const known = before.get(file.path);
    if (known) seen.add(known.id);
    if (
      known?.size === file.size &&
      known.modified === file.modified &&
      known.sidecarModified === file.sidecarModified
    ) {
      if (known.missing) back.push(known.id);
      // What was closed to us may be open now; what is damaged stays so.
      if (known.sha256 === null) changed.push({ file, known });
    } else {
      progress.read++;
      changed.push({ file, known });
    }
  }
  const contents: ScannedFile[] = [];
  for (let from = 0; from < changed.length; from += atOnce)
    contents.push(
      ...(await Promise.all(
        changed.slice(from, from + atOnce).map(({ file }) => readContent(folder.root, file, reader)),
      )),
    );
  await store.transaction(async () => {
    await store.pictures.setMissing(back, false);
    await keep(store, folder.id, changed, contents, seen);
  });
}

async function readContent(
  root: string,
  { path, sidecars, size, modified, sidecarModified }: Found,
  reader: PictureReader,
): Promise<ScannedFile> {
  const none = { size, modified, sidecarModified, sha256: null, width: null, height: null, failure: null };
  const unknown = {
    ...{ takenAt: null, takenFrom: null, utcOffsetMinutes: null, camera: null, recorded: null },
    ...{ placeErrorMetres: null, notes: [] },
  };
  try {
    const { sha256, metadata, size: pixels } = await reader.do("describe", join(root, path), sidecars);
    const { place, ...said } = metadata;
    const read = { ...none, ...unknown, ...said, recorded: place ?? null, sha256 };
    return "error" in pixels ? { ...read, failure: pixels } : { ...read, ...pixels };
  } catch (e) {
    return { ...none, ...unknown, failure: failureFor(e) };
  }
}

/** One picture that is damaged costs itself alone; a mistake of the program ends the scan, and the end of whoever reads. */
function failureFor(e: unknown): Failure {
  if (!isMendable(e) || e.code === "stopped") throw e;
  return failureOf(e);
}

async function keep(
  { pictures }: Store,
  folder: number,
  changed: readonly { file: Found; known: PictureRecord | undefined }[],
  contents: readonly ScannedFile[],
  seen: Set<number>,
): Promise<void> {
  // Another process may have entered some since they were looked for.
  const unknown = changed.filter(({ known }) => known === undefined).map(({ file }) => file.path);
  const since = await pictures.atPaths(folder, unknown);
  const fresh: Parameters<typeof pictures.addAll>[1][number][] = [];
  for (const [i, { file, known = since.get(file.path) }] of changed.entries()) {
    const scanned = contents[i];
    const found = scanned.failure !== null ? "unreadable" : scanned.recorded ? "located" : "queue";
    if (known === undefined) {
      fresh.push({ path: file.path, scanned, state: found });
      continue;
    }
    seen.add(known.id);
    // What a person has decided stands for the picture that was looked at, and not for another of its name.
    const sameContent = known.sha256 === scanned.sha256;
    await pictures.rescan(known.id, scanned, sameContent);
    await pictures.advance(known.id, { kind: "scanned", found, sameContent });
  }
  // Names that are no UTF-8 may be told alike: the first has the path.
  const byPath = new Map(fresh.toReversed().map((one) => [one.path, one]));
  for (const id of await pictures.addAll(folder, [...byPath.values()].toReversed())) seen.add(id);
}

/** Pictures that a whole scan has not met stay in the index with all that was decided about them. */
async function markMissing({ store }: Library, folder: number, seen: ReadonlySet<number>): Promise<number> {
  const gone = (await store.pictures.present(folder)).filter((id) => !seen.has(id));
  await store.transaction(() => store.pictures.setMissing(gone, true));
  return gone.length;
}
