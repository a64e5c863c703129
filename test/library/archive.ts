/** Archives for unit tests: libraries and folders of pictures that go when the tests of a file have ended. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, inject } from "vitest";
import type { Library } from "../../packages/geodrift/src/library/library.js";
import { openLibrary } from "../../packages/geodrift/src/library/open-library.js";
import { scanFolder } from "../../packages/geodrift/src/library/scan.js";
import type { ScannedFile } from "../../packages/geodrift/src/library/store/pictures.js";
import type { Taken } from "../../packages/geodrift/src/library/store/queue.js";
import type { Store } from "../../packages/geodrift/src/library/store/store.js";
import type { LocateResult } from "../../packages/geodrift/src/locate/result.js";
import { newDatabase } from "./postgres.js";

/** Writes files by their paths in a folder. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Folders and libraries of one test file. */
export function archive() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "geodrift-archive-")));
  const open: Library[] = [];
  let made = 0;
  afterAll(async () => {
    for (const library of open) await library.close();
    rmSync(root, { recursive: true, force: true });
  });
  const folder = (files: Readonly<Record<string, string | Uint8Array>> = {}): string => {
    const own = join(root, `folder-${made++}`);
    mkdirSync(own);
    fill(own, files);
    return own;
  };
  const library = async (): Promise<Library> => {
    const server = inject("postgres");
    const name = server === undefined ? join(root, `library-${made++}`) : await newDatabase(server);
    // Of an index in a database, that is where its thumbnails are.
    process.env.GEODRIFT_CACHE = join(root, `cache-${made++}`);
    const own = await openLibrary(name, { create: true });
    open.push(own);
    return own;
  };
  return {
    /** A new folder with these files. */
    folder,
    /** A new library, closed in the end: in a folder, or a database where the tests have one. */
    library,
    /** A new library that has scanned a new folder of these files; numbers of its pictures by path. */
    async scanned(files: Readonly<Record<string, string | Uint8Array>>) {
      const [own, pictures] = [await library(), folder(files)];
      await scanFolder(own, pictures);
      return { library: own, root: pictures, id: await idsOf(own) };
    },
  };
}

/** Numbers of the pictures of a library, by path. */
export const idsOf = async ({ store }: Library): Promise<Record<string, number>> =>
  Object.fromEntries((await store.lists.page({ limit: 10_000 })).pictures.map((p) => [p.path, p.id]));

/** A small PNG, other bytes for other numbers. */
export const png = (seed: number, width = 8, height = 6): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: seed % 256, g: seed >> 8, b: 77 } } })
    .png()
    .toBuffer();

/** What a scan reads of a picture. */
export const scanOf = (about: Partial<ScannedFile> = {}): ScannedFile => ({
  size: 10,
  modified: 1000.5,
  sidecarModified: null,
  sha256: "ab",
  width: 8,
  height: 6,
  takenAt: null,
  utcOffsetMinutes: null,
  takenFrom: null,
  placeErrorMetres: null,
  notes: [],
  camera: null,
  recorded: null,
  failure: null,
  ...about,
});

/** Near Bergen. */
export const bergen = { country: "Norway", countryCode: "NO", region: "Vestland", city: "Bergen", distanceKm: 3 };

/** What a model says of a picture. */
export const resultOf = (about: Partial<LocateResult> = {}): LocateResult => ({
  image: "a.png",
  sha256: "ab",
  model: { name: "earth", sha256: "0123456789abcdef" },
  seed: 1,
  steps: 16,
  guidance: 1,
  best: { lat: 60.4, lng: 5.3 },
  place: bergen,
  localizabilityBits: 8,
  regions: [],
  ruledOut: { mass: 0.01, areaKm2: 1 },
  modes: [],
  countries: [],
  divisions: [],
  elapsedMs: 1,
  ...about,
});

/** Keeps an estimate of a picture as it is now. */
export async function estimate(
  { store }: Library,
  id: number,
  about: Partial<LocateResult> = {},
  radiusKm = 25,
): Promise<void> {
  const sha256 = (await store.pictures.get(id)).sha256 ?? "";
  await store.estimates.keep(id, { result: resultOf({ sha256, ...about }), radiusKm });
}

/** Work on one after another: what is entered first has the smaller number. */
export async function inOrder<T, R>(items: readonly T[], work: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const [i, item] of items.entries()) done.push(await work(item, i));
  return done;
}

/** All that wait in the queue, which stay there. */
export async function waiting({ queue }: Store, again = false, limit?: number): Promise<Pick<Taken, "id" | "path">[]> {
  const { next } = await queue.open({ again, limit });
  const all: Taken[] = [];
  for (let one = await next(); one; one = await next()) all.push(one);
  for (const one of all) await one.giveBack();
  return all;
}
