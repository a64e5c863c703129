/** Folders of pictures into the index. Nothing in them is ever changed. */
import { opendir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { LatLng } from "@geodrift/core";
import sharp from "sharp";
import { sha256Of } from "../files/hash.js";
import { type PictureMetadata, readMetadata } from "../pictures/metadata.js";
import { isPictureFile } from "../pictures/picture-files.js";
import { checkPicture, readPictureBytes } from "../pictures/read-picture.js";
import type { Library } from "./library.js";
import type { State } from "./tables.js";
import { isEstimate, placeOfSidecar } from "./xmp.js";

export interface ScanProgress {
  /** Picture files met so far. */
  found: number;
  /** Of them read, because they are new or have changed. */
  read: number;
  /** That are no longer there. */
  missing: number;
}

export interface ScanOptions {
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

interface Known {
  id: number;
  sha256: string | null;
  size: number;
  modified: number;
  sidecar_modified: number | null;
  missing: number;
}

/**
 * Takes a folder into the library, or looks at it again.
 * @throws Error in one sentence if it cannot be read, or overlaps with another
 */
export async function scanFolder(library: Library, named: string, options: ScanOptions = {}): Promise<ScanProgress> {
  const root = await folderPath(named);
  const inside = relative(root, resolve(library.folder));
  if (!inside.startsWith("..") && !isAbsolute(inside))
    throw new Error(
      `${root}: holds the library itself, in ${library.folder}; it wants a place apart from the pictures`,
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
  library.run("UPDATE folders SET scanned_at = ? WHERE id = ?", Date.now(), id);
  options.onProgress?.({ ...progress });
  return progress;
}

/** The real path of a folder. @throws Error in one sentence if there is none */
export async function folderPath(named: string): Promise<string> {
  const info = await stat(named).catch((e: NodeJS.ErrnoException) => {
    throw new Error(`${named}: ${e.code === "ENOENT" ? "no such folder" : `cannot be opened (${e.code})`}`);
  });
  if (!info.isDirectory()) throw new Error(`${named}: is a file, where a folder of pictures is expected`);
  return realpath(resolve(named));
}

function folderId(library: Library, root: string): number {
  const within = (a: string, b: string) => a === b || a.startsWith(b.endsWith(sep) ? b : b + sep);
  for (const { id, path } of library.rows<{ id: number; path: string }>("SELECT id, path FROM folders")) {
    if (path === root) return id;
    if (within(root, path)) throw new Error(`${root}: lies in ${path}, which the library has already`);
    if (within(path, root)) throw new Error(`${root}: holds ${path}, which the library has already`);
  }
  return library.run("INSERT INTO folders (path) VALUES (?)", root).lastInsertRowid;
}

/** Picture files with the sidecars beside them; links are not followed, nor hidden folders looked into. */
async function* picturesUnder(root: string): AsyncGenerator<Found> {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const here = folder;
    const files: string[] = [];
    const sidecars = new Map<string, string>();
    const entries = await opendir(here).catch((e: NodeJS.ErrnoException) => {
      // A folder in it that is closed to us costs its own pictures; the folder itself everything.
      if (here === root) throw new Error(`${root}: cannot be opened (${e.code})`);
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

/** `photo.jpg.xmp`, and `photo.xmp` as some programs have it. */
export const sidecarNames = (picture: string): string[] => [
  `${picture}.xmp`,
  `${picture.slice(0, picture.length - extname(picture).length)}.xmp`,
];

/** What reading a picture's file tells. */
interface Content {
  sha256: string | null;
  width: number | null;
  height: number | null;
  metadata: PictureMetadata;
  place: LatLng | undefined;
  error: string | null;
}

async function takeIn(
  library: Library,
  folder: { id: number; root: string },
  files: readonly Found[],
  seen: Set<number>,
  progress: ScanProgress,
): Promise<void> {
  const changed: { file: Found; known: Known | undefined }[] = [];
  const back: number[] = [];
  for (const file of files) {
    const known = library.row<Known>(
      "SELECT id, sha256, size, modified, sidecar_modified, missing FROM pictures WHERE folder = ? AND path = ?",
      folder.id,
      file.path,
    );
    if (known) seen.add(known.id);
    if (
      known?.size === file.size &&
      known.modified === file.modified &&
      known.sidecar_modified === file.sidecarModified
    ) {
      if (known.missing) back.push(known.id);
      // What was closed to us may be open now; what is damaged stays so.
      if (known.sha256 === null) changed.push({ file, known });
    } else {
      progress.read++;
      changed.push({ file, known });
    }
  }
  const contents: Content[] = [];
  for (let from = 0; from < changed.length; from += atOnce)
    contents.push(
      ...(await Promise.all(changed.slice(from, from + atOnce).map(({ file }) => readContent(folder.root, file)))),
    );
  library.transaction(() => {
    for (const id of back) library.run("UPDATE pictures SET missing = 0 WHERE id = ?", id);
    changed.forEach(({ file, known }, i) => {
      seen.add(store(library, folder.id, file, known, contents[i]));
    });
  });
}

async function readContent(root: string, { path, sidecars }: Found): Promise<Content> {
  const file = join(root, path);
  const none = { sha256: null, width: null, height: null, metadata: {}, place: undefined };
  let bytes: Uint8Array;
  try {
    bytes = await readPictureBytes(file);
  } catch (e) {
    return { ...none, error: (e as Error).message };
  }
  const sha256 = sha256Of(bytes);
  const metadata = readMetadata(bytes);
  const place = (await sidecarPlace(sidecars)) ?? metadata.place;
  try {
    await checkPicture(bytes);
    const { autoOrient } = await sharp(bytes).metadata();
    return { sha256, width: autoOrient.width, height: autoOrient.height, metadata, place, error: null };
  } catch (e) {
    return { ...none, sha256, metadata, place, error: (e as Error).message };
  }
}

/** What people put into a sidecar stands above what a camera put into the file; estimates of ours are nobody's word. */
async function sidecarPlace(sidecars: readonly string[]) {
  for (const name of sidecars) {
    const text = await readFile(name, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      const place = placeOfSidecar(text);
      if (place && !isEstimate(place)) return place;
    } catch {
      // Damaged: its picture is without it. Writing says so.
    }
  }
  return undefined;
}

function store(library: Library, folder: number, file: Found, known: Known | undefined, content: Content): number {
  const { sha256, width, height, metadata, place, error } = content;
  const fresh: State = error !== null ? "unreadable" : place ? "located" : "queue";
  const columns = [
    file.size,
    file.modified,
    file.sidecarModified,
    sha256,
    width,
    height,
    metadata.takenAt ?? null,
    metadata.utcOffsetMinutes ?? null,
    metadata.camera ?? null,
    place?.lat ?? null,
    place?.lng ?? null,
    error,
  ];
  if (known === undefined)
    return library.run(
      `INSERT INTO pictures (size, modified, sidecar_modified, sha256, width, height, taken_at, utc_offset_minutes, camera,
         file_lat, file_lng, error, folder, path, album, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...columns,
      folder,
      file.path,
      dirname(file.path),
      fresh,
    ).lastInsertRowid;
  const same = known.sha256 === sha256;
  // What a person has decided stands for the picture that was looked at, and not for another of its name.
  library.run(
    `UPDATE pictures SET size = ?, modified = ?, sidecar_modified = ?, sha256 = ?, width = ?, height = ?, taken_at = ?,
       utc_offset_minutes = ?, camera = ?, file_lat = ?, file_lng = ?, error = ?, missing = 0,
       bits = CASE WHEN ? THEN bits END,
       state = CASE WHEN ? AND state NOT IN ('located', 'queue', 'unreadable') THEN state ELSE ? END
     WHERE id = ?`,
    ...columns,
    same ? 1 : 0,
    same ? 1 : 0,
    fresh,
    known.id,
  );
  return known.id;
}

/** Pictures that a whole scan has not met stay in the index with all that was decided about them. */
function markMissing(library: Library, folder: number, seen: ReadonlySet<number>): number {
  const present = library.rows<{ id: number }>("SELECT id FROM pictures WHERE folder = ? AND missing = 0", folder);
  const gone = present.filter(({ id }) => !seen.has(id));
  library.transaction(() => {
    for (const { id } of gone) library.run("UPDATE pictures SET missing = 1 WHERE id = ?", id);
  });
  return gone.length;
}
