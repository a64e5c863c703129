/** Folders of pictures into the index. Nothing in them is ever changed. */

import { opendir, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { LatLng } from "@geodrift/core";
import { type Failure, failureOf, GeodriftError, isMendable } from "@geodrift/core/errors";
import sharp from "sharp";
import { sha256Of } from "../files/hash.js";
import { cannotRead } from "../files/system-error.js";
import { readMetadata } from "../pictures/metadata.js";
import { isPictureFile } from "../pictures/picture-files.js";
import { checkPicture, readPictureBytes } from "../pictures/read-picture.js";
import type { Library } from "./library.js";
import type { PictureRecord, ScannedFile } from "./store/pictures.js";
import type { Store } from "./store/store.js";
import { isEstimate, placeOfSidecar, sidecarNames } from "./xmp.js";

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
}

/** Pictures per transaction: what a kill makes the next scan read again. */
const batchSize = 200;

/** Files read at a time. */
const atOnce = 4;

interface Found {
  path: string;
  size: number;
  modified: number;
  /** Of the latest of its sidecars. */
  sidecarModified: number | null;
  /** Sidecars beside it, the one that is believed first. */
  sidecars: string[];
}

/**
 * Takes a folder of pictures into the library, or looks at it again: pictures that are new or have changed are read.
 * Nothing in the folder is changed.
 * @param named its path
 * @throws GeodriftError `not-found` or `file` if it cannot be read, `refused` if it is a file, holds the library, or
 * overlaps with another folder
 */
export async function scanFolder(library: Library, named: string, options: ScanOptions = {}): Promise<ScanProgress> {
  const root = await folderPath(named);
  const inside = relative(root, await realpath(library.folder));
  if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
    throw new GeodriftError(
      "refused",
      `${root}: holds the library itself, in ${library.folder}; a folder apart from the pictures is needed`,
    );
  const id = folderId(library, root);
  const progress = { found: 0, read: 0, missing: 0 };
  const seen = new Set<number>();
  let batch: Found[] = [];
  const flush = async () => {
    const files = batch;
    batch = [];
    await takeIn(library, { id, root }, files, seen, progress);
    options.onProgress?.({ ...progress });
  };
  for await (const found of picturesUnder(root)) {
    progress.found++;
    batch.push(found);
    if (batch.length === batchSize) await flush();
  }
  await flush();
  progress.missing = markMissing(library, id, seen);
  library.store.folders.scanned(id);
  options.onProgress?.({ ...progress });
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

function folderId(library: Library, root: string): number {
  const within = (a: string, b: string) => a === b || a.startsWith(b.endsWith(sep) ? b : b + sep);
  for (const { id, path } of library.store.folders.all()) {
    if (path === root) return id;
    if (within(root, path))
      throw new GeodriftError("refused", `${root}: lies in ${path}, which the library has already`);
    if (within(path, root)) throw new GeodriftError("refused", `${root}: holds ${path}, which the library has already`);
  }
  return library.store.folders.add(root);
}

/** Picture files with the sidecars beside them; links are not followed, nor hidden folders looked into. */
async function* picturesUnder(root: string): AsyncGenerator<Found> {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const here = folder;
    const files: string[] = [];
    const sidecars = new Map<string, string>();
    const entries = await opendir(here).catch((e: unknown) => {
      // A folder in it that is closed to us costs its own pictures; the folder itself everything.
      if (here === root) cannotRead(root, "folder")(e);
    });
    if (!entries) continue;
    for await (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) waiting.push(join(here, entry.name));
      else if (!entry.isFile()) continue;
      else if (isPictureFile(entry.name)) files.push(entry.name);
      else if (/\.xmp$/i.test(entry.name)) sidecars.set(entry.name.toLowerCase(), join(here, entry.name));
    }
    for (const name of files.sort()) {
      const info = await stat(join(here, name)).catch(() => undefined);
      if (!info) continue;
      const beside = sidecarNames(name).flatMap((n) => sidecars.get(n.toLowerCase()) ?? []);
      const times = await Promise.all(beside.map(async (f) => (await stat(f).catch(() => undefined))?.mtimeMs ?? 0));
      yield {
        path: relative(root, join(here, name)),
        size: info.size,
        modified: info.mtimeMs,
        sidecarModified: times.length > 0 ? Math.max(...times) : null,
        sidecars: beside,
      };
    }
  }
}

async function takeIn(
  { store }: Library,
  folder: { id: number; root: string },
  files: readonly Found[],
  seen: Set<number>,
  progress: ScanProgress,
): Promise<void> {
  const changed: { file: Found; known: PictureRecord | undefined }[] = [];
  const back: number[] = [];
  for (const file of files) {
    const known = store.pictures.at(folder.id, file.path);
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
      ...(await Promise.all(changed.slice(from, from + atOnce).map(({ file }) => readContent(folder.root, file)))),
    );
  store.transaction(() => {
    store.pictures.setMissing(back, false);
    changed.forEach(({ file, known }, i) => {
      seen.add(keep(store, folder.id, file.path, known, contents[i]));
    });
  });
}

async function readContent(
  root: string,
  { path, sidecars, size, modified, sidecarModified }: Found,
): Promise<ScannedFile> {
  const none = { size, modified, sidecarModified, sha256: null, width: null, height: null, failure: null };
  const unknown = { takenAt: null, utcOffsetMinutes: null, camera: null, recorded: null };
  let bytes: Uint8Array;
  try {
    bytes = await readPictureBytes(join(root, path));
  } catch (e) {
    return { ...none, ...unknown, failure: failureFor(e) };
  }
  const { takenAt = null, utcOffsetMinutes = null, camera = null, place } = readMetadata(bytes);
  const recorded = (await sidecarPlace(sidecars)) ?? place ?? null;
  const read = { ...none, sha256: sha256Of(bytes), takenAt, utcOffsetMinutes, camera, recorded };
  try {
    await checkPicture(bytes);
    const { autoOrient } = await sharp(bytes).metadata();
    return { ...read, width: autoOrient.width, height: autoOrient.height };
  } catch (e) {
    return { ...read, failure: failureFor(e) };
  }
}

/** One picture that is damaged costs itself alone; a mistake of the program ends the scan. */
function failureFor(e: unknown): Failure {
  if (!isMendable(e)) throw e;
  return failureOf(e);
}

/** What people put into a sidecar stands above what a camera put into the file; estimates of ours are nobody's word. */
async function sidecarPlace(sidecars: readonly string[]): Promise<LatLng | undefined> {
  for (const name of sidecars) {
    const text = await readFile(name, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      const place = placeOfSidecar(text);
      if (place && !isEstimate(place)) return place;
    } catch (e) {
      // Damaged: its picture is without it. Writing says so.
      if (!isMendable(e)) throw e;
    }
  }
  return undefined;
}

function keep(
  { pictures }: Store,
  folder: number,
  path: string,
  known: PictureRecord | undefined,
  scanned: ScannedFile,
): number {
  const found = scanned.failure !== null ? "unreadable" : scanned.recorded ? "located" : "queue";
  if (known === undefined) return pictures.add(folder, path, scanned, found);
  // What a person has decided stands for the picture that was looked at, and not for another of its name.
  const sameContent = known.sha256 === scanned.sha256;
  pictures.rescan(known.id, scanned, sameContent);
  pictures.advance(known.id, { kind: "scanned", found, sameContent });
  return known.id;
}

/** Pictures that a whole scan has not met stay in the index with all that was decided about them. */
function markMissing({ store }: Library, folder: number, seen: ReadonlySet<number>): number {
  const gone = store.pictures.present(folder).filter((id) => !seen.has(id));
  store.transaction(() => store.pictures.setMissing(gone, true));
  return gone.length;
}
